import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { StoredEntity } from '../../src/core/entities/entity-store.ts';
import type { Properties } from '../../src/core/tenancy/tenancy.ts';
import { type AccountsWorld, applicationOf, openAccountsWorld, origin } from './accounts-world.ts';

let world: AccountsWorld;
let ann: StoredEntity;
const shop = applicationOf();
const guest = { administrator: false };
const admin = { administrator: true };
const annAsSent = { username: 'Ann', email: 'Ann@example.test', password: 'first-one' };

beforeEach(async () => {
  world = await openAccountsWorld();
  ann = await world.applicationAccounts.create(shop, annAsSent, guest);
});
afterEach(() => world.close());

const create = (sent: Properties, by = guest) => world.applicationAccounts.create(shop, sent, by);
const update = (patch: Properties, by = guest) => world.applicationAccounts.update(shop, ann, patch, by);
const signIn = (password: string, identifier = 'ann') =>
  world.login.applicationUser(shop, identifier, password, origin);
const change = (oldPassword: unknown, newPassword: unknown, reference = 'ann') => {
  const request = { oldPassword, newPassword };
  return world.applicationAccounts.changePassword(shop, reference, request, { privileged: false, ...origin });
};
const propertiesOf = ({ body }: StoredEntity): Properties => JSON.parse(body) as Properties;

describe('creating an application user', () => {
  test('the new user is active, holds what was sent without the password, and can sign in', async () => {
    const bob = await create({
      username: 'bob',
      email: 'bob@example.test',
      password: 'long-enough',
      city: 'Rome',
    });
    const { username, email, city, activated, password } = propertiesOf(bob);
    assert.deepEqual(
      [username, email, city, activated, password],
      ['bob', 'bob@example.test', 'Rome', true, undefined],
    );
    const { entity, properties } = await signIn('long-enough', 'bob');
    assert.deepEqual([entity, properties], [bob, propertiesOf(bob)]);
  });

  test('secrets are stored under no spelling of their names', async () => {
    const sent = {
      username: 'bob',
      Password: 'long-enough',
      PIN: '1234',
      oldPassword: 'x',
      newpassword: 'y',
    };
    const bob = await create(sent);
    assert.doesNotMatch(bob.body, /long-enough|1234|pass|pin/i);
    await signIn('long-enough', 'bob');
  });

  test('UA-145 FLAW 10: a refused password leaves no user behind', async () => {
    const refused = create({ username: 'bob', password: 'foo' });
    await assert.rejects(refused, {
      code: 'password_policy',
      message: 'error_length_policy: must be at least 4 characters ',
    });
    assert.equal(await world.applicationAccounts.find(shop, 'bob'), undefined);
    await create({ username: 'bob', password: 'long-enough' });
  });

  test('UA-147: the username me is refused, at POST and at PUT', async () => {
    const refused = { code: 'invalid_argument', message: "Username 'me' is reserved" };
    await assert.rejects(create({ username: 'me' }), refused);
    await assert.rejects(create({ USERNAME: 'Me' }), refused);
    await assert.rejects(update({ username: 'me' }), refused);
  });

  test('a user without a username is refused, a user without a password cannot sign in', async () => {
    await assert.rejects(create({ email: 'bob@example.test' }), { code: 'missing_property' });
    await create({ username: 'bob' });
    await assert.rejects(signIn('', 'bob'), { code: 'invalid_grant' });
  });

  test('a name that is taken, in any case, is refused, and the password of its owner stays', async () => {
    await assert.rejects(create({ username: 'ANN', password: 'another-one' }), { code: 'duplicate_value' });
    await signIn('first-one');
    await assert.rejects(signIn('another-one'), { code: 'invalid_grant' });
  });

  test('activated is set by the server, and strangers do not say that they are confirmed', async () => {
    const states = { ACTIVATED: false, confirmed: true, deactivated: 5 };
    const { activated, ACTIVATED, confirmed, deactivated } = propertiesOf(
      await create({ username: 'bob', ...states }),
    );
    assert.deepEqual([activated, ACTIVATED, confirmed, deactivated], [true, undefined, undefined, undefined]);
    const byAdmin = await create({ username: 'eve', confirmed: 'true' }, admin);
    assert.equal(propertiesOf(byAdmin).confirmed, true);
  });

  test('the picture is that of the address, unless one was sent or there is no address', async () => {
    const digest = createHash('md5').update('ann@example.test').digest('hex');
    assert.equal(propertiesOf(ann).picture, `http://www.gravatar.com/avatar/${digest}`);
    const own = await create({ username: 'bob', email: 'bob@example.test', picture: 'http://p.example/1' });
    assert.equal(propertiesOf(own).picture, 'http://p.example/1');
    assert.equal(propertiesOf(await create({ username: 'eve' })).picture, undefined);
  });

  test('a uuid may be chosen', async () => {
    const uuid = '12345678-1234-4234-8234-123456789abc';
    const sent = { username: 'bob', password: 'long-enough' };
    const bob = await world.applicationAccounts.create(shop, sent, { ...guest, uuid });
    assert.equal(bob.uuid, uuid);
    assert.equal((await signIn('long-enough', uuid)).entity.uuid, uuid);
  });
});

