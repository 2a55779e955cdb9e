/** How a command gets at the data: the same store and core as the server's, beside it or without it. */
import { existsSync } from 'node:fs';
import { type Configuration, type LogLevel, loadConfiguration } from '../config/index.ts';
import { type Keygrid, openKeygrid } from '../main/open-keygrid.ts';
import type { Ports } from '../main/ports.ts';
import { rootKeyFile } from '../main/root-key.ts';
import { createLog, createRandomSource, systemClock } from '../platform/index.ts';
import { openDatabase } from '../storage/sqlite/engine.ts';
import { databaseFile } from '../storage/sqlite/index.ts';
import { pendingSteps } from '../storage/sqlite/migrate.ts';
import { StoreStartError } from '../storage/start-error.ts';
import type { Invocation } from './command.ts';
import { CommandProblem } from './problem.ts';

export interface Visit {
  keygrid: Keygrid;
  configuration: Configuration;
  ports: Ports;
}

export const configurationOf = ({ settings }: Invocation): Configuration =>
  loadConfiguration({ environment: process.env, flags: settings }).configuration;

/** Opens what is there, lets `work` use it, and closes it again. @throws CommandProblem, StoreStartError */
export async function withKeygrid<Result>(
  invocation: Invocation,
  work: (visit: Visit) => Promise<Result>,
): Promise<Result> {
  const configuration = configurationOf(invocation);
  requireKeygrid(configuration);
  const ports = commandPorts(configuration);
  const keygrid = await openKeygrid({ configuration, ports, exclusive: false });
  try {
    return await work({ keygrid, configuration, ports });
  } finally {
    await keygrid.close();
  }
}

/**
 * A command prints its result; beside that, on standard error, warnings are news, and what it did with accounts, clients
 * and rights (docs/audit-log.md).
 */
export function commandPorts({ logLevel }: Configuration): Ports {
  const level = commandLogLevel(logLevel, process.stderr.isTTY === true);
  return {
    clock: systemClock,
    random: createRandomSource(),
    log: createLog({ level, destination: process.stderr, source: 'command_line' }),
  };
}

/** At a terminal the result says what was done, and nobody keeps what else is written there: only warnings are. */
export const commandLogLevel = (wanted: LogLevel, isTerminal: boolean): LogLevel =>
  isTerminal && !['error', 'fatal', 'silent'].includes(wanted) ? 'warn' : wanted;

/**
 * A mistyped directory must not become a new installation, and no command but `migrate` changes the schema under a
 * server that may be running. @throws CommandProblem
 */
export function requireKeygrid({ dataDirectory, databaseUrl }: Configuration): void {
  if (databaseUrl === undefined) requireDatabase(dataDirectory);
  const key = rootKeyFile(dataDirectory);
  if (!existsSync(key)) {
    throw new CommandProblem(
      `The server key ${key} is missing: name the right data directory with --data (KEYGRID_DATA), or restore that file from a backup.`,
    );
  }
  if (databaseUrl === undefined) requireCurrentSchema(databaseFile(dataDirectory), dataDirectory);
}

/** @throws CommandProblem */
export function requireDatabase(dataDirectory: string): void {
  if (existsSync(databaseFile(dataDirectory))) return;
  throw new CommandProblem(
    `There is no Keygrid database in the data directory ${dataDirectory}: name the right one with --data (KEYGRID_DATA), or make one with "keygrid start" or "keygrid migrate".`,
  );
}

function requireCurrentSchema(path: string, dataDirectory: string): void {
  if (pendingSqliteSteps(path, `The data directory ${dataDirectory}`).length === 0) return;
  throw new CommandProblem(
    `The database in the data directory ${dataDirectory} was written by an older version: stop the server, then run "keygrid migrate".`,
  );
}

/**
 * What of this version's schema a database file does not have; nothing is changed.
 * @throws StoreStartError when it is newer, CommandProblem when it cannot be read.
 */
export function pendingSqliteSteps(path: string, place: string): string[] {
  let database: ReturnType<typeof openDatabase> | undefined;
  try {
    database = openDatabase(path, true);
    return pendingSteps(database, place);
  } catch (error) {
    if (error instanceof StoreStartError) throw error;
    const reason = error instanceof Error ? error.message : 'unknown reason';
    throw new CommandProblem(
      `The database ${path} cannot be read (${reason}): give this user the right to, or restore a backup.`,
    );
  } finally {
    database?.close();
  }
}
