import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { PostgresServer } from './postgres.ts';

export type Engine = 'sqlite' | 'postgres';

/** What every item of a run shares. */
export interface BenchContext {
  /** Scratch space on a real disk, removed after the run. */
  directory: string;
  rounds: number;
  /** Before those that count: what a server runs often is compiled well after some ten seconds of load. */
  warmUpRounds: number;
  secondsPerRound: number;
  warmUpSeconds: number;
  connections: number;
  /** The script that starts Keygrid, from the repository's root; undefined leaves Keygrid out. */
  keygridScript: string | undefined;
  /** The run's PostgreSQL, started when first asked for. */
  postgres(): Promise<PostgresServer>;
  /** Says on standard error what is going on. */
  progress(text: string): void;
}

/** For an item whose rates vary from one round to the next. */
export const manyRounds = ({ rounds }: Pick<BenchContext, 'rounds'>): number =>
  rounds < 3 ? rounds : 2 * rounds + 1;

/** An empty directory for `name`. */
export function makeDirectory(context: BenchContext, name: string): string {
  const directory = join(context.directory, name);
  mkdirSync(directory, { recursive: true });
  return directory;
}

/** An empty database for `name`: the path of a SQLite file, or a postgres:// URL. */
export async function makeDatabase(context: BenchContext, engine: Engine, name: string): Promise<string> {
  if (engine === 'sqlite') return join(makeDirectory(context, name), 'minimal.db');
  const postgres = await context.postgres();
  return postgres.createDatabase(name.replaceAll('-', '_'));
}
