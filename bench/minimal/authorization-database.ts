/** The database of the minimal authorization servers (X1 to X4 and X7), and what a run puts into it. */
import { createHash, randomBytes } from 'node:crypto';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { timeOrderedUuid } from './uuid.ts';

/** Opens it, durable at every commit, and makes its tables if there are none. Times in epoch seconds. */
export function openAuthorizationDatabase(file: string): DatabaseSync {
  const database = new DatabaseSync(file);
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA busy_timeout = 5000;
    CREATE TABLE IF NOT EXISTS redirect_uris (client_id text, uri text, PRIMARY KEY (client_id, uri)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS users (id text PRIMARY KEY, name text, email text) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS sessions (digest blob PRIMARY KEY, user_id text, expires_at integer) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS consents (
      user_id text, client_id text, scopes text, PRIMARY KEY (user_id, client_id)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS codes (
      digest blob PRIMARY KEY, grant_id blob, client_id text, user_id text, redirect_uri text, challenge text,
      scope text, expires_at integer, is_used integer DEFAULT 0
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS grants (id blob PRIMARY KEY, client_id text, user_id text, scope text) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS refresh_families (
      grant_id blob PRIMARY KEY, digest blob, client_id text, scope text, expires_at integer
    ) WITHOUT ROWID;
  `);
  return database;
}

export const sha256 = (text: string | Buffer): Buffer => createHash('sha256').update(text).digest();

/** New ids come last in the index. */
export const newGrantId = (now: number): Buffer =>
  Buffer.from(timeOrderedUuid(now).replaceAll('-', ''), 'hex');

const columns = {
  redirect_uris: ['client_id', 'uri'],
  users: ['id', 'name', 'email'],
  sessions: ['digest', 'user_id', 'expires_at'],
  consents: ['user_id', 'client_id', 'scopes'],
  codes: ['digest', 'client_id', 'user_id', 'redirect_uri', 'challenge', 'scope', 'expires_at', 'grant_id'],
  grants: ['id', 'client_id', 'user_id', 'scope'],
  refresh_families: ['grant_id', 'digest', 'client_id', 'scope', 'expires_at'],
} as const;

type Table = keyof typeof columns;
export type Row<Name extends Table> = Record<(typeof columns)[Name][number], SQLInputValue>;

/** Puts rows in, all in one transaction; the server of the database may be at work meanwhile. */
export function insertRows<Name extends Table>(
  database: DatabaseSync,
  table: Name,
  rows: readonly Row<Name>[],
): void {
  const names: readonly string[] = columns[table];
  const marks = names.map(() => '?').join(', ');
  const insert = database.prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${marks})`);
  database.exec('BEGIN IMMEDIATE');
  for (const row of rows) insert.run(...names.map((name) => (row as Record<string, SQLInputValue>)[name]!));
  database.exec('COMMIT');
}

/** The text of a refresh token: its grant, found by key, and a secret that only the client has. */
export const newRefreshToken = (grantId: Buffer): string =>
  Buffer.concat([grantId, randomBytes(32)]).toString('base64url');
