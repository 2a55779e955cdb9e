import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Client } from '../../src/core/clients/client.ts';
import { digestOf } from '../../src/core/random-text.ts';
import {
  allow,
  begin,
  challenge,
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
  verifier,
  type World,
} from './authorization-world.ts';

let world: World;
let client: Client;
before(async () => {
  world = await openWorld();
  client = await world.register({ scopes: ['openid', 'profile', 'email', 'offline_access'] });
});
after(() => world.close());

test('somebody signs in, allows it, and comes back to the client with a code that is good', async () => {
  const browser = new TestBrowser();
  const atSignIn = await begin(world, browser, client);
  assert.equal(pageOf(atSignIn, 'sign_in').client?.name, 'App');
  const atConsent = await signIn(world, browser, atSignIn);
  const { account, scopes } = pageOf(atConsent, 'consent');
  assert.deepEqual([account.username, scopes[0]?.name], ['ann', 'openid']);
  const back = returned(await allow(world, browser, atConsent));
  assert.deepEqual(Object.keys(back), ['code', 'state', 'iss']);
  assert.equal(back.iss, `${publicUrl}/acme/shop`);
  const stored = await world.storage.authorizationCodes(world.realm).find(digestOf(back.code!));
  assert.equal(stored?.user, world.user.uuid);
  assert.equal(stored?.request.codeChallenge, challenge);
  assert.equal(stored?.authenticatedAt, Math.floor(world.clock.time / 1000));
});

test('S015 the code is exchanged once, by its client, with the verifier', async () => {
  const { client: web, clientSecret } = await world.core.clients.register(
    { ...foundation(world), name: 'Web' },
    { redirectUris: [redirectUri], grantTypes: ['authorization_code', 'refresh_token'] },
  );
  const browser = await familiarBrowser(world, web);
  const { code } = returned(await begin(world, browser, web));
  const exchange = () =>
    world.core.clientTokenEndpoint.answer({
      ...{ realm: world.realm, dialect: 'standard', authorization: undefined, queryNames: [], address: '' },
      form: Object.entries({
        ...{ grant_type: 'authorization_code', code: code!, redirect_uri: redirectUri },
        ...{ code_verifier: verifier, client_id: web.clientId, client_secret: clientSecret! },
      }),
    });
  const answer = await exchange();
  assert.ok(answer.idToken && answer.refreshToken);
  assert.deepEqual(answer.scopes, ['openid']);
  await rejectsWith('invalid_grant', exchange());
});

test('a session and a remembered consent answer at once, and store no interaction (S049)', async () => {
  const browser = await familiarBrowser(world, client);
  assert.ok(returned(await begin(world, browser, client)).code);
});

test('S026 prompt=none answers without a page, or says which page it would have taken', async () => {
  const stranger = new TestBrowser();
  const told = returned(await begin(world, stranger, client, { prompt: 'none' }));
  assert.deepEqual([told.error, told.state, told.iss], ['login_required', 'xyz', `${publicUrl}/acme/shop`]);
  assert.equal(stranger.cookies.size, 0);
  const browser = await familiarBrowser(world, client);
  assert.ok(returned(await begin(world, browser, client, { prompt: 'none' })).code);
  const more = { prompt: 'none', scope: 'openid email' };
  assert.equal(returned(await begin(world, browser, client, more)).error, 'consent_required');
});

test('S025 what is wrong is told to the client after the sign-in only', async () => {
  const browser = new TestBrowser();
  const atSignIn = await begin(world, browser, client, { response_type: 'magic' });
  const told = returned(await signIn(world, browser, atSignIn));
  assert.equal(told.error, 'unsupported_response_type');
  assert.equal(told.state, 'xyz');
  const signedIn = returned(await begin(world, browser, client, { response_type: undefined }));
  assert.equal(signedIn.error, 'invalid_request');
});

test('S024 S026 what is wrong with a silent request is told at once', async () => {
  const told = await begin(world, new TestBrowser(), client, { prompt: 'none', max_age: 'soon' });
  assert.equal(returned(told).error, 'invalid_request');
  const response = responseOf(told);
  assert.equal(response.error?.code, 'invalid_request');
});

test('S050 APS-26 a refusal comes back as access_denied, with state', async () => {
  const browser = new TestBrowser();
  const fresh = await world.register();
  const page = pageOf(await signIn(world, browser, await begin(world, browser, fresh)), 'consent');
  const told = returned(await world.authorize.cancel(page.interaction, page, browser));
  assert.deepEqual([told.error, told.state], ['access_denied', 'xyz']);
  await rejectsWith('interaction_not_found', world.authorize.cancel(page.interaction, page, browser));
});

test('a sign-in may be given up too', async () => {
  const browser = new TestBrowser();
  const page = pageOf(await begin(world, browser, client), 'sign_in');
  const told = returned(await world.authorize.cancel(page.interaction!, page, browser));
  assert.equal(told.error, 'access_denied');
});

