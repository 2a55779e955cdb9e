/** SigningKeyStore over SQL, for one realm. */
import type { SigningKeyStore, StoredSigningKey } from '../../core/keys/signing-key-store.ts';
import type { RealmKey } from '../../core/tenancy/tenancy.ts';
import { announce, firstRow, integer, type Row, rows, type SqlEngine, statement, text } from './statement.ts';

const selectKeys = statement(
  `select kid, algorithm, public_jwk, sealed_private_key, created_at, active_from, retired_at, removed_at
   from signing_keys where application_id = ? order by active_from, kid`,
);
const insertKey = statement(
  `insert into signing_keys (application_id, kid, algorithm, slot, public_jwk, sealed_private_key, created_at,
     active_from, retired_at, removed_at)
   values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing returning kid`,
);
const deleteKey = statement('delete from signing_keys where application_id = ? and kid = ? returning kid');

const toKey = (row: Row): StoredSigningKey => ({
  kid: text(row, 'kid'),
  algorithm: text(row, 'algorithm') as StoredSigningKey['algorithm'],
  publicJwk: text(row, 'public_jwk'),
  sealedPrivateKey: text(row, 'sealed_private_key'),
  createdAt: integer(row, 'created_at'),
  activeFrom: integer(row, 'active_from'),
  retiredAt: integer(row, 'retired_at'),
  removedAt: integer(row, 'removed_at'),
});

/** What a realm signs with is kept in memory by every process: they hear of what is added and, at once, removed. */
export function createSigningKeyStore(engine: SqlEngine, realm: RealmKey): SigningKeyStore {
  const changed = { topic: 'tenancy', realm } as const;
  return {
    list: async () => (await engine.read(() => rows(selectKeys, realm))).map(toKey),
    add: (key, slot) =>
      engine.write(function* () {
        const made = yield* firstRow(
          insertKey,
          realm,
          key.kid,
          key.algorithm,
          slot,
          key.publicJwk,
          key.sealedPrivateKey,
          key.createdAt,
          key.activeFrom,
          key.retiredAt,
          key.removedAt,
        );
        if (made) yield* announce(changed);
        return made !== undefined;
      }),
    remove: (kid) =>
      engine.write(function* () {
        if (yield* firstRow(deleteKey, realm, kid)) yield* announce(changed);
      }),
  };
}
