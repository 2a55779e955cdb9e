import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { AdminUser } from '../../src/core/identity/accounts.ts';
import { type AccountsWorld, openAccountsWorld, origin } from './accounts-world.ts';

let world: AccountsWorld;
let ann: AdminUser;

beforeEach(async () => {
  world = await openAccountsWorld();
  ann = await world.accounts.create({ username: 'Ann', email: 'Ann@example.test', password: 'first-one' });
});
afterEach(() => world.close());

const signIn = (password: string, identifier = 'ann', address = origin.address) =>
  world.login.adminUser(identifier, password, { address });
const change = (oldPassword: unknown, newPassword: unknown, reference = 'ann') =>
  world.accounts.changePassword(reference, { oldPassword, newPassword }, { privileged: false, ...origin });

describe('creating an admin user', () => {
  test('the new account is active, confirmed and can sign in', async () => {
    assert.deepEqual([ann.activated, ann.confirmed, ann.disabled, ann.superuser], [true, true, false, false]);
    const { user, passwordChangedAt } = await signIn('first-one');
    assert.deepEqual(user, ann);
    assert.equal(passwordChangedAt, world.clock.now());
    assert.deepEqual(await world.mails(), []);
  });

  test('username and name default to the email address', async () => {
    const bob = await world.accounts.create({ email: 'bob@example.test' });
    assert.deepEqual([bob.username, bob.name], ['bob@example.test', 'bob@example.test']);
  });

  test('UA-107: other keys become properties, except those that the server decides', async () => {
    const sent = {
      company: 'Acme',
      superuser: true,
      activated: false,
      PASSWORD: 'x',
      note: '',
      properties: { a: 1 },
    };
    const bob = await world.accounts.create({ email: 'bob@example.test', properties: sent });
    assert.deepEqual((await world.accounts.require('bob@example.test')).properties, {
      company: 'Acme',
      a: 1,
    });
    assert.equal(bob.superuser, false);
  });

  test('UA-130: the username me and a password of three characters are refused, and nobody is created', async () => {
    const email = 'bob@example.test';
    const me = world.accounts.create({ username: 'Me', email, password: 'long-enough' });
    await assert.rejects(me, { code: 'invalid_argument', message: "Username 'me' is reserved" });
    await assert.rejects(world.accounts.create({ email, password: 'foo' }), { code: 'password_policy' });
    assert.equal(await world.accounts.find(email), undefined);
  });

  test('an account without an email address is refused', async () => {
    const expected = { code: 'invalid_argument', message: 'email form parameter is required' };
    await assert.rejects(world.accounts.create({ username: 'bob', password: 'long-enough' }), expected);
  });

  test('what cannot be one email address is refused', async () => {
    for (const email of [
      'bob',
      'a@b@c',
      'a b@c.test',
      'a@c.test\r\nBcc: d@e.test',
      'a@b.test,c@d.test',
      5,
      {},
    ]) {
      await assert.rejects(world.accounts.create({ email }), { code: 'invalid_argument' }, String(email));
    }
  });

  test('UA-142: addresses with plus, underscore, minus and apostrophe sign in and are found', async () => {
    for (const email of ['a+b@example.test', 'a_b@example.test', 'a-b@example.test', "o'b@example.test"]) {
      await world.accounts.create({ email, password: 'long-enough' });
      assert.equal((await signIn('long-enough', email)).user.email, email);
      assert.equal((await world.accounts.require(email)).email, email);
    }
  });

  test('a username is neither a UUID nor the address of somebody else', async () => {
    for (const username of [ann.uuid, 'victim@example.test']) {
      const creation = world.accounts.create({ username, email: 'bob@example.test' });
      await assert.rejects(creation, { code: 'invalid_argument' });
    }
  });

  test('UA-108: a username or address that is taken, in any case, is refused', async () => {
    const byName = world.accounts.create({ username: 'ANN', email: 'other@example.test' });
    await assert.rejects(byName, {
      code: 'duplicate_value',
      subject: { type: 'user', property: 'username', value: 'ANN' },
    });
    const byEmail = world.accounts.create({ username: 'other', email: 'ANN@example.test' });
    await assert.rejects(byEmail, { code: 'duplicate_value' });
  });

  test('a prepared account is not stored, so that it can be stored with its organization', async () => {
    const { user, credential } = await world.accounts.prepare({
      email: 'bob@example.test',
      password: 'long-enough',
    });
    assert.equal(await world.accounts.find(user.uuid), undefined);
    assert.match(credential?.passwordHash ?? '', /^\$argon2id\$/);
  });
});

test('UA-131: an admin user is found by username, email and uuid, in any case', async () => {
  for (const reference of ['ann', 'ANN', 'ann@EXAMPLE.test', ann.uuid, ann.uuid.toUpperCase()]) {
    assert.equal((await world.accounts.require(reference)).uuid, ann.uuid, reference);
  }
  await assert.rejects(world.accounts.require('nobody'), {
    code: 'account_not_found',
    message: /Could not find/,
  });
});

