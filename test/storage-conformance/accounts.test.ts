import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AdminUser, Credential, MailToken } from '../../src/core/identity/accounts.ts';
import { managementRealmKey } from '../../src/core/tenancy/tenancy.ts';
import { creation, entityOf, freshRealm, onEachEngine, uuids } from './engines.ts';

let people = 0;

function person(parts: Partial<AdminUser> = {}): AdminUser {
  people += 1;
  return {
    uuid: uuids.next(),
    username: `Person-${people}`,
    email: `Person-${people}@Example.org`,
    name: 'A Person',
    activated: true,
    confirmed: false,
    disabled: false,
    superuser: false,
    properties: { nested: { list: [1] } },
    created: 1_700_000_000_000,
    modified: 1_700_000_000_001,
    ...parts,
  };
}

const credential: Credential = {
  passwordHash: '$argon2id$x',
  changedAt: 1_700_000_000_000,
  history: ['a', 'b'],
};

const refusedFor =
  (property: string) => (error: Error & { code?: string; subject?: Record<string, unknown> }) => {
    assert.equal(error.code, 'duplicate_value');
    assert.equal(error.subject?.property, property);
    return true;
  };

const token = (parts: Partial<MailToken> = {}): MailToken => ({
  digest: uuids.next(),
  realm: 7,
  subject: uuids.next(),
  purpose: 'reset_password',
  expiresAt: 1000,
  ...parts,
});

