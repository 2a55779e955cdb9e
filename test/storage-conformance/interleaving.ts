/**
 * Runs units of work of the shared stores side by side on PostgreSQL, in the order that a schedule gives: each number
 * of it lets that unit take its next step (a statement, or the commit). One that waits for a lock is passed over.
 */
import pg from 'pg';
import {
  connectionOptions,
  parseDatabaseUrl,
  sessionSettings,
} from '../../src/storage/postgres/connection.ts';
import { toQuery, valuesOf } from '../../src/storage/postgres/engine.ts';
import { firstRow, type Row, type SqlEngine, type Step, type Work } from '../../src/storage/sql/statement.ts';
import { createSharedStores, type SharedStores } from '../../src/storage/sql/stores.ts';

export type Operation<Result> = (stores: SharedStores) => Promise<Result>;

export interface Interleaver {
  /** Results in the order of the operations. */
  run<Result>(operations: Operation<Result>[], schedule: number[]): Promise<Result[]>;
  close(): Promise<void>;
}

interface Actor {
  stores: SharedStores;
  processId: number;
  state: 'asking' | 'running' | 'over';
  /** Lets it take the step that it asks for. */
  proceed(): void;
}

export async function createInterleaver(databaseUrl: string, most: number): Promise<Interleaver> {
  const connect = async () => {
    const client = new pg.Client(connectionOptions(parseDatabaseUrl(databaseUrl)));
    await client.connect();
    await client.query(sessionSettings);
    return client;
  };
  const watcher = await connect();
  const clients = await Promise.all(Array.from({ length: most }, connect));
  const actors: Actor[] = [];
  for (const client of clients) actors.push(await createActor(client));

  async function isBlocked({ processId }: Actor): Promise<boolean> {
    const { rows } = await watcher.query({
      name: 'blocked',
      text: `select pg_blocking_pids($1) <> '{}' as blocked`,
      values: [processId],
    });
    return rows[0].blocked;
  }

  /** Resolves when it asks for its next step, is over, or is found to wait for a lock. */
  async function settled(actor: Actor): Promise<void> {
    while (actor.state === 'running' && !(await isBlocked(actor)));
  }

  async function letStep(actor: Actor): Promise<void> {
    await settled(actor);
    if (actor.state !== 'asking') return;
    actor.proceed();
    await settled(actor);
  }

  return {
    async run<Result>(operations: Operation<Result>[], schedule: number[]) {
      const taking = actors.slice(0, operations.length);
      const results = operations.map((operation, at) => {
        const actor = taking[at]!;
        actor.state = 'running';
        return operation(actor.stores).finally(() => {
          actor.state = 'over';
        });
      });
      const all = Promise.all(results);
      all.catch(() => {});
      for (const at of schedule) await letStep(taking[at]!);
      while (taking.some(({ state }) => state !== 'over')) {
        for (const actor of taking) await letStep(actor);
      }
      return all;
    },
    async close() {
      await Promise.all([watcher, ...clients].map((client) => client.end()));
    },
  };
}

async function createActor(client: pg.Client): Promise<Actor> {
  const { rows } = await client.query('select pg_backend_pid() as pid');
  const actor: Actor = {
    stores: createSharedStores(createSteppingEngine(client, turn)),
    processId: rows[0].pid,
    state: 'over',
    proceed: () => {},
  };
  function turn(): Promise<void> {
    return new Promise((resolve) => {
      actor.proceed = () => {
        actor.state = 'running';
        resolve();
      };
      actor.state = 'asking';
    });
  }
  return actor;
}

/** As the engine of PostgreSQL, but that it waits for its turn before each step, and tries nothing a second time. */
function createSteppingEngine(client: pg.Client, turn: () => Promise<void>): SqlEngine {
  async function perform(step: Step): Promise<Row[]> {
    if (step.kind === 'announce') return [];
    await turn();
    return (await client.query<Row>(toQuery(step.statement, valuesOf(step)))).rows;
  }
  async function write<Result>(work: () => Work<Result>): Promise<Result> {
    await client.query('begin');
    try {
      const steps = work();
      let next = steps.next();
      while (!next.done) next = steps.next(await perform(next.value));
      await turn();
      await client.query('commit');
      return next.value;
    } catch (error) {
      await client.query('rollback');
      throw error;
    }
  }
  const lookUp: SqlEngine['lookUp'] = async (which, parameters) => {
    const row = await write(() => firstRow(which, ...parameters));
    return row && Object.values(row);
  };
  return { read: write, lookUp, write };
}

/** Every order in which units of so many steps each can follow one another. */
export function* schedules(steps: number[]): Generator<number[]> {
  if (steps.every((left) => left === 0)) yield [];
  for (const [at, left] of steps.entries()) {
    if (left === 0) continue;
    for (const rest of schedules(steps.with(at, left - 1))) yield [at, ...rest];
  }
}

/** Some of them, drawn evenly, the same for the same seed. */
export function drawSchedules(steps: number[], count: number, seed: number): number[][] {
  let state = seed;
  const draw = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  return Array.from({ length: count }, () => {
    const order = steps.flatMap((length, at) => Array<number>(length).fill(at));
    for (let at = order.length - 1; at > 0; at--) {
      const other = draw(at + 1);
      [order[at], order[other]] = [order[other]!, order[at]!];
    }
    return order;
  });
}