describe('creating a batch of users', () => {
  test('FLAW 10: every password of a batch is set', async () => {
    const sent = ['a', 'b', 'c'].map((name) => ({ username: name, password: `password-${name}` }));
    const created = await world.applicationAccounts.createMany(shop, sent, guest);
    assert.deepEqual(
      created.map((user) => propertiesOf(user).username),
      ['a', 'b', 'c'],
    );
    for (const { username, password } of sent) await signIn(password, username);
  });

  test('items at fault are left out, and of two of one name the first is kept with its password', async () => {
    const sent = [
      { username: 'short', password: 'foo' },
      { email: 'nameless@example.test' },
      { username: 'ann', password: 'another-one' },
      { username: 'bob', password: 'password-of-first' },
      { username: 'BOB', password: 'password-of-second' },
      { username: 'me' },
    ];
    const created = await world.applicationAccounts.createMany(shop, sent, guest);
    assert.deepEqual(
      created.map((user) => propertiesOf(user).username),
      ['bob'],
    );
    await signIn('password-of-first', 'bob');
    await signIn('first-one', 'ann');
  });
});

describe('updating an application user', () => {
  test('ignores passwords and merges the rest', async () => {
    const updated = await update({
      city: 'Rome',
      password: 'second-one',
      newpassword: 'x',
      oldpassword: 'y',
    });
    assert.equal(propertiesOf(updated).city, 'Rome');
    assert.doesNotMatch(updated.body, /password/);
    await signIn('first-one');
  });

  test('disabled: true ends the tokens and the sign-in', async () => {
    await update({ disabled: 'true' });
    assert.deepEqual(world.revoked, [{ uuid: ann.uuid, reason: 'account_disabled' }]);
    await assert.rejects(signIn('first-one'), { code: 'account_disabled' });
    await assert.rejects(signIn('wrong-one'), { code: 'invalid_grant' });
  });

  test('a state that is neither true nor false is refused, a blank one is ignored', async () => {
    await assert.rejects(update({ activated: 'perhaps' }), { code: 'invalid_argument' });
    assert.equal(propertiesOf(await update({ activated: null })).activated, true);
  });

  test('a new address is unconfirmed until shown otherwise', async () => {
    ann = await update({ confirmed: true }, admin);
    assert.equal(propertiesOf(ann).confirmed, true);
    ann = await update({ email: 'ANN@example.test' });
    assert.equal(propertiesOf(ann).confirmed, true);
    ann = await update({ email: 'new@example.test', confirmed: true });
    assert.equal(propertiesOf(ann).confirmed, false);
  });
});

