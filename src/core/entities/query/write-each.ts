/** What is done to each entity that a query has found, wherever it looked. */
import { KeygridError } from '../../errors.ts';
import type { StoredEntity } from '../entity-store.ts';
import { writePortions } from '../write-portions.ts';
import { type EntityPage, maximumPageSize } from './entity-page.ts';
import { type QueryBounds, standardBounds } from './query-runner.ts';

/** Written side by side, so that they share transactions. */
const writtenAtOnce = 50;

type Write = (entity: StoredEntity) => Promise<StoredEntity>;

/**
 * Those that were changed, in order. Where one cannot be changed, those before it stay so.
 * @param found a page of `maximumPageSize`. @throws KeygridError `query_too_broad`, and as `update`
 */
export async function updateFound(
  { entities, cursor }: EntityPage,
  patch: unknown,
  update: Write,
  { pageCharacters }: Pick<QueryBounds, 'pageCharacters'> = standardBounds,
): Promise<StoredEntity[]> {
  if (cursor && entities.length < maximumPageSize) throw tooLargeTogether();
  // What is written into all of them comes back in one answer too.
  const { length } = JSON.stringify(patch);
  if (length * entities.length > pageCharacters) throw tooLargeTogether();
  return writeEach(entities, update, length);
}

/**
 * What another deleted in the meantime no longer matches, and is left out.
 * @param added to each entity, in characters.
 */
export async function writeEach(entities: StoredEntity[], write: Write, added = 0): Promise<StoredEntity[]> {
  const done: StoredEntity[] = [];
  const charactersOf = ({ body }: StoredEntity): number => body.length + added;
  for (const portion of writePortions(entities, writtenAtOnce, charactersOf)) {
    const settled = await Promise.allSettled(portion.map((entity) => unlessGone(write(entity))));
    for (const result of settled) {
      if (result.status === 'rejected') throw result.reason;
      if (result.value) done.push(result.value);
    }
  }
  return done;
}

async function unlessGone(writing: Promise<StoredEntity>): Promise<StoredEntity | undefined> {
  try {
    return await writing;
  } catch (error) {
    if (error instanceof KeygridError && error.code === 'entity_not_found') return undefined;
    throw error;
  }
}

/** A page that ended early for the size of its entities must not pass for all that match. */
const tooLargeTogether = (): KeygridError =>
  new KeygridError(
    'query_too_broad',
    'The matching entities are too large to be updated in one request: narrow the query',
  );
