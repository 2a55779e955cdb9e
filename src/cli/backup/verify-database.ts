/** Opens a copied database, without changing it, and looks whether it is whole and belongs to the server key beside it. */
import type { DatabaseSync } from 'node:sqlite';
import { readRootKey, rootKeyProof, rootKeyStateName } from '../../main/root-key.ts';
import { openDatabase } from '../../storage/sqlite/engine.ts';
import { databaseFile } from '../../storage/sqlite/index.ts';
import { pendingSteps } from '../../storage/sqlite/migrate.ts';
import { sqliteSchemaSteps } from '../../storage/sqlite/migrations/index.ts';
import { StoreStartError } from '../../storage/start-error.ts';
import { CommandProblem } from '../problem.ts';

export interface DatabaseFacts {
  schemaSteps: string[];
  counts: Record<(typeof countedTables)[number], number>;
}

const countedTables = ['organizations', 'applications', 'admin_users', 'entities'] as const;

/** @throws CommandProblem, StoreStartError when the database is of a newer version. */
export function verifyDatabase(directory: string): DatabaseFacts {
  let database: DatabaseSync | undefined;
  try {
    database = openDatabase(databaseFile(directory), true);
    const place = `The backup ${directory}`;
    const pending = pendingSteps(database, place);
    requireIntegrity(database, place);
    requireKey(database, directory);
    return {
      schemaSteps: Object.keys(sqliteSchemaSteps).filter((step) => !pending.includes(step)),
      counts: countRows(database),
    };
  } catch (error) {
    if (error instanceof CommandProblem || error instanceof StoreStartError) throw error;
    const reason = error instanceof Error ? error.message : 'unknown reason';
    throw new CommandProblem(`The database in ${directory} cannot be read (${reason}).`);
  } finally {
    database?.close();
  }
}

function requireIntegrity(database: DatabaseSync, place: string): void {
  const findings = database
    .prepare('pragma integrity_check(10)')
    .all()
    .map((row) => String(row.integrity_check));
  if (findings.length === 1 && findings[0] === 'ok') return;
  throw new CommandProblem(`${place} holds a damaged database: ${findings.join('; ')}.`);
}

function requireKey(database: DatabaseSync, directory: string): void {
  const key = readRootKey(directory);
  const proof = database
    .prepare('select value from server_state where name = ?')
    .get(rootKeyStateName)?.value;
  if (key && proof === rootKeyProof(key)) return;
  throw new CommandProblem(
    `The server key in ${directory} is not the one of the database beside it: without that nobody can read its secrets.`,
  );
}

const countRows = (database: DatabaseSync): DatabaseFacts['counts'] =>
  Object.fromEntries(
    countedTables.map((table) => [
      table,
      Number(database.prepare(`select count(*) as count from ${table}`).get()?.count),
    ]),
  ) as DatabaseFacts['counts'];

export const renderCounts = ({ counts }: DatabaseFacts): string =>
  countedTables.map((table) => `${table.replace('_', ' ')}: ${counts[table]}`).join(', ');
