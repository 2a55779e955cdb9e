/** Nothing of three-legged authorization reads more than the rows it is about, whatever a planner knows of the tables. */
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import type { Grant, RefreshToken } from '../../src/core/oauth/authorization.ts';
import { systemClock } from '../../src/platform/clock.ts';
import {
  connectionOptions,
  parseDatabaseUrl,
  sessionSettings,
} from '../../src/storage/postgres/connection.ts';
import { openPostgresStorage } from '../../src/storage/postgres/index.ts';
import { createSharedStores, type SharedStores } from '../../src/storage/sql/stores.ts';
import { databaseFile, openSqliteStorage } from '../../src/storage/sqlite/index.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { makeTemporaryDirectory } from '../support/guardian.ts';
import { createTestDatabase } from '../support/postgres.ts';
import {
  codeOf,
  deviceOf,
  digest,
  grantOf,
  now,
  ofAnyAge,
  sessionOf,
  successorOf,
  tokenOf,
  whole,
} from './authorizations.ts';
import { silentLog, uuids } from './engines.ts';
import { type ExplainingEngine, explainPostgres, explainSqlite } from './explaining-engine.ts';

const realm = 6000;
const tables = [
  'sessions',
  'grants',
  'authorization_codes',
  'refresh_families',
  'refresh_tokens',
  'device_authorizations',
];

/** A realm with so many users, one of whom has many sessions and grants. */
async function fill(storage: Storage): Promise<void> {
  const busy = uuids.next();
  await Promise.all(
    Array.from({ length: 600 }, async (_, at) => {
      const user = at % 3 === 0 ? busy : uuids.next();
      await storage.sessions(realm).create(sessionOf({ user }));
      await storage.deviceAuthorizations(realm).add(deviceOf());
      const grant = await storage.grants(realm).allow(grantOf({ user, clientId: `client ${at}` }));
      await redeemed(storage, grant);
    }),
  );
}

async function redeemed(stores: SharedStores, grant: Grant): Promise<RefreshToken> {
  const [code, token] = [codeOf(grant), tokenOf(grant)];
  await stores.authorizationCodes(realm).add(code);
  await stores.authorizationCodes(realm).redeem(code.digest, token.family, token, now);
  return token;
}

/** Runs everything there is once. */
async function runAll(stores: SharedStores): Promise<void> {
  const [sessions, grants] = [stores.sessions(realm), stores.grants(realm)];
  const session = sessionOf();
  await sessions.create(session);
  await sessions.find(session.digest);
  await sessions.replace(session.digest, { ...session, digest: digest() });
  await sessions.touch(session.digest, now + 1);
  await sessions.listOfUser(session.user!, ofAnyAge, whole);
  await sessions.endAllOfUser(session.user!, uuids.next());
  await sessions.endOfUser(session.user!, session.id);
  await sessions.endAllOfUser(session.user!);
  await sessions.end(session.id);
  const grant = await grants.allow(grantOf());
  await grants.allow(grant);
  await grants.find(grant.id);
  await grants.findOf(grant.user, grant.clientId);
  await grants.listOfUser(grant.user, whole);
  await grants.touch(grant.id, now + 1);
  await runTokens(stores, grant);
  await grants.endTokensOfUser(grant.user, [], uuids.next);
  await grants.revoke(grant.id, []);
  await grants.revokeAllOfUser((await grants.allow(grantOf())).user, []);
  await grants.revokeAllOfClient((await grants.allow(grantOf({ clientId: digest() }))).clientId, []);
}

async function runTokens(stores: SharedStores, grant: Grant): Promise<void> {
  const [codes, tokens, devices] = [
    stores.authorizationCodes(realm),
    stores.refreshTokens(realm),
    stores.deviceAuthorizations(realm),
  ];
  await codes.find(digest());
  await codes.countFailure(digest());
  const token = await redeemed(stores, grant);
  await tokens.find(token.digest);
  await tokens.rotate(token.digest, successorOf(token), 'sealed', now, 0, []);
  await tokens.rotate(token.digest, successorOf(token), 'sealed', now, 0, []);
  await tokens.revokeFamily(token.family, []);
  const device = deviceOf();
  await devices.add(device);
  await devices.findByUserCode(device.userCode);
  await devices.findByDeviceCode(device.deviceCodeDigest);
  await devices.poll(device.deviceCodeDigest, now);
  const { user } = grant;
  const decision = { grant: grant.id, user, session: undefined, authenticatedAt: 1 };
  await devices.decide(device.userCode, { status: 'approved', ...decision });
  await devices.redeem(device.deviceCodeDigest, tokenOf(grant), now);
}

