/** PostgreSQL mixes transactions, statement by statement: the same races, two in every order there is, three in many. */
import { after, before, describe, test } from 'node:test';
import { systemClock } from '../../src/platform/clock.ts';
import { openPostgresStorage } from '../../src/storage/postgres/index.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { races } from './authorization-races.ts';
import { silentLog } from './engines.ts';
import { createInterleaver, drawSchedules, type Interleaver, schedules } from './interleaving.ts';

const ordersDrawn = 80;

describe('races statement by statement on PostgreSQL', () => {
  let storage: Storage;
  let drop: () => Promise<void>;
  let interleaver: Interleaver;
  before(async () => {
    const database = await createTestDatabase();
    drop = database.drop;
    storage = await openPostgresStorage({ databaseUrl: database.url, clock: systemClock, log: silentLog });
    interleaver = await createInterleaver(database.url, 3);
  });
  after(async () => {
    await interleaver.close();
    await storage.close();
    await drop();
  });

  for (const { name, steps, arrange } of races) {
    const everyOrder = steps.length === 2;
    test(`${name}, in ${everyOrder ? 'every order' : `${ordersDrawn} orders`}`, async () => {
      for (const order of everyOrder ? schedules(steps) : drawSchedules(steps, ordersDrawn, 7)) {
        const { operations, verify } = await arrange(storage);
        try {
          await verify(await interleaver.run(operations, order));
        } catch (error) {
          throw new Error(`in the order ${order.join(' ')}`, { cause: error });
        }
      }
    });
  }
});
