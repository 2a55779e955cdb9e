import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Client } from '../../src/core/clients/client.ts';
import { digestOf } from '../../src/core/random-text.ts';
import { managementRealmKey, type RealmKey } from '../../src/core/tenancy/tenancy.ts';
import {
  openWorld,
  pageOf,
  password,
  redirectUri,
  rejectsWith,
  responseOf,
  returned,
  TestBrowser,
  type World,
} from './authorization-world.ts';

let world: World;
let organizationClient: Client;
let applicationClient: Client;

/** The client that the owner was born with, after redirect URIs were put on the owner. */
const builtIn = (owner: Parameters<World['core']['tenancy']['credentialsOf']>[0]) =>
  world.core.clients.require(world.core.tenancy.credentialsOf(owner).clientId);

before(async () => {
  world = await openWorld();
  const { tenancy } = world.core;
  const redirectUris = [redirectUri, `${redirectUri}?foo=bar`];
  organizationClient = await builtIn(await tenancy.updateOrganization(world.organization, { redirectUris }));
  applicationClient = await builtIn(await tenancy.updateApplication(world.application, { redirectUris }));
});
after(() => world.close());

type Fields = Record<string, string>;

const inputFor = (fields: Fields, realm: RealmKey, browser: TestBrowser) => ({
  parameters: Object.entries(fields),
  dialect: 'usergrid' as const,
  realm,
  browser,
});

async function submit(
  fields: Fields,
  realm: RealmKey,
  typed: Partial<Record<'username' | 'password', string>> = {},
) {
  const browser = new TestBrowser();
  const username = realm === managementRealmKey ? 'olga' : 'ann';
  const form = { username, password, fromAnotherSite: false, ...typed };
  const outcome = await world.authorize.signInWithRequest(inputFor(fields, realm, browser), form);
  browser.keep(outcome.cookie);
  return { outcome, browser };
}

/** As the form of seeds 000 and 001 sends it. */
const formFor = (client: Client, changes: Fields = {}): Fields => ({
  ...{ response_type: 'code', client_id: client.clientId, redirect_uri: redirectUri, scope: '', state: '' },
  ...changes,
});

test('UA-61 UA-63 the form is shown whatever the request says, even nothing', async () => {
  const requests: Fields[] = [
    {},
    { response_type: 'token', client_id: 'b0U5N81ME96NSeG78xIxQFxelQ' },
    { client_id: '\u0000', redirect_uri: 'javascript:alert(1)', state: 'x'.repeat(20_000) },
  ];
  for (const fields of requests) {
    const browser = new TestBrowser();
    const outcome = await world.authorize.begin(inputFor(fields, managementRealmKey, browser));
    const page = pageOf(outcome, 'sign_in');
    assert.equal(page.interaction, undefined);
    assert.equal(page.dialect, 'usergrid');
  }
});

test('UA-64 UA-65 wrong or missing credentials are told as such, before anything about the request', async () => {
  const form = formFor(organizationClient);
  const wrong = [{ password: 'wrong' }, { username: 'nobody' }, { username: organizationClient.clientId }];
  for (const typed of wrong) await rejectsWith('invalid_grant', submit(form, managementRealmKey, typed));
  const bad = { client_id: 'unknown', redirect_uri: 'https://evil.example/' };
  await rejectsWith('invalid_grant', submit(bad, managementRealmKey, { password: 'wrong' }));
  const browser = new TestBrowser();
  const nothing = { username: undefined, password: undefined, fromAnotherSite: false };
  const input = inputFor(form, managementRealmKey, browser);
  await rejectsWith('invalid_grant', world.authorize.signInWithRequest(input, nothing));
});

test('UA-66 with right credentials an unregistered redirect URI gets nothing', async () => {
  for (const redirect_uri of ['https://evil.example/', `${redirectUri}/`, 'javascript:alert(1)']) {
    const form = formFor(organizationClient, { redirect_uri });
    await rejectsWith('invalid_redirect_uri', submit(form, managementRealmKey));
  }
  await rejectsWith(
    'invalid_client',
    submit({ ...formFor(organizationClient), client_id: 'x' }, managementRealmKey),
  );
});

test('UA-67 UA-70 a code comes back, the query and the state as they were', async () => {
  const form = formFor(organizationClient, {
    redirect_uri: `${redirectUri}?foo=bar`,
    state: 'https://evil.example/',
  });
  const response = responseOf((await submit(form, managementRealmKey)).outcome);
  assert.equal(response.kind, 'redirect');
  if (response.kind !== 'redirect') return;
  const [code] = /(?<=code=)[A-Za-z0-9_-]+/.exec(response.location)!;
  const state = encodeURIComponent('https://evil.example/');
  assert.equal(response.location, `${redirectUri}?foo=bar&code=${code}&state=${state}`);
});

