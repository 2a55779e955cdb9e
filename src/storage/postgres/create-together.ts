/**
 * Creations of entities, several in one statement: while some are on their way, those that come wait together and go
 * next. Nothing in the statement forgives a taken key, so it writes all or nothing; where it is refused, each half
 * goes again, and one that is refused alone goes the shared way, which finds what is taken. (To ask PostgreSQL to pass
 * over index rows that are there makes each dearer, and of a new entity none is.)
 */
import type pg from 'pg';
import type { UniqueClaim } from '../../core/entities/entity-store.ts';
import type { RealmKey } from '../../core/tenancy/tenancy.ts';
import { uuidToOrderedBytes } from '../../core/uuid.ts';
import { longestKey, tailOf, writeIndexKey } from '../sql/index-keys.ts';
import type { CreateTogether, Creation } from '../sql/statement.ts';
import { createBatches } from './batches.ts';
import { type ArrayWriter, createArrayWriter, oidOf, sum } from './binary-arrays.ts';
import { withClient } from './connection.ts';
import { run } from './engine.ts';
import { isUnavailable, isWorthAnotherTry } from './errors.ts';

interface Waiting {
  creation: Creation;
  resolve(): void;
  reject(reason: unknown): void;
  /** What the shared stores would do. */
  otherwise(): Promise<void>;
}

const creationsAtMost = 64;
/** Of bodies in one statement; one entity alone may have more. */
const charactersAtMost = 2_000_000;

/**
 * Rows are inserted in the order of the arrays, claims in the order of their keys, so that two statements that want the
 * same claims wait for each other in one order. Claims name their entity by its place in the arrays.
 */
const createEntities = (name: string, indexRows: string) => ({
  name,
  text: `with created as (
      insert into entities (application_id, entity_id, type, created, modified, version, body)
      select * from unnest($1::bigint[], $2::bytea[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[])),
    claimed as (
      insert into unique_values (application_id, type, property, value, entity_id)
      select ($1::bigint[])[c.place], ($3::text[])[c.place], c.property, c.value, ($2::bytea[])[c.place]
      from unnest($8::int[], $9::text[], $10::text[]) as c (place, property, value))
    insert into entity_index (application_id, key) ${indexRows}`,
});

/** Most statements are of one application, and then its index rows need not say whose they are. */
const createInOne = createEntities(
  'keygrid_create_entities',
  'select ($1::bigint[])[1], i.key from unnest($11::bytea[]) as i (key)',
);
const createInSeveral = createEntities(
  'keygrid_create_entities_of_several',
  'select i.application_id, i.key from unnest($11::bytea[], $12::bigint[]) as i (key, application_id)',
);

export function createCreateTogether(pool: pg.Pool): CreateTogether {
  const writers: ArrayWriter[] = [];

  async function write(batch: Waiting[]): Promise<void> {
    const arrays = writers.pop() ?? createArrayWriter();
    const creations = batch.map(({ creation }) => creation);
    try {
      await withClient(pool, async (client) => {
        await run(client, toQuery(creations, arrays));
      });
    } finally {
      arrays.reset();
      writers.push(arrays);
    }
  }

  async function writeAlone(one: Waiting): Promise<void> {
    try {
      await write([one]).catch((error: unknown) => {
        if (isWorthAnotherTry(error)) return one.otherwise();
        throw error;
      });
      one.resolve();
    } catch (error) {
      one.reject(error);
    }
  }

  async function writeBatch(batch: Waiting[]): Promise<void> {
    if (batch.length === 1) return writeAlone(batch[0]!);
    try {
      await write(batch);
      for (const one of batch) one.resolve();
    } catch (error) {
      if (isUnavailable(error)) for (const one of batch) one.reject(error);
      else await writeHalves(batch);
    }
  }

  async function writeHalves(batch: Waiting[]): Promise<void> {
    const middle = Math.ceil(batch.length / 2);
    await writeBatch(batch.slice(0, middle));
    await writeBatch(batch.slice(middle));
  }

  const batches = createBatches({ count: countForOne, write: writeBatch });
  return (creation, otherwise) =>
    new Promise<void>((resolve, reject) => batches.add({ creation, resolve, reject, otherwise }));
}

/** How many of those that wait go in one statement. */
function countForOne(waiting: readonly Waiting[]): number {
  let characters = 0;
  const end = waiting.findIndex(({ creation }, at) => {
    characters += creation.change.entity.body.length;
    return at === creationsAtMost || (at > 0 && characters > charactersAtMost);
  });
  return end === -1 ? waiting.length : end;
}

function toQuery(creations: Creation[], arrays: ArrayWriter): pg.QueryConfig<unknown[]> {
  const applications = creations.map(({ application }) => application);
  const entities = creations.map(({ change }) => change.entity);
  const ids = entities.map(({ uuid }) => uuidToOrderedBytes(uuid));
  const isInOne = applications.every((application) => application === applications[0]);
  const values = [
    arrays.longIntegers(applications),
    arrays.bytes(ids),
    arrays.texts(entities.map(({ type }) => type)),
    arrays.longIntegers(entities.map(({ created }) => created)),
    arrays.longIntegers(entities.map(({ modified }) => modified)),
    arrays.longIntegers(entities.map(({ version }) => version)),
    arrays.texts(entities.map(({ body }) => body)),
    ...claimArrays(creations, arrays),
    indexKeys(creations, ids, arrays),
  ];
  if (isInOne) return { ...createInOne, values };
  return { ...createInSeveral, values: [...values, applicationsOfKeys(creations, arrays)] };
}

interface PlacedClaim {
  place: number;
  claim: UniqueClaim;
  key: string;
}

/** Place, property and value of each claim. */
function claimArrays(creations: Creation[], arrays: ArrayWriter): Buffer[] {
  const claims: PlacedClaim[] = [];
  for (const [at, { application, change }] of creations.entries()) {
    for (const claim of change.claims) {
      claims.push({ place: at + 1, claim, key: claimKey(application, change.entity.type, claim) });
    }
  }
  claims.sort((one, other) => (one.key < other.key ? -1 : 1));
  return [
    arrays.integers(claims.map(({ place }) => place)),
    arrays.texts(claims.map(({ claim }) => claim.property)),
    arrays.texts(claims.map(({ claim }) => claim.value)),
  ];
}

function indexKeys(creations: Creation[], ids: readonly Buffer[], arrays: ArrayWriter): Buffer {
  const count = sum(creations, ({ change }) => change.index.length);
  const bytes = sum(creations, ({ change }) => sum(change.index, ({ value }) => longestKey(value)));
  return arrays.written(oidOf.bytea, count, bytes, (add) => {
    for (const [at, { change, pathIds }] of creations.entries()) {
      const tail = tailOf(change.entity.created, ids[at]!);
      for (const [entry, { value }] of change.index.entries()) {
        add((target, from) => writeIndexKey(target, from, pathIds[entry]!, value, tail));
      }
    }
  });
}

const applicationsOfKeys = (creations: Creation[], arrays: ArrayWriter): Buffer =>
  arrays.longIntegers(creations.flatMap(({ application, change }) => change.index.map(() => application)));

const claimKey = (application: RealmKey, type: string, claim: UniqueClaim): string =>
  `${application}\n${type}\n${claim.property}\n${claim.value}`;