describe('updating an admin user', () => {
  test('UA-132: changes names, and puts other keys among the properties', async () => {
    world.clock.time += 5;
    const patch = {
      name: 'Ann B',
      username: 'annb',
      email: 'annb@example.test',
      city: 'Rome',
      password: 'ignored',
    };
    await world.accounts.update(ann, patch);
    const updated = await world.accounts.require('annb');
    assert.deepEqual(updated, {
      ...ann,
      ...{ name: 'Ann B', username: 'annb', email: 'annb@example.test', modified: world.clock.now() },
      properties: { city: 'Rome' },
    });
    assert.equal((await signIn('first-one', 'annb')).user.uuid, ann.uuid);
  });

  test('null and "" remove a property, and what the server decides stays', async () => {
    const before = await world.accounts.update(ann, { a: 1, b: 2, c: 3 });
    const patch = {
      a: null,
      properties: { b: '' },
      superuser: true,
      disabled: true,
      uuid: 'x',
      adminUser: false,
    };
    const after = await world.accounts.update(before, patch);
    assert.deepEqual(after.properties, { c: 3 });
    assert.deepEqual([after.superuser, after.disabled, after.uuid], [false, false, ann.uuid]);
  });

  test('an account sent back as it was received is left as it is', async () => {
    const same = await world.accounts.update(ann, { ...ann });
    assert.deepEqual(same, ann);
  });

  test('the username me and a name that is taken are refused', async () => {
    await world.accounts.create({ username: 'bob', email: 'bob@example.test' });
    await assert.rejects(world.accounts.update(ann, { username: 'me' }), { code: 'invalid_argument' });
    await assert.rejects(world.accounts.update(ann, { username: 'BOB' }), { code: 'duplicate_value' });
  });
});

describe('changing the password', () => {
  test('UA-133: with the old one; the old one then fails, and passwordChanged moves', async () => {
    world.clock.time += 1000;
    await change('first-one', 'second-one');
    assert.equal((await signIn('second-one')).passwordChangedAt, world.clock.now());
    assert.equal(await world.accounts.passwordChangedAt(ann), world.clock.now());
    await assert.rejects(signIn('first-one'), { code: 'invalid_grant' });
  });

  test("ends the account's tokens, but for the caller's own", async () => {
    const principal = { kind: 'admin_user', realm: 1, uuid: ann.uuid } as const;
    const keep = { text: 't', id: 'i', principal, issuedAt: 0, expiresAt: 1 };
    const passwords = { oldPassword: 'first-one', newPassword: 'second-one' };
    await world.accounts.changePassword('ann', passwords, { privileged: false, keep, ...origin });
    assert.deepEqual(world.revoked, [{ uuid: ann.uuid, reason: 'revoked', keep }]);
  });

  test('UA-134: a wrong old password is told, and so is an unknown account', async () => {
    const expected = {
      code: 'password_mismatch',
      message: 'Unable to authenticate due to username or password being incorrect',
    };
    await assert.rejects(change('wrong-one', 'second-one'), expected);
    await assert.rejects(change('first-one', 'second-one', 'nobody'), expected);
    await assert.rejects(change({ a: 1 }, 'second-one'), expected);
    assert.deepEqual(world.revoked, []);
  });

  test('FLAW 6: a missing password is refused and not answered with success', async () => {
    const both = { code: 'invalid_argument', message: 'oldpassword and newpassword are both required' };
    await assert.rejects(change(undefined, 'second-one'), both);
    await assert.rejects(change('first-one', undefined), { code: 'invalid_argument' });
  });

  test('UA-135: the superuser needs no old password, and is told of an unknown account', async () => {
    const options = { privileged: true, ...origin };
    await world.accounts.changePassword('ann', { newPassword: 'second-one' }, options);
    await signIn('second-one');
    const unknown = world.accounts.changePassword('nobody', { newPassword: 'second-one' }, options);
    await assert.rejects(unknown, { code: 'account_not_found' });
  });

  test('a new password below the policy is refused', async () => {
    await assert.rejects(change('first-one', 'foo'), { code: 'password_policy' });
    await signIn('first-one');
  });

  test('guessing the old password is throttled like signing in', async () => {
    for (let guess = 0; guess < 10; guess++) await assert.rejects(change(`guess-${guess}`, 'second-one'));
    await assert.rejects(change('first-one', 'second-one'), { code: 'throttled', retryAfterSeconds: 1 });
    await assert.rejects(signIn('first-one'), { code: 'throttled' });
  });

  test('UA-136: with a history of 1 neither the current password nor the one before comes again', async () => {
    world.passwordHistory.push({ passwordHistorySize: 1 }, {});
    await assert.rejects(change('first-one', 'first-one'), { code: 'password_reused' });
    await change('first-one', 'second-one');
    await assert.rejects(change('second-one', 'first-one'), { code: 'password_reused' });
    await assert.rejects(change('second-one', 'second-one'), { code: 'password_reused' });
    await change('second-one', 'third-one');
    await change('third-one', 'first-one');
    await signIn('first-one');
  });

  test('the strictest organization decides how long the history is, and without one none is kept', async () => {
    world.passwordHistory.push({ passwordHistorySize: '1' }, { passwordHistorySize: 2 });
    await change('first-one', 'second-one');
    await change('second-one', 'third-one');
    await assert.rejects(change('third-one', 'first-one'), { code: 'password_reused' });
    world.passwordHistory.length = 0;
    await change('third-one', 'third-one');
    assert.deepEqual((await world.storage.credentials(1).find(ann.uuid))?.history, []);
  });
});