test('UA-67 an application user comes back to its application, with what of the scopes concerns data', async () => {
  const { outcome } = await submit(formFor(applicationClient), world.realm);
  const { code, ...rest } = returned(outcome);
  assert.deepEqual(rest, {});
  const stored = await world.storage.authorizationCodes(world.realm).find(digestOf(code!));
  assert.ok(stored?.scopes.includes('data:read'));
  assert.ok(!stored?.scopes.includes('openid'));
});

test('UA-68 the code is no access token', async () => {
  const { code } = returned((await submit(formFor(organizationClient), managementRealmKey)).outcome);
  assert.equal(await world.core.tokens.find(code!), undefined);
});

test('UA-69 a token comes back in the fragment', async () => {
  const form = formFor(organizationClient, { response_type: 'token', state: 's' });
  const response = responseOf((await submit(form, managementRealmKey)).outcome);
  assert.ok(response.kind === 'redirect' && response.location.startsWith(`${redirectUri}#access_token=`));
  const { access_token, token_type, expires_in, state } = returned({
    kind: 'response',
    response,
    cookie: undefined,
  });
  assert.deepEqual([token_type, expires_in, state], ['Bearer', '3600', 's']);
  const token = await world.core.tokens.find(access_token!);
  assert.equal(token?.principal.uuid, world.admin.uuid);
  assert.equal(token?.delegation?.clientId, organizationClient.clientId);
});

test('without a redirect URI a member of the organization is shown the token', async () => {
  const form = formFor(organizationClient, { response_type: 'token', redirect_uri: '' });
  const response = responseOf((await submit(form, managementRealmKey)).outcome);
  assert.equal(response.kind, 'shown_token');
  if (response.kind !== 'shown_token') return;
  assert.equal(response.expiresInSeconds, 3600);
  const token = await world.core.tokens.find(response.accessToken);
  assert.equal(token?.principal.uuid, world.admin.uuid);
});

test('without a redirect URI nobody else is shown anything, and a code is not shown at all', async () => {
  const stranger = { username: 'stan', email: 'stan@example.test', name: 'Stan', password };
  await world.core.adminAccounts.create(stranger);
  const shown = formFor(organizationClient, { response_type: 'token', redirect_uri: '' });
  await rejectsWith('invalid_request', submit(shown, managementRealmKey, { username: 'stan' }));
  await rejectsWith('invalid_request', submit({ ...shown, response_type: 'code' }, managementRealmKey));
  const ofApplication = formFor(applicationClient, { response_type: 'token', redirect_uri: '' });
  await rejectsWith('invalid_request', submit(ofApplication, world.realm));
});

test("who is no member of the client's organization is asked first", async () => {
  const stranger = { username: 'sam', email: 'sam@example.test', name: 'Sam', password };
  await world.core.adminAccounts.create(stranger);
  const { outcome, browser } = await submit(formFor(organizationClient), managementRealmKey, {
    username: 'sam',
  });
  const page = pageOf(outcome, 'consent');
  assert.equal(page.client.organization, 'Acme');
  const form = { formToken: page.formToken, scopes: undefined };
  assert.ok(returned(await world.authorize.consent(page.interaction, form, browser)).code);
});

test('S009 S011 what is wrong with the rest is told to the registered redirect URI', async () => {
  const told = returned(
    (await submit(formFor(organizationClient, { response_type: 'magic' }), managementRealmKey)).outcome,
  );
  assert.equal(told.error, 'unsupported_response_type');
});

test('S037 a form that another site sent signs nobody in', async () => {
  const browser = new TestBrowser();
  const form = { username: 'olga', password, fromAnotherSite: true };
  const input = inputFor(formFor(organizationClient), managementRealmKey, browser);
  await rejectsWith('form_token_mismatch', world.authorize.signInWithRequest(input, form));
});

test('S159 a client of one application is unknown to another, and to the management realm', async () => {
  const other = await world.core.tenancy.createApplication(world.organization, 'forge');
  await world.core.applicationAccounts.create(other, { username: 'ann', password }, { administrator: true });
  await rejectsWith('invalid_client', submit(formFor(applicationClient), other.key));
  await rejectsWith('invalid_client', submit(formFor(applicationClient), managementRealmKey));
  await rejectsWith('invalid_client', submit(formFor(organizationClient), world.realm));
});
