/**
 * Reads outside transactions, many on one connection: each is sent without waiting for the answers before it. A few
 * busy connections cost the server and this process less than one for every read under way.
 */
import pg from 'pg';
import type { Row, SqlValue } from '../sql/statement.ts';
import { connectionOptions, type DatabaseAddress, sessionSettings } from './connection.ts';
import { toStoreError } from './errors.ts';

export interface Reader {
  /** @throws KeygridError `store_unavailable` */
  read(query: pg.QueryConfig<unknown[]>): Promise<Row[]>;
  /** Each row as its values, in the order of the columns. */
  readArrays(query: pg.QueryConfig<unknown[]>): Promise<SqlValue[][]>;
  /** When what is under way is answered, and what its reader asks next too. */
  close(): Promise<void>;
}

const connections = 2;

export function createReader(address: DatabaseAddress): Reader {
  const clients: (Promise<pg.Client> | undefined)[] = Array.from({ length: connections });
  let turn = 0;
  const underWay = new Set<Promise<unknown>>();

  function connectionAt(place: number): Promise<pg.Client> {
    const known = clients[place];
    if (known) return known;
    // One that breaks fails the reads that are on it, and makes room for another.
    const forget = (): void => {
      if (clients[place] === connecting) clients[place] = undefined;
    };
    const connecting = connect(address, forget);
    connecting.catch(forget);
    clients[place] = connecting;
    return connecting;
  }

  async function ask<Shape extends pg.QueryResultRow>(query: pg.QueryConfig<unknown[]>): Promise<Shape[]> {
    turn = (turn + 1) % connections;
    try {
      const client = await connectionAt(turn);
      sendTogether(client);
      return (await client.query<Shape>(query)).rows;
    } catch (error) {
      throw toStoreError(error);
    }
  }

  function track<Result>(asked: Promise<Result>): Promise<Result> {
    underWay.add(asked);
    return asked.finally(() => underWay.delete(asked));
  }

  return {
    read: (query) => track(ask<Row>(query)),
    readArrays: (query) => track(ask<Row & SqlValue[]>({ ...query, rowMode: 'array' } as typeof query)),
    async close() {
      while (underWay.size > 0) {
        await Promise.allSettled(underWay);
        // What its reader asks next.
        await nextTurn();
      }
      const open = await Promise.allSettled(clients.filter((client) => client !== undefined));
      const ending = open.map((each) => (each.status === 'fulfilled' ? each.value.end() : undefined));
      await Promise.allSettled(ending);
    },
  };
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What is asked in one turn of the event loop goes out in one write. */
function sendTogether({ connection: { stream } }: pg.Client): void {
  if (stream.writableCorked > 0) return;
  stream.cork();
  setImmediate(() => stream.uncork());
}

async function connect(address: DatabaseAddress, forget: () => void): Promise<pg.Client> {
  const client = new pg.Client({ ...connectionOptions(address), pipeline: true });
  client.on('error', forget);
  client.on('end', forget);
  await client.connect();
  await client.query(sessionSettings);
  return client;
}
