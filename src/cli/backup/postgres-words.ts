/** PostgreSQL has tools of its own for this; here is how they are called. */
import { CommandProblem } from '../problem.ts';

const withoutPassword = (databaseUrl: string): string => {
  const url = new URL(databaseUrl);
  url.password = '';
  url.search = '';
  return url.href;
};

export const backupPostgresInstead = (databaseUrl: string, dataDirectory: string): CommandProblem =>
  new CommandProblem(
    `This installation is on PostgreSQL, whose own tool copies it while the server runs:\n  pg_dump --format=custom --file=keygrid.dump "${withoutPassword(databaseUrl)}"\nKeep a copy of ${dataDirectory}/server.key with the dump: nobody can read its secrets without that key.`,
  );

export const restorePostgresInstead = (databaseUrl: string, dataDirectory: string): CommandProblem =>
  new CommandProblem(
    `This installation is on PostgreSQL, whose own tool restores it while every server is stopped:\n  pg_restore --clean --if-exists --no-owner --dbname="${withoutPassword(databaseUrl)}" keygrid.dump\nPut the server.key of that time into ${dataDirectory} before the start.`,
  );
