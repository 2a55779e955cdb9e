// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${user} is the placeholder's own text
/**
 * What a caller gets is what the model of the permissions allows that caller, no more and no less: random users,
 * groups, roles, permissions, entities and connections, asked for by random paths and queries. And never anything of
 * another application.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as fc from 'fast-check';
import { type ApplicationAccess, accessTo, requireSuccess } from '../support/application.ts';
import { type Answer, call } from '../support/http.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { createTenant, type Tenant } from '../support/tenant.ts';
import {
  type CollectionName,
  type ModelEdge,
  type ModelEntity,
  type ModelRequest,
  type ModelWorld,
  type Verdict,
  VisibilityModel,
} from './visibility-model.ts';

const seed = 20_261_122;
const requestsPerWorld = 60;
const secretOfOthers = 'belongs-to-another-application';

let server: RunningServer;
let tenant: Tenant;
let other: { tenant: Tenant; entities: ModelEntity[] };

async function open(database: TestDatabase | undefined): Promise<void> {
  const engine = database ? { databaseUrl: database.url } : {};
  server = await startServer({ ...engine, environment: { KEYGRID_LOG_LEVEL: 'error' } });
  tenant = await createTenant(server);
  const foreign = await createTenant(server);
  const entities = await createEntities(accessTo(server, foreign), secretOfOthers);
  await connectAll(accessTo(server, foreign), entities);
  other = { tenant: foreign, entities };
}

const aliasOf: Partial<Record<CollectionName, string>> = {
  cats: 'name',
  dogs: 'name',
  roles: 'name',
  users: 'username',
  groups: 'path',
};

const made: [CollectionName, string[]][] = [
  ['cats', ['a', 'b', 'c']],
  ['dogs', ['a', 'd']],
  ['users', ['ann', 'bob']],
  ['groups', ['g1', 'g2']],
  ['roles', ['r1', 'r2']],
];

/** The same in every application: whoever confuses two of them finds something. */
async function createEntities(app: ApplicationAccess, note: string): Promise<ModelEntity[]> {
  const entities: ModelEntity[] = [];
  for (const [collection, aliases] of made) {
    const json = aliases.map((alias, index) => ({
      [aliasOf[collection] ?? 'name']: alias,
      n: index + 1,
      note,
    }));
    const created = requireSuccess(await app.asAdmin(`POST /${collection}`, { json })).body.entities;
    assert.equal(created.length, aliases.length);
    for (const [index, alias] of aliases.entries()) {
      entities.push({ uuid: created[index].uuid, collection, alias, n: index + 1 });
    }
  }
  return entities;
}

async function connectAll(app: ApplicationAccess, [first, ...entities]: ModelEntity[]): Promise<void> {
  if (!first) return;
  for (const { uuid } of entities) {
    requireSuccess(await app.asAdmin(`POST /${first.collection}/${first.uuid}/likes/${uuid}`));
  }
}

interface Plan {
  /** Given to the subject itself, so that something is seen in most worlds. */
  broad: string;
  permissions: { holder: number; permission: string }[];
  memberships: [number, number][];
  /** Who follows whom. */
  follows: [number, number][];
  /** Users and groups, each of which publishes an activity. */
  publishers: number[];
  connections: { source: number; verb: string; target: number }[];
  asGuest: boolean;
  requests: ModelRequest[];
}

const patternSegment = fc.constantFrom(
  ...[
    'cats',
    'cats',
    'dogs',
    'users',
    'groups',
    'a',
    'b',
    'ann',
    'g1',
    'likes',
    'likes',
    'eats',
    'connecting',
  ],
  ...['*', '*', '**', '**', '?ats', 'l*s', '${user}', 'me', 'roles', 'all'],
);
const permission = fc
  .tuple(
    fc.subarray(['get', 'post', 'put', 'delete'], { minLength: 1 }),
    fc.array(patternSegment, { minLength: 1, maxLength: 4 }),
  )
  .map(([operations, segments]) => `${operations.join(',')}:/${segments.join('/')}`);
const usualPermission = fc.constantFrom(
  ...[
    'get:/cats/*',
    'get:/cats/**',
    'get:/cats/a',
    'get:/cats/*/likes/**',
    'get:/*/*/likes',
    'get:/dogs',
    'get:/dogs/*',
  ],
  ...[
    'get:/users/${user}/**',
    'get:/users/me/*',
    'get:/users/*',
    'get:/users/*/likes/**',
    'get:/users/ann/groups',
  ],
  ...[
    'get:/groups/*/users',
    'get:/groups/**',
    'get:/groups/g1/users/*/likes',
    'get:/**/connecting/*',
    'get:/**/likes',
  ],
  ...[
    'get:/cats/*/likes/*/*/likes',
    'get:/cats/*/*/*',
    'get:/cats/all/likes',
    'get,put:/**',
    'delete,put:/**',
  ],
);

