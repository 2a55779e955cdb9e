/**
 * The creation of an entity without the steps in between: it is what most writes are. It does what `applyEntityChange`
 * would do, with the same statements; the suite in test/storage-conformance takes both ways.
 */
import { uuidToOrderedBytes } from '../../core/uuid.ts';
import { ChangeRefused, insertClaim, insertEntity, insertIndexEntries } from '../sql/entity-statements.ts';
import { indexKey, tailOf } from '../sql/index-keys.ts';
import type { Creation, SqlValue } from '../sql/statement.ts';
import type { PreparedStatements, Transaction } from './prepared.ts';

/** @throws ChangeRefused */
export function createEntity(
  { application, change, pathIds }: Creation,
  { prepare, performMany }: PreparedStatements,
  during: Transaction,
): void {
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
  const tail = tailOf(created, id);
  const keys: SqlValue[] = [];
  for (const [at, { value }] of index.entries()) keys.push(indexKey(pathIds[at]!, value, tail));
  performMany(insertIndexEntries, [application], keys, index.length);
}
