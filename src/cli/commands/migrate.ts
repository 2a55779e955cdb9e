/** `keygrid migrate`: brings the database to this version's schema and way of indexing, or makes it. */
import { existsSync } from 'node:fs';
import type { Configuration } from '../../config/index.ts';
import { openKeygrid } from '../../main/open-keygrid.ts';
import { databaseFile } from '../../storage/sqlite/index.ts';
import { sqliteSchemaSteps } from '../../storage/sqlite/migrations/index.ts';
import { terminalProgress } from '../backup/progress.ts';
import type { CommandResult, Invocation } from '../command.ts';
import { commandPorts, configurationOf, pendingSqliteSteps } from '../visit-keygrid.ts';

export async function run(invocation: Invocation): Promise<CommandResult> {
  const configuration = configurationOf(invocation);
  const applied = await findPendingSteps(configuration);
  // The server's own way of opening: makes what is missing, and on SQLite refuses while a server runs.
  const progress = terminalProgress(invocation.json, 'Indexed');
  const keygrid = await openKeygrid({
    configuration,
    ports: commandPorts(configuration),
    exclusive: true,
    onIndexProgress: progress.show,
  });
  progress.end();
  await keygrid.close();
  return {
    json: { applied },
    text:
      applied.length === 0
        ? "The database has this version's schema already."
        : `The database has this version's schema now; what was done: ${applied.join(', ')}.`,
  };
}

async function findPendingSteps({ databaseUrl, dataDirectory }: Configuration): Promise<string[]> {
  if (databaseUrl !== undefined) {
    const { parseDatabaseUrl } = await import('../../storage/postgres/connection.ts');
    const { migratePostgres } = await import('../../storage/postgres/migrate.ts');
    return migratePostgres(parseDatabaseUrl(databaseUrl));
  }
  const database = databaseFile(dataDirectory);
  if (!existsSync(database)) return Object.keys(sqliteSchemaSteps);
  return pendingSqliteSteps(database, `The data directory ${dataDirectory}`);
}
