/** One signing key: made, opened from storage, and shown to the world. RFC 7517, oauth-standards.md 10. */
import { createHash, createPrivateKey, createPublicKey, type JsonWebKey } from 'node:crypto';
import type { GeneratedSigningKey, SigningAlgorithm } from '../ports.ts';
import type { RealmKey } from '../tenancy/tenancy.ts';
import type { PrivateSigningKey, PublicSigningKey } from './json-web-token.ts';
import type { Sealer } from './sealer.ts';
import type { StoredSigningKey } from './signing-key-store.ts';

/** A key as this process works with it; the private part is opened at its first signature. */
export interface SigningKey extends PublicSigningKey, PrivateSigningKey {
  /** JSON, with `kid`, `use` and `alg`. */
  publicJwk: string;
  activeFrom: number;
  retiredAt: number;
  removedAt: number;
}

const purpose = 'signing key';
const thumbprintLength = 22;
/** Whatever else a generator may hand over stays behind (S127). RFC 7518 §6.2.1, §6.3.1. */
const publicMembers: Record<SigningAlgorithm, string[]> = {
  RS256: ['e', 'kty', 'n'],
  ES256: ['crv', 'kty', 'x', 'y'],
};

/** `kid` begins with the realm, so that the key of a token is found without asking whose it is. */
export function storedKeyOf(
  generated: GeneratedSigningKey,
  about: { realm: RealmKey; algorithm: SigningAlgorithm },
  times: Pick<StoredSigningKey, 'createdAt' | 'activeFrom' | 'retiredAt' | 'removedAt'>,
  sealer: Sealer,
): StoredSigningKey {
  const { realm, algorithm } = about;
  const members = publicMembers[algorithm].map((name) => [name, generated.publicJwk[name]!]);
  const publicJwk = Object.fromEntries(members) as Record<string, string>;
  // RFC 7638 §3: the members in this very order, nothing else.
  const thumbprint = createHash('sha256').update(JSON.stringify(publicJwk)).digest('base64url');
  const kid = `${realm.toString(36)}-${thumbprint.slice(0, thumbprintLength)}`;
  return {
    kid,
    algorithm,
    publicJwk: JSON.stringify({ ...publicJwk, kid, use: 'sig', alg: algorithm }),
    sealedPrivateKey: sealer.seal(generated.privateKeyPkcs8, purpose),
    ...times,
  };
}

/** Undefined for what is no key id of ours. */
export function realmOfKeyId(kid: string): RealmKey | undefined {
  const realm = /^([0-9a-z]{1,10})-/.exec(kid)?.[1];
  return realm === undefined ? undefined : Number.parseInt(realm, 36);
}

export function openSigningKey(stored: StoredSigningKey, sealer: Sealer): SigningKey {
  const { kid, algorithm, publicJwk, sealedPrivateKey, activeFrom, retiredAt, removedAt } = stored;
  const key = JSON.parse(publicJwk) as JsonWebKey;
  let privateKey: SigningKey['privateKey'] | undefined;
  return {
    ...{ kid, algorithm, publicJwk, activeFrom, retiredAt, removedAt },
    publicKey: createPublicKey({ key, format: 'jwk' }),
    get privateKey() {
      privateKey ??= createPrivateKey({
        key: sealer.open(sealedPrivateKey, purpose),
        format: 'der',
        type: 'pkcs8',
      });
      return privateKey;
    },
  };
}