test('disabling ends the tokens and the sign-in, enabling brings the sign-in back', async () => {
  const disabled = await world.accounts.setDisabled(ann, true);
  assert.deepEqual(world.revoked, [{ uuid: ann.uuid, reason: 'account_disabled' }]);
  await assert.rejects(signIn('first-one'), { code: 'account_disabled', message: 'user disabled' });
  await world.accounts.setDisabled(disabled, false);
  await signIn('first-one');
});

test('S162 the audit log tells of disabling, and of passwords by whom was not asked for the old one', async () => {
  const account = `admin_user:1:${ann.uuid}`;
  const actor = { kind: 'admin_user', realm: 1, uuid: '00000000-0000-1000-8000-000000000001' } as const;
  world.audited.length = 0;
  const disabled = await world.accounts.setDisabled(ann, true, { actor });
  await world.accounts.setDisabled(disabled, false, { actor });
  const how = { ...origin, actor };
  await world.accounts.changePassword('ann', { newPassword: 'second-one' }, { privileged: true, ...how });
  const known = { oldPassword: 'second-one', newPassword: 'third-one' };
  await world.accounts.changePassword('ann', known, { privileged: false, ...how });
  const about = { realm: 1, tenant: 'management', actor: `admin_user:1:${actor.uuid}`, account };
  assert.deepEqual(world.audited, [
    { ...about, audit: 'account_deactivated', reason: 'account_disabled' },
    { ...about, audit: 'password_reset' },
  ]);
});

describe('signing in', () => {
  const refused = { code: 'invalid_grant', message: 'invalid username or password' };

  test('UA-2 UA-3: by username, email and uuid, in any case', async () => {
    for (const identifier of ['ANN', 'ann@example.test', ann.uuid]) {
      assert.equal((await signIn('first-one', identifier)).user.uuid, ann.uuid);
    }
  });

  test('UA-26 UA-27: a wrong password and an unknown user get the same refusal', async () => {
    await assert.rejects(signIn('wrong-one'), refused);
    await assert.rejects(signIn('first-one', 'nobody'), refused);
  });

  test('an account without a password cannot sign in', async () => {
    await world.accounts.create({ username: 'bob', email: 'bob@example.test' });
    for (const password of ['', 'undefined', 'null']) await assert.rejects(signIn(password, 'bob'), refused);
  });

  test('UA-40: numbers and objects in the place of name and password are refused', async () => {
    for (const value of [5, null, undefined, {}, ['ann']]) {
      await assert.rejects(world.login.adminUser(value, 'first-one', origin), refused);
      await assert.rejects(world.login.adminUser('ann', value, origin), refused);
    }
  });

  test('UA-30: the state of an account is told to those who know the password only', async () => {
    await world.accounts.setDisabled(ann, true);
    await assert.rejects(signIn('wrong-one'), refused);
    await assert.rejects(signIn('first-one'), { code: 'account_disabled' });
  });

  test('every refusal costs one comparison, whether or not there is an account or a password; throttling costs none', async () => {
    await world.accounts.create({ username: 'bob', email: 'bob@example.test' });
    for (const identifier of ['ann', 'bob', 'nobody']) {
      world.verifications.count = 0;
      for (let guess = 0; guess < 10; guess++) await assert.rejects(signIn('wrong-one', identifier), refused);
      assert.equal(world.verifications.count, 10, identifier);
      await assert.rejects(signIn('wrong-one', identifier), { code: 'throttled' });
      assert.equal(world.verifications.count, 10, identifier);
    }
  });

  test('an attack from elsewhere does not lock the owner out', async () => {
    await signIn('first-one');
    for (let guess = 0; guess < 15; guess++) {
      await signIn(`guess-${guess}`, 'ann', '203.0.113.5').catch(() => {});
    }
    await assert.rejects(signIn('first-one', 'ann', '203.0.113.6'), { code: 'throttled' });
    await signIn('first-one');
  });

  test('unknown accounts are throttled like known ones', async () => {
    for (let guess = 0; guess < 10; guess++)
      await assert.rejects(signIn(`guess-${guess}`, 'nobody'), refused);
    await assert.rejects(signIn('guess', 'nobody'), { code: 'throttled' });
  });
});
