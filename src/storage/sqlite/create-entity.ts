/**
 * The creation of an entity without the steps in between: it is what most writes are. It does what `applyEntityChange`
 * would do, with the same statements; the suite in test/storage-conformance takes both ways.
 */
import type { IndexedValue } from '../../core/entities/entity-store.ts';
import { uuidToOrderedBytes } from '../../core/uuid.ts';
import { ChangeRefused, insertClaim, insertEntity, insertIndexEntries } from '../sql/entity-statements.ts';
import { longestKey, tailOf, writeIndexKey } from '../sql/index-keys.ts';
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
  performMany(insertIndexEntries, [application], keysOf(index, pathIds, tailOf(created, id)), index.length);
}

/** For the keys of most entities; SQLite copies what it is given, so the next entity's may take their place. */
const room = Buffer.allocUnsafe(16 * 1024);

function keysOf(index: IndexedValue[], pathIds: number[], tail: Uint8Array): SqlValue[] {
  let bytes = 0;
  for (const { value } of index) bytes += longestKey(value);
  const target = bytes <= room.length ? room : Buffer.allocUnsafe(bytes);
  const keys: SqlValue[] = [];
  let from = 0;
  for (let at = 0; at < index.length; at += 1) {
    const to = writeIndexKey(target, from, pathIds[at]!, index[at]!.value, tail);
    keys.push(new Uint8Array(target.buffer, target.byteOffset + from, to - from));
    from = to;
  }
  return keys;
}