test('UA-149: a deactivated user cannot sign in, has no tokens, and comes back with activated: true', async () => {
  ann = await world.applicationAccounts.deactivate(shop, ann);
  const { activated, deactivated } = propertiesOf(ann);
  assert.deepEqual([activated, deactivated], [false, world.clock.now()]);
  assert.deepEqual(world.revoked, [{ uuid: ann.uuid, reason: 'account_inactive' }]);
  await assert.rejects(signIn('first-one'), { code: 'account_inactive', message: 'user not activated' });
  const back = propertiesOf(await update({ activated: true }));
  assert.deepEqual([back.activated, back.deactivated], [true, undefined]);
  await signIn('first-one');
});

test('deleting a user ends the tokens and frees name and password', async () => {
  await world.applicationAccounts.delete(shop, ann);
  assert.deepEqual(world.revoked, [{ uuid: ann.uuid, reason: 'principal_gone' }]);
  await assert.rejects(signIn('first-one'), { code: 'invalid_grant' });
  await create({ username: 'ann' });
  await assert.rejects(signIn('first-one'), { code: 'invalid_grant' });
});

describe('changing the password of an application user', () => {
  test('UA-143: with the old one; the new one then signs in, and other tokens end', async () => {
    await change('first-one', 'second-one');
    await signIn('second-one');
    await assert.rejects(signIn('first-one'), { code: 'invalid_grant' });
    assert.deepEqual(world.revoked, [{ uuid: ann.uuid, reason: 'revoked', keep: undefined }]);
  });

  test('UA-144: an administrator of the application needs no old one', async () => {
    const request = { oldPassword: 'wrong', newPassword: 'second-one' };
    await world.applicationAccounts.changePassword(shop, 'ann', request, { privileged: true, ...origin });
    await signIn('second-one');
  });

  test('everyone else does', async () => {
    await assert.rejects(change('wrong-one', 'second-one'), { code: 'password_mismatch' });
    const both = { code: 'invalid_argument', message: 'oldpassword and newpassword are both required' };
    await assert.rejects(change(undefined, 'second-one'), both);
    const missing = { code: 'invalid_argument', message: 'newpassword is required' };
    await assert.rejects(change('first-one', undefined), missing);
    await signIn('first-one');
  });

  test('a short one is refused, and an unknown user is not found', async () => {
    await assert.rejects(change('first-one', 'foo'), { code: 'password_policy' });
    const unknown = change('first-one', 'second-one', 'nobody');
    await assert.rejects(unknown, { code: 'entity_not_found', message: 'User not found' });
  });

  test('guesses are throttled', async () => {
    for (let guess = 0; guess < 10; guess++) await assert.rejects(change(`guess-${guess}`, 'second-one'));
    await assert.rejects(change('first-one', 'second-one'), { code: 'throttled' });
  });
});

describe('signing in to an application', () => {
  test('UA-2 UA-3: by username, email and uuid, in any case', async () => {
    for (const identifier of ['ANN', 'ann@example.test', ann.uuid.toUpperCase()]) {
      assert.equal((await signIn('first-one', identifier)).entity.uuid, ann.uuid);
    }
  });

  test('accounts of one application are unknown to another and to the management realm', async () => {
    const other = applicationOf({}, 3);
    const refused = { code: 'invalid_grant', message: 'invalid username or password' };
    await assert.rejects(world.login.applicationUser(other, 'ann', 'first-one', origin), refused);
    await assert.rejects(world.login.applicationUser(other, ann.uuid, 'first-one', origin), refused);
    await assert.rejects(world.login.adminUser('ann', 'first-one', origin), refused);
  });

  test('failures in one application hold nobody back in another', async () => {
    for (let guess = 0; guess < 10; guess++) await assert.rejects(signIn(`guess-${guess}`));
    await assert.rejects(signIn('first-one'), { code: 'throttled' });
    const other = applicationOf({}, 3);
    await world.applicationAccounts.create(other, annAsSent, guest);
    await world.login.applicationUser(other, 'ann', 'first-one', origin);
  });
});