function checkPlans(engine: () => ExplainingEngine): void {
  test('every statement enters each table by the realm and more of its key', async () => {
    await runAll(createSharedStores(engine()));
    const plans = engine().takePlans();
    assert.ok(plans.length > 40);
    for (const { sql, accesses } of plans) {
      for (const { what, by } of accesses) {
        const conditions = by.split(' AND ').length;
        assert.ok(
          by.includes('application_id') && conditions >= 2,
          `${what} is entered by (${by}) in\n${sql}`,
        );
      }
    }
  });

  test('the sweep finds what has expired by its time', async () => {
    await createSharedStores(engine()).authorizationSweep.deleteExpired(1);
    for (const { sql, accesses } of engine().takePlans())
      for (const { what, by } of accesses) {
        assert.match(by, /expires_at|application_id/, `${what} is entered by (${by}) in\n${sql}`);
      }
  });

  test('sessions and grants of a user are read in the order of their index, from any place', async () => {
    const stores = createSharedStores(engine());
    for (const direction of ['after', 'before'] as const) {
      const slice = { limit: 10, from: { direction, place: { at: now, id: uuids.next() } } };
      await stores.sessions(realm).listOfUser(uuids.next(), ofAnyAge, slice);
      await stores.grants(realm).listOfUser(uuids.next(), slice);
    }
    const plans = engine().takePlans();
    assert.equal(plans.length, 4);
    for (const { sql, accesses, sorts } of plans) {
      assert.equal(sorts, false, sql);
      for (const { by } of accesses) assert.match(by, /created_at|last_used_at/, sql);
    }
  });

  test('a page of clients is read in the order of their index', async () => {
    await createSharedStores(engine()).clients.listOfOrganization(uuids.next(), 10, 'b');
    await createSharedStores(engine()).clients.find('b');
    for (const { sql, accesses, sorts } of engine().takePlans()) {
      assert.equal(sorts, false, sql);
      for (const { by } of accesses) assert.match(by, /client_id/, sql);
    }
  });
}

describe('plans of authorization on SQLite', () => {
  let storage: Storage;
  let database: DatabaseSync;
  before(async () => {
    const directory = await makeTemporaryDirectory('plans');
    storage = await openSqliteStorage({ directory, exclusive: false, clock: systemClock, log: silentLog });
    await fill(storage);
    database = new DatabaseSync(databaseFile(directory));
  });
  after(async () => {
    database.close();
    await storage.close();
  });
  for (const analyzed of [false, true]) {
    describe(analyzed ? 'analyzed' : 'never analyzed', () => {
      let engine: ExplainingEngine;
      before(() => {
        if (analyzed) database.exec('analyze');
        engine = explainSqlite(database);
      });
      checkPlans(() => engine);
    });
  }
});

describe('plans of authorization on PostgreSQL', () => {
  let storage: Storage;
  let client: pg.Client;
  let drop: () => Promise<void>;
  before(async () => {
    const database = await createTestDatabase();
    drop = database.drop;
    storage = await openPostgresStorage({ databaseUrl: database.url, clock: systemClock, log: silentLog });
    client = new pg.Client(connectionOptions(parseDatabaseUrl(database.url)));
    await client.connect();
    await client.query(sessionSettings);
    // Nothing may analyze the tables before the tests do.
    for (const table of tables) await client.query(`alter table ${table} set (autovacuum_enabled = off)`);
    await fill(storage);
  });
  after(async () => {
    await client.end();
    await storage.close();
    await drop();
  });
  for (const analyzed of [false, true]) {
    describe(`${analyzed ? 'analyzed' : 'never analyzed'}, as prepared statements are run`, () => {
      let engine: ExplainingEngine;
      before(async () => {
        if (analyzed) await client.query('analyze');
        engine = explainPostgres(client, true);
      });
      checkPlans(() => engine);
    });
  }
});
