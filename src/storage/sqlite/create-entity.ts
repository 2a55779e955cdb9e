/**
 * The creation of an entity without the steps in between: it is what most writes are. It does what `applyEntityChange`
 * would do, with the same statements; the suite in test/storage-conformance takes both ways.
 */
import { uuidToOrderedBytes } from '../../core/uuid.ts';
import { ChangeRefused, insertClaim, insertEntity, insertIndexEntries } from '../sql/entity-statements.ts';
import type { Creation, SqlValue } from '../sql/statement.ts';
import { packKeys, unpackKeys } from './entity-keys.ts';
import type { IndexArrivals } from './index-arrivals.ts';
import type { PreparedStatements, Transaction } from './prepared.ts';

/** @throws ChangeRefused */
export function createEntity(
  creation: Creation,
  { prepare, performMany }: PreparedStatements,
  arrivals: IndexArrivals,
  during: Transaction,
): void {
  const { application, change } = creation;
  const { entity, claims, index } = change;
  const { type, created, modified, version, body, indexedFields = null } = entity;
  const id = uuidToOrderedBytes(entity.uuid);
  for (const { property, value } of claims) {
    const isFree = prepare(insertClaim).run(application, type, property, value, id).changes > 0;
    if (!isFree) throw new ChangeRefused({ kind: 'duplicate', property, value });
    during.hasWritten = true;
  }
  const columns: SqlValue[] = [application, id, type, created, modified, version, body, indexedFields];
  const isNew = prepare(insertEntity).run(...columns).changes > 0;
  if (!isNew) throw new ChangeRefused({ kind: 'conflict' });
  during.hasWritten = true;
  if (index.length === 0) return;
  const packed = packKeys(creation, id);
  if (during.isShared) {
    during.indexIsWhole = false;
    arrivals.add(application, packed, index.length);
  } else performMany(insertIndexEntries, [application], unpackKeys(packed), index.length);
}
