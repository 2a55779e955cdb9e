import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { creationOf } from '../../src/core/entities/entity-changes.ts';
import { type ErrorCode, KeygridError } from '../../src/core/errors.ts';
import { timeOfUuid } from '../../src/core/uuid.ts';
import { bodyOf, openTestEntities } from './support.ts';

const tested = await openTestEntities();
const timeBased = '7ce0c7f0-1d3a-11b2-8080-808080808080';
const randomUuid = '9b2f8a50-6d1e-4c7a-9f7e-1f2a3b4c5d6e';

const refusal = (code: ErrorCode, subject?: Record<string, string>) => (error: unknown) => {
  assert.ok(error instanceof KeygridError, String(error));
  assert.equal(error.code, code);
  if (subject) assert.deepEqual({ ...error.subject, ...subject }, error.subject);
  return true;
};

describe('creating', () => {
  test('gives a time-based uuid, and created and modified of that moment', async () => {
    const application = tested.application();
    const dog = await application.create('dog', { uuid: randomUuid, name: 'Rex', created: 1 });
    const { uuid, type, created, modified } = bodyOf(dog);
    assert.notEqual(uuid, randomUuid);
    assert.equal(String(uuid)[14], '1');
    assert.deepEqual([type, created, modified], ['dog', tested.clock.now(), tested.clock.now()]);
    assert.deepEqual(await application.findByUuid('dog', dog.uuid), dog);
  });

  test('refuses a name that is taken, in any case, and frees it on deletion', async () => {
    const application = tested.application();
    const dog = await application.create('dog', { name: 'Rex' });
    await application.create('cat', { name: 'Rex' });
    await assert.rejects(
      application.create('dog', { name: 'rEX' }),
      refusal('duplicate_value', { type: 'dog', property: 'name', value: 'rex' }),
    );
    await application.delete('dog', dog);
    assert.equal(await application.findByAlias('dog', 'rex'), undefined);
    await application.create('dog', { name: 'rex' });
  });

  test('lets one of many at the same time have a name (UD-151)', async () => {
    const application = tested.application();
    const tries = Array.from({ length: 20 }, () => application.create('dog', { name: 'Rex' }));
    const outcomes = await Promise.allSettled(tries);
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
  });

  test('of a batch skips what breaks a rule and keeps the order', async () => {
    const application = tested.application();
    await application.create('user', { username: 'taken' });
    const made = await application.createMany('user', [
      { username: 'a' },
      { username: 'A', second: true },
      { name: 'nobody' },
      { username: 'TAKEN' },
      7,
      { username: 'b', email: 'b@x' },
      { username: 'c', email: 'B@x' },
      { username: 'me' },
      { username: 'd' },
    ]);
    assert.deepEqual(
      made.map((user) => bodyOf(user).username),
      ['a', 'b', 'd'],
    );
    const copies = await application.createMany('dog', [{ a: 1 }, { a: 1 }, {}]);
    assert.equal(copies.length, 3);
  });

  test('of a batch gives a later item the name that an earlier one was refused', async () => {
    const application = tested.application();
    await application.create('user', { username: 'x', email: 'taken@x' });
    const made = await application.createMany('user', [
      { username: 'a', email: 'taken@x' },
      { username: 'a', email: 'free@x' },
    ]);
    assert.deepEqual(
      made.map((user) => bodyOf(user).email),
      ['free@x'],
    );
  });

  test('a reserved type is refused and a declared one is listed', async () => {
    const application = tested.application();
    await assert.rejects(application.create('entity', { a: 1 }), refusal('invalid_argument'));
    await assert.rejects(application.declareCollection('application'), refusal('invalid_argument'));
    await application.declareCollection('thing');
    await application.create('dog', {});
    assert.deepEqual(await application.collections(), [
      { type: 'dog', count: 1 },
      { type: 'thing', count: 0 },
    ]);
  });
});

describe('finding', () => {
  test('users go by username and by email, in any case, with quotes and plus signs', async () => {
    const application = tested.application();
    const fred = await application.create('user', { username: "Fr'ed", email: "o'fred+X@acme.test" });
    const other = await application.create('user', { username: 'fred@acme.test' });
    for (const name of ["fr'ED", "O'FRED+x@acme.test"]) {
      assert.deepEqual(await application.resolve('user', name), fred);
    }
    assert.deepEqual(await application.resolve('user', 'FRED@acme.test'), other);
    assert.equal(await application.resolve('user', "o'fred+x@acme.test", 'name'), undefined);
    assert.equal(await application.resolve('user', "fr'ed", 'email'), undefined);
    assert.deepEqual(await application.resolve('user', fred.uuid.toUpperCase()), fred);
  });

  test('groups go by path, with or without its leading slash', async () => {
    const application = tested.application();
    const group = await application.create('group', { path: '/a/B', name: 'a group' });
    assert.deepEqual(await application.findByAlias('group', 'a/b'), group);
    assert.deepEqual(await application.findByAlias('group', '/A/b'), group);
    assert.equal(await application.findByAlias('group', 'a group'), undefined);
  });

  test('a uuid of another type and a name with U+0000 find nothing', async () => {
    const application = tested.application();
    const dog = await application.create('dog', { name: 'rex' });
    assert.equal(await application.findByUuid('cat', dog.uuid), undefined);
    assert.equal(await application.resolve('dog', 're\0x'), undefined);
    assert.equal(await application.findByUuid('dog', 'no uuid'), undefined);
  });
});

