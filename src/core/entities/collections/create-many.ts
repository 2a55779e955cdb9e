/** Creating a batch. usergrid-data.md 1.2: what breaks a rule is left out, the rest is created in order. */
import { type ErrorCode, KeygridError } from '../../errors.ts';
import type { Uuid } from '../../uuid.ts';
import type { Creation } from '../entity-changes.ts';
import type { StoredEntity } from '../entity-store.ts';
import type { EntityWriter } from '../entity-writer.ts';
import { writePortions } from '../write-portions.ts';

/** Written side by side, so that they share transactions. */
const writtenAtOnce = 250;

/** What is wrong with an item; anything else is wrong with the server and ends the batch. */
const ownFaults: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'invalid_argument',
  'missing_property',
  'duplicate_value',
  'entity_too_large',
  'password_policy',
]);

export interface CreateManyOptions {
  /** One for each item. What is there under its uuid already counts as created, by an earlier try of the same batch. */
  uuids?: readonly Uuid[] | undefined;
}

export async function createMany(
  writer: EntityWriter,
  type: string,
  bodies: unknown[],
  { uuids }: CreateManyOptions = {},
): Promise<StoredEntity[]> {
  const created: StoredEntity[] = [];
  const indexedFields = await writer.fieldsOf(type);
  const write = async (creation: Creation): Promise<StoredEntity | undefined> => {
    const written = await unlessRefused(writer.write(creation));
    return written || !uuids ? written : writer.find(type, creation.entity.uuid);
  };
  const prepare = (body: unknown, at: number): Creation | undefined =>
    unlessFaulty(() => writer.prepare(type, body, { uuid: uuids?.[at], indexedFields }));
  const prepared = preparedOf(bodies, prepare);
  for (const creations of writePortions(prepared, writtenAtOnce, ({ entity }) => entity.body.length)) {
    created.push(...(await writeAll(write, creations)));
  }
  return created;
}

/** One after the other, when it is their turn to be written. */
function* preparedOf(
  bodies: unknown[],
  prepare: (body: unknown, at: number) => Creation | undefined,
): Generator<Creation> {
  for (const [at, body] of bodies.entries()) {
    const creation = prepare(body, at);
    if (creation) yield creation;
  }
}

/** Items that claim what one before them claims wait until that one is written or refused. */
async function writeAll(
  writeOne: (creation: Creation) => Promise<StoredEntity | undefined>,
  creations: Creation[],
): Promise<StoredEntity[]> {
  const claimed = new Set<string>();
  const written = new Map<Creation, StoredEntity | undefined>();
  const later: Creation[] = [];
  const atOnce: Promise<unknown>[] = [];
  const write = async (creation: Creation): Promise<void> => {
    written.set(creation, await writeOne(creation));
  };
  for (const creation of creations) {
    const keys = creation.claims.map(({ property, value }) => `${property} ${value}`);
    const waits = keys.some((key) => claimed.has(key));
    for (const key of keys) claimed.add(key);
    if (waits) later.push(creation);
    else atOnce.push(write(creation));
  }
  await Promise.all(atOnce);
  for (const creation of later) await write(creation);
  return creations.map((creation) => written.get(creation)).filter((entity) => entity !== undefined);
}

function unlessFaulty<Result>(make: () => Result): Result | undefined {
  try {
    return make();
  } catch (error) {
    return ignoringOwnFault(error);
  }
}

/** Undefined for an item that breaks a rule. */
export const unlessRefused = <Result>(writing: Promise<Result>): Promise<Result | undefined> =>
  writing.catch(ignoringOwnFault);

function ignoringOwnFault(error: unknown): undefined {
  if (error instanceof KeygridError && ownFaults.has(error.code)) return undefined;
  throw error;
}
