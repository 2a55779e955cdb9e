/** What both benches do before and around measuring: options, the machine, a directory, PostgreSQL on demand, interruption. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type PostgresServer, startPostgres } from './postgres.ts';
import { generatorCores, killServers, pinThisProcess, repositoryRoot } from './processes.ts';

export interface BenchCommand<Options extends { showHelp: boolean }> {
  helpText: string;
  /** @throws Error with every wrong option described. */
  parse(args: readonly string[]): Options;
  /** Gives the exit code. */
  measure(options: Options): Promise<number>;
}

/** Gives the exit code: 2 for wrong options or an unfit machine. */
export async function runCommand<Options extends { showHelp: boolean }>(
  args: readonly string[],
  { helpText, parse, measure }: BenchCommand<Options>,
): Promise<number> {
  let options: Options;
  try {
    options = parse(args);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${helpText}`);
    return 2;
  }
  if (options.showHelp) {
    console.log(helpText);
    return 0;
  }
  if (process.platform !== 'linux' || availableParallelism() < 2) {
    console.error('the bench needs Linux and two cores: one for the servers, one for the load');
    return 2;
  }
  pinThisProcess(generatorCores);
  return measure(options);
}

/** Below bench/tmp; gone when the process ends. */
export function makeScratch(prefix: string): string {
  const scratch = join(repositoryRoot, 'bench', 'tmp');
  mkdirSync(scratch, { recursive: true });
  const directory = mkdtempSync(join(scratch, prefix));
  // PostgreSQL refuses to run as root, and its user has to reach its directory in here.
  chmodSync(directory, 0o755);
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export interface LazyPostgres {
  /** Starts it at the first call. */
  start(): Promise<PostgresServer>;
  /** Undefined where nobody started it. */
  started(): Promise<PostgresServer> | undefined;
}

/** Started when first asked for, and stopped when somebody interrupts; then `onInterrupt` is told first. */
export function postgresOnDemand(directory: string, onInterrupt: () => void = () => {}): LazyPostgres {
  let postgres: Promise<PostgresServer> | undefined;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, async () => {
      onInterrupt();
      killServers();
      // PostgreSQL would go on writing to the directory that the exit removes.
      await (await postgres)?.stop();
      process.exit(130);
    });
  }
  return {
    start() {
      postgres ??= startPostgres(join(directory, 'postgres'));
      return postgres;
    },
    started: () => postgres,
  };
}