const referencesOf: Record<string, string[]> = {
  cats: ['a', 'A', 'b', 'c', '#0', '#1', '#2', 'nobody', '#3'],
  dogs: ['a', 'd', '#3', '#4', 'nobody'],
  users: ['ann', 'bob', 'me', 'me', '#5', '#6', '#0'],
  groups: ['g1', 'g2', '#7', '#8'],
};
const spellingsOf: Record<string, string[]> = {
  cats: ['cats', 'cats', 'Cats', 'cat'],
  dogs: ['dogs', 'dog'],
  users: ['users', 'user'],
  groups: ['groups'],
};
const verb = fc.constantFrom('likes', 'likes', 'likes', 'eats');
const collectionName = fc.constantFrom('cats', 'cats', 'dogs', 'users', 'users', 'groups');
const collection = collectionName.chain((name) => fc.constantFrom(...(spellingsOf[name] ?? [])));

/** A collection and what may be in it. A `#` stands for the uuid of the entity of that number. */
const addressed = collectionName.chain((name) =>
  fc.tuple(fc.constantFrom(...(spellingsOf[name] ?? [])), fc.constantFrom(...(referencesOf[name] ?? []))),
);
const uuid = fc.nat({ max: 8 }).map((index) => `#${index}`);
const group = fc.tuple(fc.constant('groups'), fc.constantFrom('g1', 'g2'));
const user = fc.tuple(fc.constantFrom('users', 'user'), fc.constantFrom('ann', 'bob', 'me', '#5'));

const social = fc.constantFrom('feed', 'feed', 'activities', 'following', 'followers');

const segments = fc
  .oneof(
    { weight: 2, arbitrary: fc.tuple(collection) },
    { weight: 2, arbitrary: fc.tuple(addressed) },
    { weight: 1, arbitrary: fc.tuple(collection, fc.constant('all')) },
    { weight: 2, arbitrary: fc.tuple(collection, verb) },
    { weight: 3, arbitrary: fc.tuple(addressed, verb) },
    { weight: 2, arbitrary: fc.tuple(addressed, fc.constant('connecting'), verb) },
    { weight: 2, arbitrary: fc.tuple(collection, fc.constant('all'), verb) },
    { weight: 2, arbitrary: fc.tuple(addressed, verb, fc.oneof(collection, uuid)) },
    { weight: 3, arbitrary: fc.tuple(addressed, verb, addressed) },
    { weight: 4, arbitrary: fc.tuple(addressed, verb, addressed, verb) },
    { weight: 3, arbitrary: fc.tuple(addressed, verb, uuid, verb) },
    { weight: 2, arbitrary: fc.tuple(user, fc.constantFrom('groups', 'roles')) },
    { weight: 2, arbitrary: fc.tuple(group, fc.constantFrom('users', 'roles')) },
    { weight: 2, arbitrary: fc.tuple(group, user, verb) },
    { weight: 5, arbitrary: fc.tuple(user, social) },
    { weight: 2, arbitrary: fc.tuple(group, fc.constantFrom('feed', 'activities')) },
    { weight: 1, arbitrary: fc.constant([['activities']]) },
    { weight: 2, arbitrary: fc.tuple(user, fc.constantFrom('following', 'followers'), user, social) },
    { weight: 2, arbitrary: fc.tuple(group, user, fc.constantFrom('feed', 'activities')) },
  )
  .map((parts): string[] => parts.flat());

const request: fc.Arbitrary<ModelRequest> = fc.record({
  segments,
  atLeast: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  isMatrix: fc.boolean(),
});

const entityCount = made.reduce((sum, [, aliases]) => sum + aliases.length, 0);
/** Of ann. */
const subjectIndex = 5;
const entityIndex = fc.nat({ max: 8 });

const broadPermission = fc.constantFrom(
  ...[
    'get:/**',
    'get:/cats/**',
    'get:/*/*/likes/**',
    'get:/users/**',
    'get:/groups/**',
    'get:/*/*/*',
    'get:/*/*/**',
  ],
);

