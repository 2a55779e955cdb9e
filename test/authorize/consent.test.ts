import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { digestOf } from '../../src/core/random-text.ts';
import {
  allow,
  begin,
  familiarBrowser,
  openWorld,
  pageOf,
  rejectsWith,
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

const scopesOf = async (code: string | undefined) =>
  (await world.storage.authorizationCodes(world.realm).find(digestOf(code!)))?.scopes;

const three = { scope: 'openid email profile' };

test('S048 the page names client, organization, destination and each scope in plain words', async () => {
  const client = await world.register({ policyUri: 'https://app.example/policy' }, { name: 'Photo Box' });
  const browser = new TestBrowser();
  const page = pageOf(await signIn(world, browser, await begin(world, browser, client, three)), 'consent');
  assert.deepEqual(
    [page.client.name, page.client.organization, page.client.destination, page.client.unproven],
    ['Photo Box', 'Acme', 'app.example', false],
  );
  assert.equal(page.client.policyUri, 'https://app.example/policy');
  assert.deepEqual(
    page.scopes.map(({ name, allowed }) => [name, allowed]),
    [
      ['openid', false],
      ['email', false],
      ['profile', false],
    ],
  );
  assert.ok(page.scopes.every(({ description }) => description?.words));
  assert.equal(page.account.email, 'ann@example.test');
});

test('S044 a consent may reduce what was asked, and adds nothing', async () => {
  const client = await world.register();
  const browser = new TestBrowser();
  const page = await signIn(world, browser, await begin(world, browser, client, three));
  const ticked = ['email', 'offline_access', 'data:write', 'profile '];
  const { code } = returned(await allow(world, browser, page, ticked));
  assert.deepEqual(await scopesOf(code), ['email']);
  const grant = await world.storage.grants(world.realm).findOf(world.user.uuid, client.clientId);
  assert.deepEqual(grant?.scopes, ['email']);
});

test('S033 a consent gives no scope that was taken from the client while the page was shown', async () => {
  const client = await world.register();
  const browser = new TestBrowser();
  const page = await signIn(world, browser, await begin(world, browser, client, three));
  await world.core.clients.update(client.clientId, { scopes: ['openid', 'email'] });
  const { code } = returned(await allow(world, browser, page));
  assert.deepEqual(await scopesOf(code), ['openid', 'email']);
});

test('S049 a larger request asks again, and shows what is new', async () => {
  const client = await world.register();
  const browser = await familiarBrowser(world, client);
  const page = pageOf(await begin(world, browser, client, three), 'consent');
  assert.deepEqual(
    page.scopes.map(({ allowed }) => allowed),
    [true, false, false],
  );
  await world.authorize.consent(page.interaction, { formToken: page.formToken, scopes: undefined }, browser);
  assert.ok(returned(await begin(world, browser, client, three)).code);
  assert.ok(returned(await begin(world, browser, client)).code);
});

test('S049 consent is remembered for one client and one user', async () => {
  await world.createUser('carl');
  const client = await world.register();
  const browser = await familiarBrowser(world, client);
  pageOf(await begin(world, browser, await world.register()), 'consent');
  const carls = new TestBrowser();
  pageOf(await signIn(world, carls, await begin(world, carls, client), 'carl'), 'consent');
});

test('S049 a loopback or own-scheme client is asked for every time', async () => {
  const uris = ['http://127.0.0.1/cb', 'com.example.app:/cb'];
  for (const redirect_uri of uris) {
    const client = await world.register({ redirectUris: [redirect_uri] }, { type: 'native' });
    const browser = await familiarBrowser(world, client, { redirect_uri });
    const page = pageOf(await begin(world, browser, client, { redirect_uri }), 'consent');
    assert.equal(page.client.unproven, true);
    const silent = { redirect_uri, prompt: 'none' };
    assert.equal(returned(await begin(world, browser, client, silent)).error, 'consent_required');
  }
});

test('a trusted client is not asked for, but on its own wish', async () => {
  const client = await world.register({ consent: 'trusted' });
  const browser = new TestBrowser();
  assert.ok(returned(await signIn(world, browser, await begin(world, browser, client))).code);
  pageOf(await begin(world, browser, client, { prompt: 'consent' }), 'consent');
});

test('S051 a grant that was ended asks again', async () => {
  const client = await world.register();
  const browser = await familiarBrowser(world, client);
  const slice = { limit: 100, from: undefined };
  const granted = await world.core.grantManagement.list(world.realm, world.user.uuid, slice);
  const own = granted.items.find(({ grant }) => grant.clientId === client.clientId);
  await world.core.grantManagement.end(world.realm, world.user.uuid, own!.grant.id);
  pageOf(await begin(world, browser, client), 'consent');
});

test('S037 S044 a consent without the form of this session, or of another browser, does nothing', async () => {
  const client = await world.register();
  const browser = new TestBrowser();
  const page = pageOf(await signIn(world, browser, await begin(world, browser, client)), 'consent');
  const stranger = new TestBrowser();
  const strangers = pageOf(await begin(world, stranger, client), 'sign_in');
  for (const formToken of [undefined, '', strangers.formToken, `${page.formToken}x`]) {
    const forged = world.authorize.consent(page.interaction, { formToken, scopes: undefined }, browser);
    await rejectsWith('form_token_mismatch', forged);
  }
  const form = { formToken: page.formToken, scopes: undefined };
  await rejectsWith('interaction_not_found', world.authorize.consent(page.interaction, form, stranger));
  assert.ok(returned(await world.authorize.consent(page.interaction, form, browser)).code);
});

test('of two and three answers at once, one gets a code', async () => {
  for (const many of [2, 3]) {
    const client = await world.register();
    const browser = new TestBrowser();
    const page = pageOf(await signIn(world, browser, await begin(world, browser, client)), 'consent');
    const answers = await Promise.allSettled(
      Array.from({ length: many }, () =>
        world.authorize.consent(page.interaction, { formToken: page.formToken, scopes: undefined }, browser),
      ),
    );
    assert.equal(answers.filter(({ status }) => status === 'fulfilled').length, 1);
    for (const answer of answers) {
      if (answer.status === 'rejected') assert.equal(answer.reason.code, 'interaction_not_found');
    }
  }
});

test('of a consent and a refusal at once, one counts', async () => {
  const client = await world.register();
  const browser = new TestBrowser();
  const page = pageOf(await signIn(world, browser, await begin(world, browser, client)), 'consent');
  const both = await Promise.allSettled([
    world.authorize.cancel(page.interaction, page, browser),
    world.authorize.consent(page.interaction, { formToken: page.formToken, scopes: undefined }, browser),
  ]);
  assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
});

test('S044 a code for scopes that were reduced to none is still one', async () => {
  const client = await world.register();
  const browser = new TestBrowser();
  const page = await signIn(world, browser, await begin(world, browser, client));
  assert.deepEqual(await scopesOf(returned(await allow(world, browser, page, [])).code), []);
});
