/** The root key: 32 random bytes in the data directory, under which every stored secret is sealed. */
import { createHmac } from 'node:crypto';
import { linkSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerKeyStore } from '../core/keys/key-store.ts';
import { deriveKey } from '../core/keys/sealer.ts';
import type { RandomSource } from '../core/ports.ts';
import { StoreStartError } from '../storage/start-error.ts';

const keyLength = 32;
/** Under this name the database keeps a proof of the key that it was set up with. */
export const rootKeyStateName = 'root_key_check';

export const rootKeyProof = (key: Buffer): string =>
  createHmac('sha256', deriveKey(key, 'check')).update(rootKeyStateName).digest('base64url');

export const rootKeyFile = (directory: string): string => join(directory, 'server.key');

/** Reads the key, or makes one where there is none. @throws StoreStartError */
export function openRootKey(directory: string, random: RandomSource): Buffer {
  const path = rootKeyFile(directory);
  return parseKey(readIfThere(path) ?? create(path, random), path);
}

/** Undefined where there is none. @throws StoreStartError */
export function readRootKey(directory: string): Buffer | undefined {
  const path = rootKeyFile(directory);
  const text = readIfThere(path);
  return text === undefined ? undefined : parseKey(text, path);
}

function parseKey(text: string, path: string): Buffer {
  const key = Buffer.from(text.trim(), 'base64url');
  if (key.length === keyLength) return key;
  throw new StoreStartError(`The server key ${path} is not one: restore that file from a backup.`);
}

/** A database opened with another key could read none of its secrets. @throws StoreStartError */
export async function requireRootKeyOf(store: ServerKeyStore, key: Buffer, directory: string): Promise<void> {
  const check = rootKeyProof(key);
  const known =
    (await store.readState(rootKeyStateName)) ?? (await store.writeStateOnce(rootKeyStateName, check));
  if (known === check) return;
  throw new StoreStartError(
    `The server key ${rootKeyFile(directory)} is not the one this database was set up with: ` +
      'put the right file there (every server of one database needs the same), or restore it from a backup.',
  );
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw unusable(path, error);
  }
}

/** Written whole under another name first, then linked: of two processes that start at once, both read one key. */
function create(path: string, random: RandomSource): string {
  const draft = `${path}.${random.bytes(6).toString('hex')}`;
  try {
    writeFileSync(draft, `${random.bytes(keyLength).toString('base64url')}\n`, { mode: 0o600, flush: true });
    try {
      linkSync(draft, path);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    unlinkSync(draft);
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw unusable(path, error);
  }
}

const unusable = (path: string, cause: unknown): StoreStartError =>
  new StoreStartError(
    `The server key ${path} cannot be read or written: give this user the right to, or choose another directory with --data.`,
    { cause },
  );
