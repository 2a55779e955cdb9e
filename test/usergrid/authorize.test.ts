/** The sign-in page of clients, and sign-ins that fail. usergrid-auth.md 5, and 12.1: the flaws of the original. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { call } from '../support/http.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import type { Tenant } from '../support/tenant.ts';
import { Visitor } from '../support/visitor.ts';
import {
  allFields,
  asAdmin,
  assertSignInPage,
  asUser,
  createAuthorizeTenant,
  hiddenValues,
  managementPath,
  mismatch,
  pathOf,
  post,
  redirectUri,
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

const get = (path: string, headers: Record<string, string> = {}) =>
  new Visitor(server).get(path, { headers });

describe('the page', () => {
  test('UA-59 holds the request in hidden fields, and what is absent as empty ones', async () => {
    const page = await get(`${managementPath}?response_type=token&client_id=X`);
    assert.equal(page.status, 200);
    assertSignInPage(page);
    assert.deepEqual(hiddenValues(page.text), {
      ...{ response_type: 'token', client_id: 'X' },
      ...{ redirect_uri: '', scope: '', state: '' },
    });
  });

  test('UA-60 is HTML also for those who ask for JSON', async () => {
    const page = await get(`${managementPath}?response_type=token&client_id=X`, {
      accept: 'application/json',
    });
    assert.equal(page.status, 200);
    assertSignInPage(page);
  });

  test('UA-61 comes without any parameter too, with empty hidden values', async () => {
    const page = await get(managementPath);
    assert.equal(page.status, 200);
    assert.deepEqual(Object.values(hiddenValues(page.text)), ['', '', '', '', '']);
  });

  test('UA-62 escapes what came with the request', async () => {
    const hostile = `"><script>alert(1)</script>'&`;
    for (const name of allFields.slice(0, 5)) {
      const page = await get(`${managementPath}?${new URLSearchParams({ [name]: hostile })}`);
      assertSignInPage(page);
      assert.ok(!page.text.includes('<script>alert'), name);
      assert.equal(hiddenValues(page.text)[name], hostile);
    }
  });

  test('UA-63 does not fail for a client id that cannot be decoded', async () => {
    for (const clientId of ['b0U5N81ME96NSeG78xIxQFxelQ', 'b3U6', '%00', '\u{1F600}', 'x'.repeat(2000)]) {
      const page = await get(
        `${managementPath}?response_type=code&client_id=${encodeURIComponent(clientId)}`,
      );
      assert.equal(page.status, 200);
      assertSignInPage(page);
    }
  });

  test('of an application, too; there a client has to be named, else the error is HTML', async () => {
    const page = await get(`${pathOf(tenant)}?client_id=${tenant.applicationClient.id}`);
    assert.equal(page.status, 200);
    assertSignInPage(page);
    for (const query of ['', '?client_id=', '?client_id=%3Cb%3E', '?client_id=invalid_client_id']) {
      const error = await get(`${pathOf(tenant)}${query}`);
      assert.equal(error.status, 400);
      assert.match(String(error.headers['content-type']), /^text\/html/);
    }
  });

  test('FLAW no frame protection: it is shown in no frame, loads nothing, and is kept nowhere', async () => {
    const { headers } = await get(managementPath);
    assert.equal(headers['x-frame-options'], 'DENY');
    assert.match(String(headers['content-security-policy']), /default-src 'none'.*frame-ancestors 'none'/);
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(headers['referrer-policy'], 'no-referrer');
  });

  test('no other site may read it: it goes without the CORS headers of the API', async () => {
    const evil = { origin: 'https://evil.example' };
    for (const page of [
      await get(managementPath, evil),
      await get(`${pathOf(tenant)}?client_id=x`, evil),
      await post(server, managementPath, asAdmin(tenant, { password: 'wrong' }), evil),
    ]) {
      for (const name of Object.keys(page.headers)) assert.ok(!name.startsWith('access-control-'), name);
    }
  });

  test('other methods than GET and POST are refused', async () => {
    for (const path of [managementPath, pathOf(tenant)]) {
      assert.equal((await call(server, `PUT ${path}`)).status, 405);
    }
  });
});

describe('a failed sign-in', () => {
  test('UA-64 shows the form again with the message, and keeps the hidden fields', async () => {
    for (const [path, form] of [
      [managementPath, asAdmin(tenant, { password: 'wrong', scope: 'data:read', state: '<&">' })],
      [pathOf(tenant), asUser(tenant, { password: 'wrong', scope: 'data:read', state: '<&">' })],
    ] as const) {
      const page = await post(server, path, form);
      assert.equal(page.status, 200);
      assertSignInPage(page, mismatch);
      const { username, password, ...request } = form;
      assert.deepEqual(hiddenValues(page.text), request);
      assert.ok(!page.text.includes(password as string));
      assert.ok(!page.text.includes(username as string));
    }
  });

  test('UA-65 with client_id and client_secret instead of a username is the same page', async () => {
    const { id, secret } = tenant.organizationClient;
    const page = await post(server, managementPath, {
      ...{ response_type: 'code', client_id: id, client_secret: secret },
      ...{ redirect_uri: redirectUri, scope: '', state: '' },
    });
    assert.equal(page.status, 200);
    assertSignInPage(page, mismatch);
    assert.ok(!page.text.includes(secret));
  });

  test('with the username or the password missing or empty is the same page', async () => {
    const { username: _, ...withoutName } = asAdmin(tenant);
    for (const form of [
      withoutName,
      asAdmin(tenant, { password: '' }),
      { username: tenant.admin.username },
    ]) {
      const page = await post(server, managementPath, form as Record<string, string>);
      assert.equal(page.status, 200);
      assertSignInPage(page, mismatch);
    }
  });

  test('credentials in the address count for nothing', async () => {
    const { username, password, ...request } = asAdmin(tenant);
    const query = new URLSearchParams({ username: username as string, password: password as string });
    assertSignInPage(await post(server, `${managementPath}?${query}`, request), mismatch);
  });

  test('tells a user who knows the password that the account is not activated', async () => {
    const bearer = tenant.admin.token;
    const path = `/${tenant.organization}/${tenant.application}`;
    const account = { username: 'sleeping', email: 'sleeping@example.test', password: tenant.user.password };
    await call(server, `POST ${path}/users`, { bearer, json: account });
    const deactivated = await call(server, `POST ${path}/users/sleeping/deactivate`, { bearer });
    assert.equal(deactivated.status, 200);
    const right = await post(server, pathOf(tenant), asUser(tenant, { username: 'sleeping' }));
    assert.equal(right.status, 200);
    assertSignInPage(right, 'user not activated');
    const wrong = await post(
      server,
      pathOf(tenant),
      asUser(tenant, { username: 'sleeping', password: 'wrong' }),
    );
    assertSignInPage(wrong, mismatch);
  });

  test('FLAW shared state: what one posted is never shown to another', async () => {
    await post(server, managementPath, asAdmin(tenant, { password: 'wrong', state: 'of the first' }));
    assert.ok(!(await get(managementPath)).text.includes('of the first'));
  });
});

describe('another site', () => {
  const foreign = [
    { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
    { 'sec-fetch-site': 'same-site', origin: 'https://other.app.example' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
  ];

  test('FLAW no CSRF protection: the form that it made a browser send signs nobody in', async () => {
    for (const headers of foreign) {
      const page = await post(server, managementPath, asAdmin(tenant), headers as Record<string, string>);
      assert.equal(page.status, 403);
      assertSignInPage(page, 'Another site sent this form. Sign in here only if you want to.');
      assert.equal(page.headers.location, undefined);
      assert.ok(!String(page.headers['set-cookie'] ?? '').includes('.'));
    }
  });

  test('our own page does, from browsers new and old', async () => {
    for (const headers of [
      { 'sec-fetch-site': 'same-origin', origin: 'null' },
      { origin: server.url },
      { origin: 'null' },
    ]) {
      const visitor = new Visitor(server);
      const { username, password, ...request } = asAdmin(tenant);
      await visitor.get(`${managementPath}?${new URLSearchParams(request)}`);
      const answer = await visitor.post(managementPath, { form: asAdmin(tenant), headers });
      assert.equal(answer.status, 303);
      assert.ok(username && password);
    }
  });
});

test('FLAW no throttling: who guesses too often has to wait, and is told so on the page', async () => {
  const victim = await createAuthorizeTenant(server);
  const statuses: number[] = [];
  for (let attempt = 0; attempt < 30 && statuses.at(-1) !== 429; attempt++) {
    const page = await post(server, pathOf(victim), asUser(victim, { password: `guess ${attempt}` }));
    statuses.push(page.status);
    if (page.status === 429) {
      assertSignInPage(page, 'Too many attempts. Wait a while, then try again.');
      assert.ok(Number(page.headers['retry-after']) > 0);
    }
  }
  assert.equal(statuses.at(-1), 429);
});