onEachEngine('accounts', ({ storage, open }) => {
  test('an admin user is found by uuid, username and email, without regard to case', async () => {
    const users = storage().adminUsers;
    const user = person();
    await users.create(user, credential);
    assert.deepEqual(await users.find({ uuid: user.uuid }), user);
    assert.deepEqual(await users.find({ username: user.username.toUpperCase() }), user);
    assert.deepEqual(await users.find({ email: user.email.toLowerCase() }), user);
    assert.equal(await users.find({ username: 'nobody-at-all' }), undefined);
    assert.deepEqual(await storage().credentials(managementRealmKey).find(user.uuid), credential);
  });

  test('several admin users are found at once, and those that are gone left out', async () => {
    const users = storage().adminUsers;
    const [one, other] = [person(), person()];
    await users.create(one, undefined);
    await users.create(other, undefined);
    const found = await users.findMany([one.uuid, uuids.next(), other.uuid]);
    assert.deepEqual(found, [one, other]);
    assert.deepEqual(await users.findMany([]), []);
  });

  test('a username or email is taken whatever its case, and nothing is kept of the refused', async () => {
    const users = storage().adminUsers;
    const user = person();
    await users.create(user, undefined);
    const sameName = person({ username: user.username.toLowerCase() });
    await assert.rejects(users.create(sameName, credential), refusedFor('username'));
    const sameEmail = person({ email: user.email.toUpperCase() });
    await assert.rejects(users.create(sameEmail, credential), refusedFor('email'));
    assert.equal(await users.find({ uuid: sameEmail.uuid }), undefined);
    assert.equal(await storage().credentials(managementRealmKey).find(sameEmail.uuid), undefined);
  });

  test('of ten creations of one email at once exactly one is written', async () => {
    const second = await open();
    const attempts = Array.from({ length: 10 }, (_, at) =>
      [storage(), second][at % 2]!.adminUsers.create(person({ email: 'race@example.org' }), credential),
    );
    const results = await Promise.allSettled(attempts);
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
    for (const result of results) if (result.status === 'rejected') refusedFor('email')(result.reason);
  });

  test('an update replaces everything but uuid and created', async () => {
    const users = storage().adminUsers;
    const user = person();
    await users.create(user, undefined);
    const changed = { ...person(), uuid: user.uuid, created: user.created, disabled: true, superuser: true };
    await users.update(changed);
    assert.deepEqual(await users.find({ uuid: user.uuid }), changed);
    assert.equal(await users.find({ username: user.username }), undefined);
    assert.equal(await users.hasSuperuser(), true);
  });

  test('an update to a name or email that is another’s is refused, to its own other spelling not', async () => {
    const users = storage().adminUsers;
    const [one, other] = [person(), person()];
    await users.create(one, undefined);
    await users.create(other, undefined);
    await assert.rejects(users.update({ ...other, username: one.username }), refusedFor('username'));
    await assert.rejects(users.update({ ...other, email: one.email }), refusedFor('email'));
    await users.update({ ...other, username: other.username.toUpperCase() });
    assert.equal((await users.find({ uuid: other.uuid }))?.username, other.username.toUpperCase());
  });

  test('two updates at once to one new username leave one holder', async () => {
    const users = storage().adminUsers;
    const pair = [person(), person()];
    for (const user of pair) await users.create(user, undefined);
    const wanted = `wanted-${uuids.next()}`;
    const results = await Promise.allSettled(pair.map((user) => users.update({ ...user, username: wanted })));
    assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    for (const result of results) if (result.status === 'rejected') refusedFor('username')(result.reason);
  });

  test('admin users are listed in pages without repeat or gap', async () => {
    const fresh = await Promise.all(
      Array.from({ length: 12 }, async (_, at) => {
        const user = person({ username: `Listed-${at % 2 ? 'B' : 'a'}-${at}` });
        await storage().adminUsers.create(user, undefined);
        return user.uuid;
      }),
    );
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await storage().adminUsers.list(5, cursor);
      assert.ok(page.items.length <= 5);
      seen.push(...page.items.map(({ uuid }) => uuid));
      cursor = page.cursor;
    } while (cursor);
    assert.equal(new Set(seen).size, seen.length);
    for (const uuid of fresh) assert.ok(seen.includes(uuid));
  });

  test('a password belongs to one realm, and setting it ends the one before', async () => {
    const [mine, theirs] = [freshRealm(), freshRealm()];
    const account = uuids.next();
    await storage().credentials(mine).set(account, credential);
    assert.equal(await storage().credentials(theirs).find(account), undefined);
    const next = { passwordHash: 'n', changedAt: 2, history: [] };
    await storage().credentials(mine).set(account, next);
    assert.deepEqual(await storage().credentials(mine).find(account), next);
  });

  test('a mail token is found until it is used', async () => {
    const { mailTokens } = storage();
    const mail = token();
    await mailTokens.add(mail);
    assert.deepEqual(await mailTokens.find(mail.digest), mail);
    assert.deepEqual(await mailTokens.useOnce(mail.digest), mail);
    assert.equal(await mailTokens.find(mail.digest), undefined);
    assert.equal(await mailTokens.useOnce(mail.digest), undefined);
  });

  test('of ten that use a mail token at once one gets it', async () => {
    const second = await open();
    const mail = token();
    await storage().mailTokens.add(mail);
    const results = await Promise.all(
      Array.from({ length: 10 }, (_, at) => [storage(), second][at % 2]!.mailTokens.useOnce(mail.digest)),
    );
    assert.deepEqual(results.filter(Boolean), [mail]);
  });

  test('expired mail tokens are deleted and counted, others stay', async () => {
    const { mailTokens } = storage();
    const later = token({ expiresAt: 5_000_000 });
    for (const mail of [token({ expiresAt: 3000 }), token({ expiresAt: 3001 }), later])
      await mailTokens.add(mail);
    await mailTokens.deleteExpired(2000);
    assert.equal(await mailTokens.deleteExpired(3001), 2);
    assert.deepEqual(await mailTokens.find(later.digest), later);
  });

  test('permissions stand in the order in which they were added, each once', async () => {
    const realm = freshRealm();
    const permissions = storage().permissions(realm);
    const holder = uuids.next();
    for (const permission of ['get:/z', 'get:/a', 'put:/m', 'get:/a'])
      await permissions.add(holder, permission);
    assert.deepEqual(await permissions.list(holder), ['get:/z', 'get:/a', 'put:/m']);
    await permissions.remove(holder, ['get:/a', 'none:/such']);
    assert.deepEqual(await permissions.list(holder), ['get:/z', 'put:/m']);
    assert.deepEqual(await permissions.list(uuids.next()), []);
    assert.deepEqual(await storage().permissions(freshRealm()).list(holder), []);
  });

  test('permissions added at once are all kept', async () => {
    const permissions = storage().permissions(freshRealm());
    const holder = uuids.next();
    const wanted = Array.from({ length: 12 }, (_, at) => `get:/${at}`);
    await Promise.all([...wanted, ...wanted].map((permission) => permissions.add(holder, permission)));
    assert.deepEqual((await permissions.list(holder)).sort(), wanted.sort());
  });

  test('a user is granted its own, its groups’ and all their roles’ permissions', async () => {
    const realm = freshRealm();
    const permissions = storage().permissions(realm);
    const [user, group, own, groups, strange] = [
      entityOf('user'),
      entityOf('group'),
      entityOf('role', { inactivity: 60_000 }),
      entityOf('role', { inactivity: 'soon' }),
      entityOf('role'),
    ] as const;
    for (const entity of [user, group, own, groups, strange]) {
      await storage().entities(realm).write(creation(entity));
      await permissions.add(entity.uuid, `get:/${entity.uuid}`);
    }
    const connect = (source: typeof user, verb: string, target: typeof user) =>
      storage().edges(realm).connect(
        {
          source: source.uuid,
          sourceType: source.type,
          verb,
          target: target.uuid,
          targetType: target.type,
        },
        1,
      );
    await connect(group, 'users', user);
    await connect(own, 'users', user);
    await connect(groups, 'groups', group);
    await connect(strange, 'likes', user);
    const roleOf = (role: typeof user, inactivityMilliseconds: number) => ({
      uuid: role.uuid,
      permissions: [`get:/${role.uuid}`],
      inactivityMilliseconds,
    });
    assert.deepEqual(await permissions.grantsOfUser(user.uuid), {
      permissions: [`get:/${user.uuid}`, `get:/${group.uuid}`],
      roles: [roleOf(own, 60_000), roleOf(groups, 0)],
    });
  });
});
