import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApplicationSeed, NewApplication, Organization } from '../../src/core/tenancy/tenancy.ts';
import { creation, entityOf, onEachEngine, uuids } from './engines.ts';

let names = 0;
const noSeed: ApplicationSeed = { entities: [], permissions: [] };

function organizationOf(parts: Partial<Organization> = {}): Organization {
  names += 1;
  return {
    uuid: uuids.next(),
    name: `Org-${names}`,
    properties: { quota: 5 },
    sealedClientSecret: 'sealed',
    activated: true,
    created: 1_700_000_000_000,
    modified: 1_700_000_000_001,
    ...parts,
  };
}

const applicationOf = (organization: Organization, parts: Partial<NewApplication> = {}): NewApplication => ({
  uuid: uuids.next(),
  organizationUuid: organization.uuid,
  name: `app-${++names}`,
  properties: { accesstokenttl: 60 },
  sealedClientSecret: 'sealed',
  created: 1_700_000_000_000,
  modified: 1_700_000_000_001,
  ...parts,
});

const withCode = (code: string) => ({ code });
const fulfilled = (results: PromiseSettledResult<unknown>[]) =>
  results.filter(({ status }) => status === 'fulfilled').length;

onEachEngine('tenancy', ({ storage, open }) => {
  const created = async (parts: Partial<Organization> = {}): Promise<Organization> => {
    const organization = organizationOf(parts);
    await storage().tenancy.createOrganization(organization, undefined);
    return organization;
  };

  test('an organization is found by uuid, and by name without regard to case', async () => {
    const { tenancy } = storage();
    const organization = await created({ name: 'Some-Org' });
    assert.deepEqual(await tenancy.findOrganization({ uuid: organization.uuid }), organization);
    assert.deepEqual(await tenancy.findOrganization({ name: 'sOME-oRG' }), organization);
    assert.equal(await tenancy.findOrganization({ name: 'other' }), undefined);
  });

  test('an organization comes with its first member and application, and the application with its seed', async () => {
    const organization = organizationOf();
    const application = applicationOf(organization);
    const role = entityOf('role');
    const owner = uuids.next();
    await storage().tenancy.createOrganization(organization, owner, {
      application,
      seed: {
        entities: [creation(role, [{ property: 'name', value: 'guest' }])],
        permissions: [{ holder: role.uuid, permission: 'get:/**' }],
      },
    });
    assert.deepEqual(await storage().tenancy.memberUuids(organization.uuid), [owner]);
    const found = await storage().tenancy.findApplication({ uuid: application.uuid });
    assert.ok(found && found.key > 1, 'the key is not the management realm’s');
    assert.deepEqual(found, {
      ...application,
      key: found.key,
      organizationName: organization.name,
      deletedAt: undefined,
    });
    assert.deepEqual(await storage().entities(found.key).findByUniqueValue('role', 'name', 'guest'), role);
    assert.deepEqual(await storage().permissions(found.key).list(role.uuid), ['get:/**']);
    assert.deepEqual(
      (await storage().entities(found.key).collections()).map(({ type }) => type),
      ['role'],
    );
  });

  test('an organization whose name is taken leaves nothing behind, whatever the case', async () => {
    const { tenancy } = storage();
    const organization = await created();
    const second = organizationOf({ name: organization.name.toUpperCase() });
    const owner = uuids.next();
    const application = applicationOf(second);
    const attempt = tenancy.createOrganization(second, owner, { application, seed: noSeed });
    await assert.rejects(attempt, (error: Error & { code?: string; subject?: Record<string, unknown> }) => {
      assert.equal(error.code, 'duplicate_value');
      assert.equal(error.subject?.property, 'path');
      return true;
    });
    assert.deepEqual(await tenancy.organizationsOfMember(owner), []);
    assert.deepEqual(await tenancy.memberUuids(second.uuid), []);
    assert.equal(await tenancy.findApplication({ uuid: application.uuid }), undefined);
  });

  test('of ten organizations of one name at once exactly one is created', async () => {
    const second = await open();
    const owner = uuids.next();
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, (_, at) =>
        [storage(), second][at % 2]!.tenancy.createOrganization(organizationOf({ name: 'Race' }), owner),
      ),
    );
    assert.equal(fulfilled(results), 1);
    assert.equal((await storage().tenancy.organizationsOfMember(owner)).length, 1);
  });

  test('an update replaces properties, secret, activation and modified', async () => {
    const { tenancy } = storage();
    const organization = await created();
    const changes = { properties: {}, sealedClientSecret: 's2', activated: false, modified: 9 };
    const changed = await tenancy.updateOrganization(organization.uuid, (current) => ({
      ...current,
      ...changes,
    }));
    assert.deepEqual(changed, { ...organization, ...changes });
    assert.deepEqual(await tenancy.findOrganization({ uuid: organization.uuid }), changed);
    const missing = tenancy.updateOrganization(uuids.next(), (current) => current);
    await assert.rejects(missing, withCode('organization_not_found'));
  });

  test('updates at once build upon each other', async () => {
    const second = await open();
    const organization = await created();
    const application = await storage().tenancy.createApplication(applicationOf(organization), noSeed);
    const add =
      <Item extends { properties: Record<string, unknown> }>(at: number) =>
      (current: Item): Item => ({ ...current, properties: { ...current.properties, [`p${at}`]: at } });
    await Promise.all(
      Array.from({ length: 10 }, async (_, at) => {
        const { tenancy } = [storage(), second][at % 2]!;
        await tenancy.updateOrganization(organization.uuid, add(at));
        await tenancy.updateApplication(application.key, add(at));
      }),
    );
    const properties = (await storage().tenancy.findOrganization({ uuid: organization.uuid }))?.properties;
    assert.equal(Object.keys(properties ?? {}).length, 11);
    const ofApplication = (await storage().tenancy.findApplication({ key: application.key }))?.properties;
    assert.equal(Object.keys(ofApplication ?? {}).length, 11);
  });

  test('organizations are listed in pages without repeat or gap', async () => {
    const fresh = await Promise.all(
      Array.from({ length: 11 }, (_, at) => created({ name: `${at % 2 ? 'p' : 'P'}aged-${at}` })),
    );
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await storage().tenancy.listOrganizations(3, cursor);
      seen.push(...page.items.map(({ uuid }) => uuid));
      cursor = page.cursor;
    } while (cursor);
    assert.equal(new Set(seen).size, seen.length);
    for (const { uuid } of fresh) assert.ok(seen.includes(uuid));
  });

  test('members are added once and removed', async () => {
    const { tenancy } = storage();
    const organization = await created();
    const [ann, bob] = [uuids.next(), uuids.next()];
    await Promise.all([ann, bob, ann, ann].map((uuid) => tenancy.addMember(organization.uuid, uuid)));
    assert.deepEqual(await tenancy.memberUuids(organization.uuid), [ann, bob].sort());
    assert.deepEqual(await tenancy.organizationsOfMember(bob), [organization]);
    await tenancy.removeMember(organization.uuid, ann);
    await tenancy.removeMember(organization.uuid, ann).catch(() => {});
    assert.deepEqual(await tenancy.memberUuids(organization.uuid), [bob]);
  });

  test('tells whether somebody became a member, and whether one was removed', async () => {
    const { tenancy } = storage();
    const { uuid } = await created();
    const [ann, bob] = [uuids.next(), uuids.next()];
    assert.equal(await tenancy.addMember(uuid, ann), true);
    assert.equal(await tenancy.addMember(uuid, bob), true);
    assert.equal(await tenancy.addMember(uuid, bob), false);
    assert.equal(await tenancy.removeMember(uuid, bob), true);
    assert.equal(await tenancy.removeMember(uuid, bob), false);
  });

  test('the last member stays', async () => {
    const organization = organizationOf();
    const owner = uuids.next();
    await storage().tenancy.createOrganization(organization, owner);
    await assert.rejects(storage().tenancy.removeMember(organization.uuid, owner), withCode('last_member'));
    assert.deepEqual(await storage().tenancy.memberUuids(organization.uuid), [owner]);
  });

  test('of two last members removed at once one stays', async () => {
    const second = await open();
    for (let round = 0; round < 10; round++) {
      const organization = organizationOf();
      const [ann, bob] = [uuids.next(), uuids.next()];
      await storage().tenancy.createOrganization(organization, ann);
      await storage().tenancy.addMember(organization.uuid, bob);
      const results = await Promise.allSettled([
        storage().tenancy.removeMember(organization.uuid, ann),
        second.tenancy.removeMember(organization.uuid, bob),
      ]);
      assert.equal(fulfilled(results), 1);
      assert.equal((await storage().tenancy.memberUuids(organization.uuid)).length, 1);
    }
  });

  test('an application is found by name within its organization, by uuid and by key', async () => {
    const { tenancy } = storage();
    const [organization, other] = [await created(), await created()];
    const application = await tenancy.createApplication(applicationOf(organization), noSeed);
    assert.equal(application.organizationName, organization.name);
    const { name } = application;
    assert.deepEqual(
      await tenancy.findApplication({ organizationUuid: organization.uuid, name: name.toUpperCase() }),
      application,
    );
    assert.deepEqual(await tenancy.findApplication({ key: application.key }), application);
    assert.equal(await tenancy.findApplication({ organizationUuid: other.uuid, name }), undefined);
  });

  test('every application has a key of its own, given out in order', async () => {
    const organization = await created();
    const made = [];
    for (let at = 0; at < 3; at++) {
      made.push(await storage().tenancy.createApplication(applicationOf(organization), noSeed));
    }
    assert.ok(made[0]!.key < made[1]!.key && made[1]!.key < made[2]!.key);
  });

  test('of ten applications of one name at once exactly one is created, with its seed', async () => {
    const organization = await created();
    const second = await open();
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, (_, at) =>
        [storage(), second][at % 2]!.tenancy.createApplication(
          applicationOf(organization, { name: 'race' }),
          {
            entities: [creation(entityOf('role'))],
            permissions: [],
          },
        ),
      ),
    );
    assert.equal(fulfilled(results), 1);
    for (const result of results) {
      if (result.status === 'rejected') assert.equal(result.reason.code, 'application_exists');
    }
    assert.equal((await storage().tenancy.listApplications(organization.uuid)).length, 1);
  });

  test('an update replaces an application’s properties, secret and modified', async () => {
    const organization = await created();
    const application = await storage().tenancy.createApplication(applicationOf(organization), noSeed);
    const changes = { properties: { new: 1 }, sealedClientSecret: 's2', modified: 9 };
    const { tenancy } = storage();
    const changed = await tenancy.updateApplication(application.key, (current) => ({
      ...current,
      ...changes,
    }));
    assert.deepEqual(changed, { ...application, ...changes });
    assert.deepEqual(await tenancy.findApplication({ key: application.key }), changed);
    const missing = tenancy.updateApplication(999_999, (current) => current);
    await assert.rejects(missing, withCode('entity_not_found'));
  });

  test('a deleted application is found by uuid and key only, until it is restored', async () => {
    const { tenancy } = storage();
    const organization = await created();
    const application = await tenancy.createApplication(applicationOf(organization), noSeed);
    const { key, uuid, name } = application;
    await tenancy.deleteApplication(key, 77);
    await assert.rejects(tenancy.deleteApplication(key, 78), withCode('entity_not_found'));
    assert.equal(await tenancy.findApplication({ organizationUuid: organization.uuid, name }), undefined);
    assert.equal((await tenancy.findApplication({ uuid }))?.deletedAt, 77);
    assert.equal((await tenancy.findApplication({ key }))?.deletedAt, 77);
    assert.deepEqual(await tenancy.listApplications(organization.uuid), []);
    assert.deepEqual(
      (await tenancy.listApplications(organization.uuid, true)).map((one) => one.key),
      [key],
    );
    await tenancy.restoreApplication(key);
    await assert.rejects(tenancy.restoreApplication(key), withCode('entity_not_found'));
    assert.deepEqual(await tenancy.listApplications(organization.uuid), [application]);
    await assert.rejects(tenancy.deleteApplication(999_999, 1), withCode('entity_not_found'));
    await assert.rejects(tenancy.restoreApplication(key), withCode('entity_not_found'));
  });

  test('a deleted and a live application of one name stand in each other’s way', async () => {
    const { tenancy } = storage();
    const organization = await created();
    const first = await tenancy.createApplication(applicationOf(organization, { name: 'same' }), noSeed);
    await tenancy.deleteApplication(first.key, 1);
    const second = await tenancy.createApplication(applicationOf(organization, { name: 'same' }), noSeed);
    await assert.rejects(tenancy.restoreApplication(first.key), withCode('application_conflict'));
    await assert.rejects(tenancy.deleteApplication(second.key, 2), withCode('application_conflict'));
    assert.equal((await tenancy.findApplication({ key: first.key }))?.deletedAt, 1);
    assert.equal((await tenancy.findApplication({ key: second.key }))?.deletedAt, undefined);
  });

  test('a restoration and a creation of the same name at once leave one live application', async () => {
    const { tenancy } = storage();
    const organization = await created();
    for (let round = 0; round < 5; round++) {
      const name = `round-${round}`;
      const first = await tenancy.createApplication(applicationOf(organization, { name }), noSeed);
      await tenancy.deleteApplication(first.key, 1);
      const results = await Promise.allSettled([
        tenancy.restoreApplication(first.key),
        tenancy.createApplication(applicationOf(organization, { name }), noSeed),
      ]);
      assert.equal(fulfilled(results), 1);
      for (const result of results) {
        if (result.status === 'rejected') assert.match(result.reason.code, /^application_(conflict|exists)$/);
      }
    }
  });

  test('all applications are listed in pages in order of key', async () => {
    const { tenancy } = storage();
    const organization = await created();
    for (let at = 0; at < 5; at++) await tenancy.createApplication(applicationOf(organization), noSeed);
    const keys: number[] = [];
    let cursor: string | undefined;
    do {
      const page = await tenancy.listAllApplications(false, 4, cursor);
      keys.push(...page.items.map(({ key }) => key));
      cursor = page.cursor;
    } while (cursor);
    assert.deepEqual(
      keys,
      [...new Set(keys)].sort((one, other) => one - other),
    );
    assert.ok(keys.length >= 5);
    const deleted = await tenancy.listAllApplications(true, 100, undefined);
    assert.ok(deleted.items.every(({ deletedAt }) => deletedAt !== undefined));
  });
});
