/** What a code is good for, and where built-in clients may send their users. usergrid-auth.md 5.4. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { call } from '../support/http.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import type { Tenant } from '../support/tenant.ts';
import {
  allowedCode,
  asAdmin,
  asUser,
  codeIn,
  createAuthorizeTenant,
  exchange,
  managementPath,
  pathOf,
  post,
  redirectUri,
  registerClient,
} from './authorize-world.ts';

let server: RunningServer;
let tenant: Tenant;

before(async () => {
  server = await startServer();
  tenant = await createAuthorizeTenant(server);
});
after(async () => {
  await server?.stop();
});

describe('the code', () => {
  test('UA-68 is refused as Bearer token, works once at the token endpoint, not twice', async () => {
    const { organization, application } = tenant;
    for (const [path, form, client] of [
      ['/management/token', asAdmin(tenant), tenant.organizationClient],
      [`/${organization}/${application}/token`, asUser(tenant), tenant.applicationClient],
    ] as const) {
      const code = codeIn(await post(server, path.replace(/token$/, 'authorize'), form));
      for (const carrier of [{ bearer: code }, { query: { access_token: code } }]) {
        const refused = await call(server, `GET /${organization}/${application}/users`, carrier);
        assert.equal(refused.status, 401);
      }
      const first = await exchange(server, path, client, code);
      assert.equal(first.status, 200, first.text);
      assert.equal(first.headers['cache-control'], 'no-store');
      const second = await exchange(server, path, client, code);
      assert.equal(second.status, 400);
      assert.equal(second.body.error, 'invalid_grant');
      const ended = await call(server, `GET /${organization}/${application}/users`, {
        bearer: first.body.access_token,
      });
      assert.equal(ended.status, 401, 'what came of a code that was used twice ends');
    }
  });

  test('FLAW the code is an access token: it is short, random, and names nobody', async () => {
    const code = codeIn(await post(server, managementPath, asAdmin(tenant)));
    assert.match(code, /^[A-Za-z0-9_-]{43}$/);
    assert.notEqual(code, codeIn(await post(server, managementPath, asAdmin(tenant))));
  });

  test("answers in Usergrid's shape for the user that it speaks for", async () => {
    const admin = codeIn(await post(server, managementPath, asAdmin(tenant)));
    const ofAdmin = await exchange(server, '/management/token', tenant.organizationClient, admin);
    assert.equal(ofAdmin.body.user.username, tenant.admin.username);
    assert.equal(ofAdmin.body.expires_in, 3600);
    assert.equal(typeof ofAdmin.body.passwordChanged, 'number');
    const path = `/${tenant.organization}/${tenant.application}/token`;
    const user = codeIn(await post(server, pathOf(tenant), asUser(tenant)));
    const ofUser = await exchange(server, path, tenant.applicationClient, user);
    assert.equal(ofUser.body.user.uuid, tenant.user.uuid);
    for (const { body } of [ofAdmin, ofUser]) {
      assert.equal(body.token_type, undefined);
      assert.equal(body.scope, 'data:read data:create data:write data:search');
    }
  });

  test('goes with its client, its secret and its redirect URI only', async () => {
    const other = await createAuthorizeTenant(server);
    const path = '/management/token';
    const client = tenant.organizationClient;
    const wrong = [
      [other.organizationClient, {}, 400],
      [{ ...client, secret: other.organizationClient.secret }, {}, 401],
      [client, { redirect_uri: 'https://app.example/callback' }, 400],
      [client, { redirect_uri: '' }, 400],
      [client, { code_verifier: 'x'.repeat(43) }, 400],
    ] as const;
    for (const [presented, changes, status] of wrong) {
      const code = codeIn(await post(server, managementPath, asAdmin(tenant)));
      const refused = await exchange(server, path, presented, code, changes);
      assert.equal(refused.status, status, refused.text);
      assert.equal(refused.body.access_token, undefined);
    }
    const code = codeIn(await post(server, managementPath, asAdmin(tenant)));
    const elsewhere = await exchange(
      server,
      `/${tenant.organization}/${tenant.application}/token`,
      client,
      code,
    );
    assert.ok(elsewhere.status === 400 || elsewhere.status === 401);
  });

  test('is exchanged by a registered client too, its credentials in the header or in the body', async () => {
    const client = await registerClient(server, tenant, { scopes: ['data:read'], realm: 'application' });
    const path = `POST /${tenant.organization}/${tenant.application}/token`;
    const request = { grant_type: 'authorization_code', redirect_uri: redirectUri };
    const basic = { username: client.clientId, password: client.clientSecret };
    const inHeader = { ...request, code: await allowedCode(server, tenant, client, 'application') };
    const wrong = await call(server, path, { form: inHeader, basic: { ...basic, password: 'wrong' } });
    assert.equal(wrong.status, 401);
    const exchanged = await call(server, path, { form: inHeader, basic });
    assert.equal(exchanged.status, 200, exchanged.text);
    assert.equal(exchanged.body.scope, 'data:read');
    const code = await allowedCode(server, tenant, client, 'application');
    const body = { ...request, code, client_id: client.clientId, client_secret: client.clientSecret };
    assert.equal((await call(server, path, { form: body })).status, 200);
  });

  test('is bound to the challenge that came in the address of the page', async () => {
    const verifier = 'v'.repeat(64);
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    const query = new URLSearchParams({ code_challenge: challenge, code_challenge_method: 'S256' });
    const sign = async () => codeIn(await post(server, `${managementPath}?${query}`, asAdmin(tenant)));
    const withVerifier = (code: string, code_verifier: string) =>
      exchange(server, '/management/token', tenant.organizationClient, code, { code_verifier });
    assert.equal((await withVerifier(await sign(), 'w'.repeat(64))).status, 400);
    assert.equal((await withVerifier(await sign(), '')).status, 400);
    assert.equal((await withVerifier(await sign(), verifier)).status, 200);
  });
});

describe('redirectUris', () => {
  const settings = () =>
    [
      [
        `PUT /management/organizations/${tenant.organization}`,
        (uris: unknown) => ({ properties: { redirectUris: uris } }),
      ],
      [`PUT /${tenant.organization}/${tenant.application}`, (uris: unknown) => ({ redirectUris: uris })],
    ] as const;

  test('that cannot be registered are refused, and leave those that were', async () => {
    const unusable = [
      ['javascript:alert(1)'],
      ['https://app.example/*'],
      ['https://app.example/#fragment'],
      ['/callback'],
      [5],
      { a: 1 },
      true,
      ['https://app.example/ok', 'https://user@app.example/'],
      Array.from({ length: 101 }, (_, index) => `https://app.example/${index}`),
    ];
    for (const [path, bodyOf] of settings()) {
      for (const uris of unusable) {
        const refused = await call(server, path, { bearer: tenant.admin.token, json: bodyOf(uris) });
        assert.equal(refused.status, 400, JSON.stringify(uris));
        assert.equal(refused.body.error, 'invalid_redirect_uri');
      }
    }
    assert.equal((await post(server, managementPath, asAdmin(tenant))).status, 303);
  });

  test('that are taken away count no more', async () => {
    const own = await createAuthorizeTenant(server);
    const path = `PUT /management/organizations/${own.organization}`;
    const json = { properties: { redirectUris: null } };
    assert.equal((await call(server, path, { bearer: own.admin.token, json })).status, 200);
    assert.equal((await post(server, managementPath, asAdmin(own))).status, 400);
  });

  test('are set by administrators alone', async () => {
    for (const [path, bodyOf] of settings()) {
      for (const bearer of [tenant.user.token, undefined]) {
        const json = bodyOf(['https://evil.example/']);
        const refused = await call(server, path, { json, ...(bearer && { bearer }) });
        assert.equal(refused.status, 401);
      }
    }
  });
});
