/** Signing keys of a realm as storage keeps them: the private part sealed. */
export interface StoredSigningKey {
  kid: string;
  algorithm: 'RS256' | 'ES256';
  /** JSON of the public JWK. */
  publicJwk: string;
  /** PKCS 8, sealed under the root key. */
  sealedPrivateKey: string;
  /** Milliseconds since the epoch. Published before `activeFrom`, signs until `retiredAt`, listed until `removedAt`. */
  createdAt: number;
  activeFrom: number;
  retiredAt: number;
  removedAt: number;
}

/** Obtained for a realm. */
export interface SigningKeyStore {
  list(): Promise<StoredSigningKey[]>;
  /** False when a key of the algorithm with this `activeFrom` slot is there already: another process was first. */
  add(key: StoredSigningKey, slot: number): Promise<boolean>;
  /** At once, for a key that leaked (S129). */
  remove(kid: string): Promise<void>;
}