describe('updating', () => {
  test('merges at the first level, removes what is null and sets modified', async () => {
    const application = tested.application();
    const dog = await application.create('dog', { name: 'rex', a: { b: 1, c: 2 }, gone: 1 });
    tested.clock.milliseconds += 10;
    const updated = await application.update('dog', dog.uuid, { a: { b: 3 }, GONE: null, created: 1 });
    const { a, gone, created, modified } = bodyOf(updated);
    assert.deepEqual([a, gone, created, modified], [{ b: 3 }, undefined, dog.created, dog.created + 10]);
    assert.deepEqual(await application.findByUuid('dog', dog.uuid), updated);
  });

  test('moves the claim of a changed name, and refuses one that is taken', async () => {
    const application = tested.application();
    const rex = await application.create('dog', { name: 'Rex' });
    await application.create('dog', { name: 'Fido' });
    await assert.rejects(application.update('dog', rex, { name: 'FIDO' }), refusal('duplicate_value'));
    await application.update('dog', rex, { name: 'REX' });
    await application.update('dog', rex.uuid, { name: 'Max' });
    assert.equal(await application.findByAlias('dog', 'rex'), undefined);
    assert.equal((await application.findByAlias('dog', 'max'))?.uuid, rex.uuid);
  });

  test('loses none of 20 updates at the same time', async () => {
    const application = tested.application();
    const dog = await application.create('dog', { name: 'rex' });
    await Promise.all(
      Array.from({ length: 20 }, (_, at) => application.update('dog', dog, { [`p${at}`]: at })),
    );
    const last = await application.findByUuid('dog', dog.uuid);
    assert.equal(last?.version, 21);
    for (let at = 0; at < 20; at += 1) assert.equal(bodyOf(last!)[`p${at}`], at);
  });

  test('loses none when another server writes the same entity', async () => {
    const first = tested.entitiesOf(5);
    const second = tested.secondWriter(5);
    const dog = await first.create('dog', {});
    const writes = Array.from({ length: 8 }, (_, at) =>
      (at % 2 ? first : second).update('dog', dog.uuid, { [`p${at}`]: at }),
    );
    await Promise.all(writes);
    assert.equal(Object.keys(bodyOf((await first.findByUuid('dog', dog.uuid))!)).length, 4 + 8);
  });

  test('of a missing entity, or one of another type, is refused', async () => {
    const application = tested.application();
    const dog = await application.create('dog', {});
    for (const reference of [randomUuid, 'rex']) {
      await assert.rejects(application.update('dog', reference, {}), refusal('entity_not_found'));
    }
    await assert.rejects(application.update('cat', dog, {}), refusal('entity_not_found'));
    await application.delete('dog', dog);
    await assert.rejects(application.update('dog', dog, {}), refusal('entity_not_found'));
    await assert.rejects(application.delete('dog', dog), refusal('entity_not_found'));
  });
});

