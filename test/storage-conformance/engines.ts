/** The engines that the suite runs on, and what the tests say often. */
import { randomBytes } from 'node:crypto';
import { after, before, describe } from 'node:test';
import type {
  EntityChange,
  IndexEntry,
  StoredEntity,
  UniqueClaim,
} from '../../src/core/entities/entity-store.ts';
import type { Log } from '../../src/core/ports.ts';
import { createUuidSource } from '../../src/core/uuid.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { openPostgresStorage } from '../../src/storage/postgres/index.ts';
import { openSqliteStorage } from '../../src/storage/sqlite/index.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { makeTemporaryDirectory } from '../support/guardian.ts';
import { createTestDatabase } from '../support/postgres.ts';

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** A database of a suite's own. */
export interface Subject {
  /** Opens the database, another time too: as a second process would. */
  open(): Promise<Storage>;
  drop(): Promise<void>;
}

export interface Engine {
  name: 'SQLite' | 'PostgreSQL';
  create(): Promise<Subject>;
}

const sqlite: Engine = {
  name: 'SQLite',
  async create() {
    const directory = await makeTemporaryDirectory('sqlite');
    const open = () => openSqliteStorage({ directory, exclusive: false, clock: systemClock, log: silentLog });
    return { open, drop: async () => {} };
  },
};

const postgres: Engine = {
  name: 'PostgreSQL',
  async create() {
    const { url, drop } = await createTestDatabase();
    const open = () => openPostgresStorage({ databaseUrl: url, clock: systemClock, log: silentLog });
    return { open, drop };
  },
};

export const engines: Engine[] = [sqlite, postgres];

/** Runs the suite on every engine; `storage()` and `open()` are for use inside of tests. */
export function onEachEngine(
  topic: string,
  suite: (given: { engine: Engine; storage: () => Storage; open: () => Promise<Storage> }) => void,
): void {
  for (const engine of engines) {
    describe(`${topic} on ${engine.name}`, () => {
      let subject: Subject | undefined;
      const opened: Storage[] = [];
      const open = async () => {
        const storage = await subject!.open();
        opened.push(storage);
        return storage;
      };
      before(async () => {
        subject = await engine.create();
        await open();
      });
      after(async () => {
        for (const storage of opened) await storage.close();
        await subject?.drop();
      });
      suite({ engine, storage: () => opened[0]!, open });
    });
  }
}

export const uuids = createUuidSource(systemClock, { bytes: (length) => randomBytes(length) });

let realms = 1000;
/** A realm that no other test writes to. */
export const freshRealm = (): number => ++realms;

export function entityOf(type: string, properties: Record<string, unknown> = {}): StoredEntity {
  const uuid = uuids.next();
  const now = systemClock.now();
  return {
    uuid,
    type,
    created: now,
    modified: now,
    version: 1,
    body: JSON.stringify({ uuid, type, ...properties }),
  };
}

export const entry = (path: string, value: string): IndexEntry => ({ path, value: Buffer.from(value) });

export const creation = (
  entity: StoredEntity,
  claims: UniqueClaim[] = [],
  index: IndexEntry[] = [],
): EntityChange => ({ kind: 'create', entity, claims, index });
