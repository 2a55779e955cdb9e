/**
 * The change feed on SQLite. Within the process it is fed by each commit; what other processes (the command line)
 * commit shows as a new `PRAGMA data_version`, and then the `changes` table tells what it was.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { Change, ChangeFeed, ChangeTopic } from '../../core/oauth/revocation-store.ts';
import type { Clock, Log } from '../../core/ports.ts';
import { createPublisher, trimChanges } from '../sql/publisher.ts';
import { rows } from '../sql/statement.ts';
import type { SqliteEngine } from './engine.ts';

const pollMilliseconds = 200;
const pollsPerTrim = 1500;

export function createSqliteChangeFeed(
  engine: SqliteEngine,
  clock: Clock,
  log: Log,
): ChangeFeed & { stop(): void; poll(): void } {
  const { publish, subscribe } = createPublisher(log);
  const reader = createReader(engine.database);
  const logFailure = (error: unknown): void => log.error({ err: error }, 'the change feed cannot be read');
  let lastWhole = clock.now();
  engine.onCommit((changes) => {
    for (const change of changes) publish(change);
  });
  const poll = (): void => {
    try {
      for (const change of reader.changesOfOthers()) publish(change);
      lastWhole = clock.now();
    } catch (error) {
      logFailure(error);
    }
  };
  let polls = 0;
  const timer = setInterval(() => {
    poll();
    polls += 1;
    if (polls % pollsPerTrim === 0) void engine.write(() => rows(trimChanges)).catch(logFailure);
  }, pollMilliseconds).unref();
  return {
    subscribe,
    ageMilliseconds: () => clock.now() - lastWhole,
    poll,
    stop: () => clearInterval(timer),
  };
}

function createReader(database: DatabaseSync): { changesOfOthers(): Change[] } {
  const dataVersion = database.prepare('pragma data_version');
  const after = database.prepare(
    'select sequence, topic, realm from changes where sequence > ? order by sequence',
  );
  const last = database.prepare('select coalesce(max(sequence), 0) as sequence from changes');
  const versionNow = (): number => dataVersion.get()?.data_version as number;
  let version = versionNow();
  let sequence = last.get()?.sequence as number;
  return {
    changesOfOthers() {
      const now = versionNow();
      if (now === version) return [];
      const found = after.all(sequence) as { sequence: number; topic: ChangeTopic; realm: number }[];
      version = now;
      sequence = found.at(-1)?.sequence ?? sequence;
      return found.map(({ topic, realm }) => ({ topic, realm }));
    },
  };
}