const plan: fc.Arbitrary<Plan> = fc.record({
  broad: broadPermission,
  permissions: fc.array(
    fc.record({
      holder: fc.oneof(fc.constantFrom(5, 5, entityCount), fc.integer({ min: 5, max: entityCount })),
      permission: fc.oneof(permission, { weight: 3, arbitrary: usualPermission }),
    }),
    { minLength: 4, maxLength: 9 },
  ),
  // Users 5 and 6, groups 7 and 8, roles 9 and 10.
  memberships: fc.uniqueArray(
    fc.constantFrom<[number, number]>(
      [5, 7],
      [5, 8],
      [6, 7],
      [5, 9],
      [5, 10],
      [6, 9],
      [7, 9],
      [7, 10],
      [8, 10],
    ),
    { maxLength: 6 },
  ),
  follows: fc.subarray<[number, number]>([
    [5, 6],
    [6, 5],
  ]),
  publishers: fc.subarray([5, 6, 7, 8], { minLength: 1 }),
  connections: fc.array(fc.record({ source: entityIndex, verb, target: entityIndex }), {
    minLength: 4,
    maxLength: 12,
  }),
  asGuest: fc.constantFrom(false, false, false, true),
  requests: fc.array(request, { minLength: requestsPerWorld, maxLength: requestsPerWorld }),
});

let applications = 0;

async function newApplication(): Promise<ApplicationAccess> {
  applications += 1;
  const name = `world-${applications}`;
  const path = `POST /management/organizations/${tenant.organization}/applications`;
  requireSuccess(await call(server, path, { bearer: tenant.admin.token, json: { name } }));
  const app = accessTo(server, tenant, name);
  requireSuccess(await app.asAdmin('DELETE /roles/default'));
  for (const each of ['post:/users', 'post:/devices', 'put:/devices/*']) {
    requireSuccess(await app.asAdmin('DELETE /roles/guest/permissions', { query: { permission: each } }));
  }
  return app;
}

/** Without a password, which takes its time. */
async function tokenOf(app: ApplicationAccess, { uuid }: ModelEntity): Promise<string> {
  return requireSuccess(await app.asAdmin(`GET /users/${uuid}/token`)).body.access_token;
}

const edgesOfMembership = (member: ModelEntity, owner: ModelEntity): ModelEdge[] => [
  { source: member, verb: owner.collection, target: owner },
  { source: owner, verb: member.collection, target: member },
];

/** An activity, and in whose lists it is: of the one who publishes, of followers, and of members. */
async function publish(
  app: ApplicationAccess,
  publisher: ModelEntity,
  entities: ModelEntity[],
  edges: ModelEdge[],
): Promise<ModelEdge[]> {
  const json = { verb: 'post', actor: { displayName: publisher.alias }, n: publisher.n, note: 'ours' };
  const answer = await app.asAdmin(`POST /${publisher.collection}/${publisher.uuid}/activities`, { json });
  const { uuid } = requireSuccess(answer).body.entities[0];
  const activity: ModelEntity = { uuid, collection: 'activities', alias: uuid, n: publisher.n };
  entities.push(activity);
  const readers = edges
    .filter(({ source, verb: name, target }) =>
      publisher.collection === 'users'
        ? name === 'following' && target === publisher
        : name === 'groups' && target === publisher && source.collection === 'users',
    )
    .map(({ source }) => source);
  return [
    { source: publisher, verb: 'activities', target: activity },
    ...[publisher, ...readers].map((source) => ({ source, verb: 'feed', target: activity })),
  ];
}

/** Makes the world as planned, and tells which permissions the subject has in it. */
async function build(
  app: ApplicationAccess,
  planned: Plan,
): Promise<{ world: ModelWorld; permissions: string[] }> {
  const entities = await createEntities(app, 'ours');
  const at = (index: number): ModelEntity => {
    const entity = entities[index];
    assert.ok(entity);
    return entity;
  };
  const edges: ModelEdge[] = [];
  await Promise.all(
    planned.connections.map(async ({ source, verb: name, target }) => {
      const [from, to] = [at(source), at(target)];
      requireSuccess(await app.asAdmin(`POST /${from.collection}/${from.uuid}/${name}/${to.uuid}`));
      edges.push({ source: from, verb: name, target: to });
    }),
  );
  for (const [member, owner] of planned.memberships) {
    const [from, to] = [at(member), at(owner)];
    requireSuccess(await app.asAdmin(`POST /${from.collection}/${from.uuid}/${to.collection}/${to.uuid}`));
    edges.push(...edgesOfMembership(from, to));
  }
  for (const [follower, followed] of planned.follows) {
    const [from, to] = [at(follower), at(followed)];
    requireSuccess(await app.asAdmin(`POST /users/${from.uuid}/following/users/${to.uuid}`));
    edges.push({ source: from, verb: 'following', target: to });
  }
  for (const publisher of planned.publishers)
    edges.push(...(await publish(app, at(publisher), entities, edges)));
  const held = new Map<number, string[]>();
  const broad = { holder: planned.asGuest ? entityCount : subjectIndex, permission: planned.broad };
  for (const { holder, permission: each } of [broad, ...planned.permissions]) {
    const place = holder === entityCount ? 'roles/guest' : `${at(holder).collection}/${at(holder).uuid}`;
    requireSuccess(await app.asAdmin(`POST /${place}/permissions`, { json: { permission: each } }));
    held.set(holder, [...(held.get(holder) ?? []), each]);
  }
  const sources = planned.asGuest ? [entityCount] : holdersFor(subjectIndex, planned.memberships);
  return { world: { entities, edges }, permissions: sources.flatMap((holder) => held.get(holder) ?? []) };
}