describe('putting', () => {
  test('to a uuid creates under it, with created from the uuid if that has a time', async () => {
    const application = tested.application();
    const old = await application.putByUuid('device', timeBased.toUpperCase(), { a: 1 });
    assert.deepEqual([old.uuid, old.created], [timeBased, timeOfUuid(timeBased)]);
    assert.equal(bodyOf(old).created, old.created);
    assert.ok(old.created < tested.clock.now());
    const fresh = await application.putByUuid('device', randomUuid, { a: 1 });
    assert.equal(fresh.created, tested.clock.now());
    const again = await application.putByUuid('device', randomUuid, { b: 2 });
    assert.deepEqual([bodyOf(again).a, bodyOf(again).b, again.version], [1, 2, fresh.version + 1]);
    await application.delete('device', again);
    // No version of a uuid comes back.
    assert.ok((await application.putByUuid('device', randomUuid, {})).version > fresh.version);
  });

  test('to a uuid of another type is refused', async () => {
    const application = tested.application();
    await application.create('dog', {}, { uuid: randomUuid });
    await assert.rejects(application.putByUuid('cat', randomUuid, {}), refusal('entity_not_found'));
    await assert.rejects(
      application.create('dog', {}, { uuid: randomUuid }),
      refusal('duplicate_value', { property: 'uuid' }),
    );
  });

  test('to a uuid at the same time creates one entity that has it all', async () => {
    const application = tested.application();
    const puts = Array.from({ length: 10 }, (_, at) =>
      application.putByUuid('device', randomUuid, { [`p${at}`]: at }),
    );
    await Promise.all(puts);
    const device = await application.findByUuid('device', randomUuid);
    assert.equal(Object.keys(bodyOf(device!)).length, 4 + 10);
  });

  test('to a name creates under it, whatever the body says, and then updates', async () => {
    const application = tested.application();
    const made = await application.putByName('dog', 'Rex', { Name: 'Fido', a: 1 });
    assert.equal(bodyOf(made).name, 'Rex');
    const renamed = await application.putByName('dog', 'rex', { name: 'Fido' });
    assert.deepEqual([renamed.uuid, bodyOf(renamed).name, bodyOf(renamed).a], [made.uuid, 'Fido', 1]);
    const group = await application.putByName('group', 'a/b', {});
    assert.equal(bodyOf(group).path, 'a/b');
  });

  test('to a name at the same time creates one entity that has it all', async () => {
    const application = tested.application();
    const puts = Array.from({ length: 10 }, (_, at) =>
      application.putByName('dog', 'rex', { [`p${at}`]: at }),
    );
    await Promise.all(puts);
    const dog = await application.findByAlias('dog', 'rex');
    assert.equal(Object.keys(bodyOf(dog!)).length, 5 + 10);
  });

  test('to the name of a missing user needs the username in the body', async () => {
    const application = tested.application();
    await assert.rejects(
      application.putByName('user', 'fred', { name: 'Fred' }),
      refusal('missing_property', { property: 'username' }),
    );
    const fred = await application.putByName('user', 'fred', { username: 'fred' });
    assert.equal((await application.putByName('user', 'FRED', { a: 1 })).uuid, fred.uuid);
  });

  test('to a name of a type without names finds nothing', async () => {
    const application = tested.application();
    await assert.rejects(application.putByName('event', 'x', { a: 1 }), refusal('entity_not_found'));
  });
});

describe('caches of rights', () => {
  test('are told of what may change somebody’s rights, and of nothing else', async () => {
    const application = tested.entitiesOf(77);
    const told = async (work: () => Promise<unknown>) => {
      tested.announced.length = 0;
      await work();
      return tested.announced.filter(({ topic, realm }) => topic === 'permissions' && realm === 77).length;
    };
    const role = await application.create('role', { name: 'a' });
    const user = await application.create('user', { username: 'u' });
    const group = await application.create('group', { path: 'g' });
    assert.equal(await told(() => application.create('role', { name: 'b' })), 1);
    assert.equal(await told(() => application.create('user', { username: 'v' })), 0);
    assert.equal(await told(() => application.create('dog', { name: 'v' })), 0);
    assert.equal(await told(() => application.update('role', role, { inactivity: 5 })), 1);
    assert.equal(await told(() => application.update('user', user, { picture: 'x' })), 0);
    assert.equal(await told(() => application.update('user', user.uuid, { username: 'w' })), 1);
    assert.equal(await told(() => application.update('user', user.uuid, { disabled: true })), 1);
    assert.equal(await told(() => application.update('group', group, { path: 'h' })), 1);
    assert.equal(await told(() => application.delete('user', user.uuid)), 1);
    assert.equal(await told(() => application.delete('group', group.uuid)), 1);
    assert.equal(await told(() => application.delete('role', role.uuid)), 1);
  });
});

test('a change made ready for a seed is what create would write', async () => {
  const change = creationOf('role', { name: 'guest' }, { uuid: randomUuid, now: 5 });
  assert.deepEqual([change.kind, change.announces, change.entity.version], ['create', 'permissions', 1]);
  assert.deepEqual(await tested.store(78).write(change), { kind: 'written' });
  assert.deepEqual(await tested.entitiesOf(78).findByAlias('role', 'GUEST'), change.entity);
});

test('nothing is left in the index of what was deleted', async () => {
  const application = tested.application();
  const body = { name: 'rex', tags: ['a', 'b'], o: { x: [{ y: 1 }, { y: 2 }] } };
  const dog = await application.create('dog', body);
  const other = await application.update('dog', dog, { tags: ['c'], name: null });
  await application.delete('dog', other);
  for (const path of ['name', 'tags', 'tags[]', 'o.x.y', 'o.x.y[]', 'created', 'modified']) {
    const range = { path, from: undefined, fromInclusive: true, to: undefined, toInclusive: true };
    const walk = { type: 'dog', range, descending: false, probes: [], after: undefined };
    const { entities } = await tested.lastStore().walk({ ...walk, limit: 5, scanLimit: 5 });
    assert.deepEqual(entities, [], path);
  }
});
