/**
 * A process to be killed: writes entities through the storage as fast as it can, and says what it was acknowledged,
 * a line each, before it goes on. Arguments: the engine, and the data directory or database URL.
 */
import { writeSync } from 'node:fs';
import type { StoredEntity } from '../../src/core/entities/entity-store.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { openPostgresStorage } from '../../src/storage/postgres/index.ts';
import { openSqliteStorage } from '../../src/storage/sqlite/index.ts';
import { creation, entityOf, entry, silentLog } from './engines.ts';

const [, , engine, place] = process.argv as [string, string, string, string];
const ports = { clock: systemClock, log: silentLog };
const storage =
  engine === 'SQLite'
    ? await openSqliteStorage({ directory: place, exclusive: true, ...ports })
    : await openPostgresStorage({ databaseUrl: place, ...ports });

const say = (...words: (string | number)[]): void => void writeSync(1, `${words.join(' ')}\n`);
const store = storage.entities(100);
const versionEntry = (version: number) => entry('version', `${version}`);
const claimOf = ({ uuid }: StoredEntity) => ({ property: 'name', value: uuid });

async function create(entity: StoredEntity): Promise<void> {
  const index = [entry('kind', 'dog'), entry('name', entity.uuid), versionEntry(1)];
  await store.write(creation(entity, [claimOf(entity)], index));
  say('written', entity.uuid, 1);
}

async function replace(entity: StoredEntity): Promise<void> {
  await store.write({
    kind: 'replace',
    entity: { ...entity, version: 2 },
    claimsAdded: [],
    claimsRemoved: [],
    indexAdded: [versionEntry(2)],
    indexRemoved: [versionEntry(1)],
  });
  say('written', entity.uuid, 2);
}

async function remove(entity: StoredEntity): Promise<void> {
  say('deleting', entity.uuid);
  const index = [entry('kind', 'dog'), entry('name', entity.uuid), versionEntry(2)];
  await store.write({ kind: 'delete', entity: { ...entity, version: 2 }, claims: [claimOf(entity)], index });
  say('deleted', entity.uuid);
}

async function writeOn(): Promise<never> {
  for (let turn = 0; ; turn++) {
    const entity = entityOf('dog');
    await create(entity);
    if (turn % 3 === 0) await replace(entity);
    if (turn % 6 === 0) await remove(entity);
  }
}

await Promise.all(Array.from({ length: 12 }, writeOn)).catch((error: unknown) => {
  // The database was killed beside this process, or before it.
  say('failed', String(error));
  process.exit(1);
});
