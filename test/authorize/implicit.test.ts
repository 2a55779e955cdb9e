import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Client } from '../../src/core/clients/client.ts';
import { leftHalfHash } from '../../src/core/oidc/id-token.ts';
import {
  begin,
  familiarBrowser,
  openWorld,
  pageOf,
  publicUrl,
  redirectUri,
  rejectsWith,
  responseOf,
  returned,
  signIn,
  TestBrowser,
  type World,
} from './authorization-world.ts';

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world.close());

const claimsOf = (idToken: string | undefined): Record<string, unknown> =>
  JSON.parse(Buffer.from(idToken!.split('.')[1]!, 'base64url').toString());

const implicit = () => world.register({ grantTypes: ['authorization_code', 'implicit'] });
const autodesk = (settings: Partial<Client> = {}) =>
  world.register({ scopes: ['data:read', 'openid'], ...settings }, { dialect: 'autodesk' });

test('S019 S020 S109 token and ID token come together in the fragment, and no refresh token', async () => {
  const client = await implicit();
  const browser = await familiarBrowser(world, client);
  const outcome = await begin(world, browser, client, { response_type: 'id_token token', nonce: 'n-1' });
  const response = responseOf(outcome);
  assert.ok(response.kind === 'redirect' && response.location.startsWith(`${redirectUri}#access_token=`));
  const back = returned(outcome);
  assert.deepEqual(Object.keys(back), [
    ...['access_token', 'token_type', 'expires_in', 'scope', 'id_token', 'state', 'iss'],
  ]);
  const claims = claimsOf(back.id_token);
  assert.equal(claims.nonce, 'n-1');
  assert.equal(claims.at_hash, leftHalfHash(back.access_token!));
  assert.equal(claims.iss, back.iss);
  const token = await world.core.tokens.find(back.access_token!);
  assert.deepEqual(token?.delegation?.scopes, ['openid']);
});

test('S110 an ID token that comes alone holds the claims of its scopes', async () => {
  const client = await implicit();
  const asked = { response_type: 'id_token', scope: 'openid email', nonce: 'n' };
  const browser = await familiarBrowser(world, client, asked);
  const back = returned(await begin(world, browser, client, asked));
  assert.equal(claimsOf(back.id_token).email, 'ann@example.test');
  assert.equal(back.access_token, undefined);
});

test('S044 an ID token that was asked for needs openid, whatever was left ticked', async () => {
  const client = await implicit();
  const browser = new TestBrowser();
  const asked = { response_type: 'id_token', scope: 'openid email', nonce: 'n' };
  const page = pageOf(await signIn(world, browser, await begin(world, browser, client, asked)), 'consent');
  const form = { formToken: page.formToken, scopes: [] };
  const back = returned(await world.authorize.consent(page.interaction, form, browser));
  assert.equal(claimsOf(back.id_token).email, undefined);
});

test('S051 a token from here ends with its grant', async () => {
  const client = await implicit();
  const browser = await familiarBrowser(world, client);
  const { access_token } = returned(await begin(world, browser, client, { response_type: 'token' }));
  assert.ok(await world.core.tokens.find(access_token!));
  const grant = await world.storage.grants(world.realm).findOf(world.user.uuid, client.clientId);
  await world.core.grantManagement.end(world.realm, world.user.uuid, grant!.id);
  assert.equal(await world.core.tokens.find(access_token!), undefined);
});

test('APS-13 APS-16 autodesk v1 puts the token into the query, as seed 004 shows', async () => {
  const client = await autodesk();
  const changes = { scope: 'data:read', redirect_uri: `${redirectUri}?foo=bar` };
  const browser = await familiarBrowser(world, client, { scope: 'data:read' });
  const asked = { ...changes, response_type: 'token' };
  const response = responseOf(await begin(world, browser, client, asked, 'autodesk_v1'));
  assert.ok(response.kind === 'redirect');
  if (response.kind !== 'redirect') return;
  assert.match(
    response.location,
    /^https:\/\/app\.example\/cb\?foo=bar&access_token=[A-Za-z0-9._-]+&token_type=Bearer&expires_in=3599&state=xyz$/,
  );
});

test('APS-15 in both places it is the same token', async () => {
  const client = await autodesk({ implicitReturn: 'both' });
  const browser = await familiarBrowser(world, client, { scope: 'data:read' });
  const asked = { response_type: 'token', scope: 'data:read' };
  const response = responseOf(await begin(world, browser, client, asked, 'autodesk_v1'));
  const url = new URL(response.kind === 'redirect' ? response.location : '');
  const fragment = new URLSearchParams(url.hash.slice(1));
  assert.equal(url.searchParams.get('access_token'), fragment.get('access_token'));
});

test('APS-11 APS-21 autodesk has no iss, and the state verbatim', async () => {
  const client = await autodesk();
  const browser = await familiarBrowser(world, client, { scope: 'data:read' });
  const asked = { scope: 'data:read', state: 'undefined' };
  assert.deepEqual(Object.keys(returned(await begin(world, browser, client, asked, 'autodesk_v1'))), [
    'code',
    'state',
  ]);
});

test('APS-23 prompt=login shows the sign-in page despite a session', async () => {
  const client = await autodesk();
  const browser = await familiarBrowser(world, client, { scope: 'data:read' });
  const asked = { scope: 'data:read', prompt: 'login' };
  pageOf(await begin(world, browser, client, asked, 'autodesk_v1'), 'sign_in');
});

test('APS-52 APS-53 v2 posts an ID token of the root issuer by form', async () => {
  const client = await autodesk();
  const browser = await familiarBrowser(world, client, { scope: 'openid' });
  const asked = { response_type: 'id_token', response_mode: 'form_post', nonce: 'n', scope: 'openid' };
  const response = responseOf(await begin(world, browser, client, asked, 'autodesk_v2'));
  assert.equal(response.kind, 'form_post');
  if (response.kind !== 'form_post') return;
  assert.deepEqual(
    response.fields.map(([name]) => name),
    ['id_token', 'state'],
  );
  assert.equal(claimsOf(response.fields[0]?.[1]).iss, publicUrl);
});

test('APS-28 APS-29 a wildcard after the host name covers paths, and no trick', async () => {
  const client = await autodesk({ redirectUris: ['https://a.test/cb/*'] });
  const asked = { scope: 'data:read', redirect_uri: 'https://a.test/cb/x?y=1' };
  pageOf(await begin(world, new TestBrowser(), client, asked, 'autodesk_v1'), 'sign_in');
  for (const host of ['a.test.evil/cb/x', 'a.test@evil/cb/x', 'a.test/cb/../x', 'a.test/cb/%2e%2e/x']) {
    const tricky = { ...asked, redirect_uri: `https://${host}` };
    await rejectsWith('invalid_redirect_uri', begin(world, new TestBrowser(), client, tricky, 'autodesk_v1'));
  }
});

test('S100 a JWT access token is issued where the client wants one', async () => {
  const client = await world.register({ grantTypes: ['implicit'], accessTokenFormat: 'jwt' });
  const browser = await familiarBrowser(world, client, { response_type: 'token' });
  const { access_token } = returned(await begin(world, browser, client, { response_type: 'token' }));
  assert.equal(access_token?.split('.').length, 3);
});
