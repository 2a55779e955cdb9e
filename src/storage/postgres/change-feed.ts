/**
 * The change feed on PostgreSQL: a connection of its own listens, and reads the `changes` table now and then for what
 * was announced while it could not.
 *
 * Sequences are given out before commit, so one below the highest seen may appear later. A poll therefore goes by
 * transaction: it reads what was written by transactions that had not ended at the poll before (xmin of its snapshot),
 * and leaves out the sequences already delivered.
 */
import pg from 'pg';
import type { Change, ChangeFeed } from '../../core/oauth/revocation-store.ts';
import type { Clock, Log } from '../../core/ports.ts';
import { createPublisher, trimChanges } from '../sql/publisher.ts';
import type { Row } from '../sql/statement.ts';
import { changeChannel, parseAnnouncement, toAnnouncedChange } from './announcements.ts';
import { connectionOptions, type DatabaseAddress } from './connection.ts';
import type { AnnouncedChange, PostgresEngine } from './engine.ts';

const pollMilliseconds = 1000;
const answerMilliseconds = 5000;
/** A poll in this many also deletes what is too old to have been missed by anybody. */
const pollsPerTrim = 300;

/** Left join: the snapshot is answered also where there is no change. */
const selectChanges = `select pg_snapshot_xmin(pg_current_snapshot())::text as horizon, c.sequence as sequence,
    c.topic as topic, c.realm as realm, c.transaction_id >= pg_snapshot_xmin(pg_current_snapshot()) as fresh
  from (select 1) one left join changes c on c.transaction_id >= $1::text::xid8 order by c.sequence`;
const selectHorizon = 'select pg_snapshot_xmin(pg_current_snapshot())::text as horizon';

export interface PostgresChangeFeed extends ChangeFeed {
  stop(): Promise<void>;
}

/** Begins at the state of now. @throws what connecting throws */
export async function openPostgresChangeFeed(
  address: DatabaseAddress,
  engine: PostgresEngine,
  clock: Clock,
  log: Log,
): Promise<PostgresChangeFeed> {
  const publisher = createPublisher(log);
  let delivered = new Set<number>();
  let client = await connectListener(address, hear);
  let horizon = (await client.query<{ horizon: string }>(selectHorizon)).rows[0]!.horizon;
  let wholeAt = clock.now();
  let polls = 0;
  let reachable = true;
  let stopped = false;

  function deliver(change: AnnouncedChange): void {
    if (delivered.has(change.sequence)) return;
    delivered.add(change.sequence);
    const { topic, realm } = change;
    publisher.publish({ topic, realm });
  }

  function hear(payload: string | undefined): void {
    const change = parseAnnouncement(payload);
    if (change) deliver(change);
  }

  async function poll(): Promise<void> {
    const asked = clock.now();
    const { rows } = await client.query<Row>({ text: selectChanges, values: [horizon] });
    const changes = rows.filter((row) => row.sequence !== null);
    for (const row of changes) deliver(toAnnouncedChange(row));
    horizon = rows[0]!.horizon as string;
    delivered = new Set(changes.filter((row) => Boolean(row.fresh)).map((row) => row.sequence as number));
    wholeAt = asked;
    polls += 1;
    if (polls % pollsPerTrim === 0) await client.query(trimChanges.postgres);
  }

  async function pollOrReconnect(): Promise<void> {
    try {
      if (!reachable) client = await connectListener(address, hear);
      await poll();
      if (!reachable) log.info({}, 'the change feed is read again');
      reachable = true;
    } catch (error) {
      if (reachable && !stopped) log.error({ err: error }, 'the change feed cannot be read');
      reachable = false;
      void client.end().catch(() => {});
    }
  }

  let running: Promise<void> = Promise.resolve();
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    running = pollOrReconnect().finally(() => {
      busy = false;
    });
  }, pollMilliseconds).unref();
  engine.onCommit((changes) => changes.forEach(deliver));
  return {
    subscribe: (listener: (change: Change) => void) => publisher.subscribe(listener),
    ageMilliseconds: () => clock.now() - wholeAt,
    async stop() {
      stopped = true;
      clearInterval(timer);
      await running;
      await client.end().catch(() => {});
    },
  };
}

async function connectListener(
  address: DatabaseAddress,
  hear: (payload: string | undefined) => void,
): Promise<pg.Client> {
  const client = new pg.Client({
    ...connectionOptions(address),
    connectionTimeoutMillis: answerMilliseconds,
    query_timeout: answerMilliseconds,
  });
  client.on('error', () => {});
  client.on('notification', ({ payload }) => hear(payload));
  await client.connect();
  await client.query(`listen ${changeChannel}`);
  return client;
}
