/**
 * Times three choices of the design against what they replace, in alternating rounds, and prints JSON.
 *
 *     node bench/baseline/choices-probe.ts DIRECTORY SECONDS
 */
import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { copyRandomBytes } from '../minimal/random-pool.ts';
import { median } from '../report.ts';

export interface ProbeResult {
  name: string;
  slowPerSecond: number;
  fastPerSecond: number;
  /** Median of the per-round ratios. */
  factor: number;
}

const [directory = '.', seconds = '0.3'] = process.argv.slice(2);
const rounds = 7;
const millisecondsPerTurn = Number(seconds) * 1000;

const message = randomBytes(44);
const bufferKey = randomBytes(32);
const keyObject = createSecretKey(bufferKey);
const nonce = Buffer.alloc(16);
const insertOne = prepareInserts('single.db');
const insertMany = prepareInserts('grouped.db');

const results: ProbeResult[] = [
  compare('hmac', [
    repeat(100, () => createHmac('sha256', bufferKey).update(message).digest()),
    repeat(100, () => createHmac('sha256', keyObject).update(message).digest()),
  ]),
  compare('random', [repeat(100, () => randomBytes(16)), repeat(100, () => copyRandomBytes(nonce, 0, 16))]),
  compare('inserts', [() => insertOne(1), () => insertMany(32)]),
];
console.log(JSON.stringify(results));

/** Does some work and returns how many operations it was. */
type Work = () => number;

function repeat(times: number, operation: () => unknown): Work {
  return () => {
    for (let time = 0; time < times; time++) operation();
    return times;
  };
}

function compare(name: string, [slow, fast]: [Work, Work]): ProbeResult {
  const slowRates: number[] = [];
  const fastRates: number[] = [];
  for (let round = 0; round < rounds; round++) {
    slowRates.push(operationsPerSecond(slow));
    fastRates.push(operationsPerSecond(fast));
  }
  const factors = fastRates.map((rate, round) => rate / slowRates[round]!);
  return {
    name,
    slowPerSecond: median(slowRates),
    fastPerSecond: median(fastRates),
    factor: median(factors),
  };
}

function operationsPerSecond(work: Work): number {
  let operations = 0;
  const startedAt = performance.now();
  while (performance.now() - startedAt < millisecondsPerTurn) operations += work();
  return (operations / (performance.now() - startedAt)) * 1000;
}

/** Inserts rows of 300 bytes, `rows` to a transaction. */
function prepareInserts(file: string): (rows: number) => number {
  const database = new DatabaseSync(join(directory, file));
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE entries (id integer PRIMARY KEY, body text NOT NULL);
  `);
  const insert = database.prepare('INSERT INTO entries (body) VALUES (?)');
  const body = 'b'.repeat(300);
  return (rows) => {
    database.exec('BEGIN IMMEDIATE');
    for (let row = 0; row < rows; row++) insert.run(body);
    database.exec('COMMIT');
    return rows;
  };
}
