/**
 * The database: whether it opens, is whole, has this version's schema and index, and belongs to the server key. Nothing
 * is changed.
 */
import { existsSync } from 'node:fs';
import type { Configuration } from '../../config/index.ts';
import { isCurrent } from '../../core/entities/index/index-rebuild.ts';
import { readRootKey, rootKeyProof, rootKeyStateName } from '../../main/root-key.ts';
import { indexStateName, parseIndexState } from '../../storage/sql/index-rebuild.ts';
import { openDatabase } from '../../storage/sqlite/engine.ts';
import { databaseFile, takeLock } from '../../storage/sqlite/index.ts';
import { pendingSteps } from '../../storage/sqlite/migrate.ts';
import { type Finding, ok, problem, reasonOf, warning } from './finding.ts';
import { checkIndex } from './index-check.ts';

export interface DatabaseLook {
  findings: Finding[];
  /** Whether the rest can be looked at through the core. */
  usable: boolean;
}

const check = 'database';
const keyAdvice = 'Put the server key of this database there, from a backup or another server of it.';

export function lookAtDatabase(configuration: Configuration): DatabaseLook | Promise<DatabaseLook> {
  const { databaseUrl, dataDirectory } = configuration;
  return databaseUrl === undefined ? lookAtSqlite(dataDirectory) : lookAtPostgres(databaseUrl, dataDirectory);
}

function lookAtSqlite(directory: string): DatabaseLook {
  const path = databaseFile(directory);
  if (!existsSync(path)) {
    const advice = 'The first start makes it; see that --data is right.';
    return { findings: [warning(check, `There is none in ${directory}`, advice)], usable: false };
  }
  try {
    const database = openDatabase(path, true);
    try {
      const pending = pendingSteps(database, `The data directory ${directory}`);
      const damage = database
        .prepare('pragma quick_check(3)')
        .all()
        .map((row) => String(row.quick_check));
      if (damage.length !== 1 || damage[0] !== 'ok') {
        return unusable(`${path} is damaged: ${damage.join('; ')}`, 'Restore a backup.');
      }
      const read = (name: string) =>
        database.prepare('select value from server_state where name = ?').get(name)?.value as
          | string
          | undefined;
      return judge(`${path} opens and is whole`, pending, read, directory);
    } finally {
      database.close();
    }
  } catch (error) {
    return unusable(reasonOf(error), 'Give this user the right to read and write it, or restore a backup.');
  }
}

async function lookAtPostgres(databaseUrl: string, directory: string): Promise<DatabaseLook> {
  const { lookAtSchema } = await import('../../storage/postgres/look-at-schema.ts');
  try {
    const { label, pending, state } = await lookAtSchema(databaseUrl, [rootKeyStateName, indexStateName]);
    return judge(`${label} answers`, pending, (name) => state.get(name), directory);
  } catch (error) {
    return unusable(reasonOf(error), 'Correct the database URL, or the database.');
  }
}

function judge(
  found: string,
  pending: readonly string[],
  readState: (name: string) => string | undefined,
  directory: string,
): DatabaseLook {
  if (pending.length > 0) {
    const text = `${found}; its schema is older than this version (${pending.join(', ')} to come)`;
    return {
      findings: [warning(check, text, 'The next start or "keygrid migrate" brings it up.')],
      usable: false,
    };
  }
  const storedIndex = readState(indexStateName);
  const index = storedIndex === undefined ? undefined : parseIndexState(storedIndex);
  const findings = [ok(check, `${found}; it has this version's schema`), checkIndex(index)];
  const proof = readState(rootKeyStateName);
  const key = readKey(directory);
  const fits = proof === undefined || (key !== undefined && proof === rootKeyProof(key));
  if (!fits) findings.push(problem('server key', 'It is not the key of this database', keyAdvice));
  else if (proof !== undefined) findings.push(ok('server key', 'It is the key of this database'));
  return { findings, usable: fits && key !== undefined && isCurrent(index) };
}

function readKey(directory: string): Buffer | undefined {
  try {
    return readRootKey(directory);
  } catch {
    return undefined;
  }
}

const unusable = (text: string, advice: string): DatabaseLook => ({
  findings: [problem(check, text, advice)],
  usable: false,
});

/** Whether a server has the data directory; on PostgreSQL nobody knows. */
export function isServerRunning({ databaseUrl, dataDirectory }: Configuration): boolean {
  if (databaseUrl !== undefined || !existsSync(databaseFile(dataDirectory))) return false;
  try {
    takeLock(dataDirectory).close();
    return false;
  } catch {
    return true;
  }
}
