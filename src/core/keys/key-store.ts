/** Server keys as storage keeps them: sealed under the root key. */
export interface StoredServerKey {
  /** 0 to 255; stands in every token that the key authenticates. */
  id: number;
  sealed: string;
  /** Issues from this moment, in ms since the epoch; known to every process before. */
  activeFrom: number;
}

export interface ServerKeyStore {
  list(): Promise<StoredServerKey[]>;
  /** False when another process added a key of this id first. */
  add(key: StoredServerKey): Promise<boolean>;
  remove(id: number): Promise<void>;
  /** A named value kept as it is, such as the root key's check value. */
  readState(name: string): Promise<string | undefined>;
  /** Writes only if absent; answers what stands there afterwards. */
  writeStateOnce(name: string, value: string): Promise<string>;
}