/** The user, its roles and groups, and the roles of those. */
function holdersFor(user: number, memberships: [number, number][]): number[] {
  const ofUser = memberships.filter(([member]) => member === user).map(([, owner]) => owner);
  const ofGroups = memberships.filter(([member]) => ofUser.includes(member)).map(([, owner]) => owner);
  return [...new Set([user, ...ofUser, ...ofGroups])];
}

function urlOf({ segments: parts, atLeast, isMatrix }: ModelRequest): string {
  const [first, ...rest] = parts.map(encodeURIComponent);
  const ql = encodeURIComponent(`n >= ${atLeast}`);
  if (atLeast === undefined) return `/${[first, ...rest].join('/')}`;
  return isMatrix
    ? `/${[`${first};ql=${ql}`, ...rest].join('/')}`
    : `/${[first, ...rest].join('/')}?ql=${ql}`;
}

const namesOf = (entities: { collection: string; alias: string }[]): string[] =>
  entities.map((entity) => `${entity.collection}/${entity.alias}`).sort();

function assertVerdict(url: string, answer: Answer, verdict: Verdict, world: ModelWorld): void {
  const { status, text, body } = answer;
  const told = `GET ${url} is ${typeof verdict === 'string' ? verdict : namesOf(verdict)}, got ${status} ${text}`;
  assert.ok(!text.includes(secretOfOthers), told);
  if (typeof verdict === 'string') {
    assert.equal(status, verdict === 'refused' ? 401 : 404, told);
    assert.equal(body.entities, undefined, told);
    return;
  }
  assert.equal(status, 200, told);
  const shown = body.entities.map(({ uuid }: { uuid: string }) => {
    const entity = world.entities.find((each) => each.uuid === uuid);
    assert.ok(entity, told);
    return entity;
  });
  assert.deepEqual(namesOf(shown), namesOf(verdict), told);
}

/** Behind a query in the first segment comes a verb. */
const isOfMany = ([, second]: string[]): boolean => second === undefined || /^(?:likes|eats)$/.test(second);

/** Roles that are there from the start are not a part of the model, and so are not asked for. */
const resolved = (asked: ModelRequest, world: ModelWorld, isForeign: boolean): ModelRequest => ({
  ...asked,
  isMatrix: asked.isMatrix === true && asked.atLeast !== undefined && isOfMany(asked.segments),
  segments: asked.segments.map((segment) => {
    if (!segment.startsWith('#')) return segment;
    const entities = isForeign ? other.entities : world.entities;
    return entities[Number(segment.slice(1))]?.uuid ?? segment;
  }),
});

const seesWhatIsAllowed = fc.asyncProperty(plan, async (planned) => {
  const app = await newApplication();
  const { world, permissions } = await build(app, planned);
  const user = planned.asGuest ? undefined : world.entities[subjectIndex];
  const subject = user ? app.as(await tokenOf(app, user)) : app.asGuest;
  const model = new VisibilityModel(world, { user, permissions });
  const check = async (asked: ModelRequest, index: number): Promise<void> => {
    if (planned.asGuest && asked.segments[1] === 'me') return;
    const meant = resolved(asked, world, index % 8 === 7);
    const url = urlOf(meant);
    assertVerdict(url, await subject(`GET ${url}`), model.read(meant), world);
  };
  for (let from = 0; from < planned.requests.length; from += 8) {
    await Promise.all(planned.requests.slice(from, from + 8).map(check));
  }
});

for (const [engine, worlds] of [
  ['SQLite', 25],
  ['PostgreSQL', 8],
] as const) {
  describe(`on ${engine}`, () => {
    let database: TestDatabase | undefined;
    before(async () => {
      database = engine === 'PostgreSQL' ? await createTestDatabase() : undefined;
      await open(database);
    });
    after(async () => {
      await server?.stop();
      await database?.drop();
    });

    test('every answer holds what the permissions allow, and nothing else', async () => {
      await fc.assert(seesWhatIsAllowed, { seed, numRuns: worlds, endOnFailure: true });
    });
  });
}