test('a wrong password leaves the interaction where it is (S046)', async () => {
  const browser = new TestBrowser();
  const atSignIn = await begin(world, browser, client);
  await rejectsWith('invalid_grant', signIn(world, browser, atSignIn, 'ann', 'wrong'));
  await rejectsWith('invalid_grant', signIn(world, browser, atSignIn, 'nobody', 'wrong'));
  assert.ok(returned(await signIn(world, browser, atSignIn)).code);
});

test('S027 prompt=login asks once more, and nothing but a sign-in satisfies it', async () => {
  const browser = await familiarBrowser(world, client);
  const page = await begin(world, browser, client, { prompt: 'login' });
  const { interaction, again, username } = pageOf(page, 'sign_in');
  assert.deepEqual([again, username], ['asked_by_client', 'ann']);
  pageOf(await world.authorize.resume(interaction!, browser), 'sign_in');
  const { formToken } = (await world.ownSignIn.find(world.realm, browser))!;
  const skipped = { formToken, scopes: undefined };
  pageOf(await world.authorize.consent(interaction!, skipped, browser), 'sign_in');
  pageOf(await world.authorize.keepAccount(interaction!, skipped, browser), 'sign_in');
  world.advance(5000);
  const { code } = returned(await signIn(world, browser, page));
  const stored = await world.storage.authorizationCodes(world.realm).find(digestOf(code!));
  assert.equal(stored?.authenticatedAt, Math.floor(world.clock.time / 1000));
});

test('S028 max_age asks again when the sign-in is too long ago', async () => {
  const browser = await familiarBrowser(world, client);
  world.advance(60_000);
  assert.ok(returned(await begin(world, browser, client, { max_age: '60' })).code);
  world.advance(1000);
  const page = await begin(world, browser, client, { max_age: '60' });
  assert.ok(returned(await signIn(world, browser, page)).code);
  pageOf(await begin(world, browser, client, { max_age: '0' }), 'sign_in');
});

test('prompt=select_account asks which account; the one signed in may stay', async () => {
  const browser = await familiarBrowser(world, client);
  const page = pageOf(await begin(world, browser, client, { prompt: 'select_account' }), 'choose_account');
  assert.equal(page.account.username, 'ann');
  assert.ok(returned(await world.authorize.keepAccount(page.interaction, page, browser)).code);
});

test('prompt=select_account lets another account sign in', async () => {
  await world.createUser('bob');
  const browser = await familiarBrowser(world, client);
  const page = pageOf(await begin(world, browser, client, { prompt: 'select_account' }), 'choose_account');
  const other = await world.authorize.switchAccount(page.interaction, browser);
  assert.equal(pageOf(other, 'sign_in').again, 'other_account');
  const atConsent = pageOf(await signIn(world, browser, other, 'bob'), 'consent');
  assert.equal(atConsent.account.username, 'bob');
});

test('APS-55 prompt=create offers to make an account', async () => {
  const page = pageOf(await begin(world, new TestBrowser(), client, { prompt: 'create' }), 'sign_in');
  assert.equal(page.offersAccount, true);
});

test('S029 a hint at another user asks for that user, and refuses whoever else signs in', async () => {
  await world.createUser('eve');
  const implicit = await world.register({ grantTypes: ['authorization_code', 'implicit'] });
  const idTokenRequest = { response_type: 'id_token', nonce: 'n' };
  const ann = await familiarBrowser(world, implicit, idTokenRequest);
  const { id_token } = returned(await begin(world, ann, implicit, idTokenRequest));
  const hinted = { id_token_hint: id_token };
  assert.ok(returned(await begin(world, ann, implicit, { ...hinted, prompt: 'none' })).code);
  const eve = new TestBrowser();
  const told = await signIn(world, eve, await begin(world, eve, implicit, hinted), 'eve');
  assert.equal(returned(told).error, 'login_required');
  assert.equal(
    returned(await begin(world, eve, implicit, { ...hinted, prompt: 'none' })).error,
    'login_required',
  );
});

test('S002 S005 a client switched off, and a redirect URI taken away, end what is under way', async () => {
  const off = await world.register();
  const browser = new TestBrowser();
  const page = await begin(world, browser, off);
  await world.core.clients.setDisabled(off.clientId, true);
  await rejectsWith('invalid_client', signIn(world, browser, page));
  await world.core.clients.setDisabled(off.clientId, false);
  await world.core.clients.update(off.clientId, { redirectUris: ['https://app.example/new'] });
  await rejectsWith('invalid_redirect_uri', signIn(world, browser, page));
});

test('S021 form_post gives the fields to post, and nothing in the URI', async () => {
  const browser = await familiarBrowser(world, client);
  const response = responseOf(await begin(world, browser, client, { response_mode: 'form_post' }));
  assert.equal(response.kind, 'form_post');
  if (response.kind !== 'form_post') return;
  assert.equal(response.action, redirectUri);
  assert.deepEqual(
    response.fields.map(([name]) => name),
    ['code', 'state', 'iss'],
  );
});

const foundation = ({ realm, organization }: World) =>
  ({ type: 'web', dialect: 'standard', realm, organizationUuid: organization.uuid }) as const;
