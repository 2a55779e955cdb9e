/** A Keygrid that holds one collection of a certain size, filled through its own API. */
import { installKeygrid, type KeygridInstallation, makeTenant } from '../contenders/keygrid.ts';
import { call } from '../contenders/keygrid-wire.ts';
import type { BenchContext, Engine } from '../context.ts';
import { orStop, type ServerProcess } from '../processes.ts';
import type { Filling } from './report.ts';
import { makeThing, thingName } from './things.ts';

export const collectionPath = '/bench/shop/things';

/** Entities whose uuid is kept, spread evenly over the collection. */
const knownAtMost = 20_000;
export const batchSize = 1000;

export interface KnownThing {
  number: number;
  uuid: string;
}

export interface Site {
  size: number;
  server: ServerProcess;
  bearer: string;
  known: KnownThing[];
  filling: Filling;
  /** Ends the server and starts another on the same data. */
  restart(): Promise<void>;
}

/** Makes a Keygrid with a collection of `size` entities; the server that filled it is not the one that is measured. */
export async function makeSite(context: BenchContext, engine: Engine, size: number): Promise<Site> {
  const installation = await installKeygrid(context, engine, `scale-${engine}-${size}`);
  const filler = await installation.start();
  const { bearer, known, filling } = await orStop(filler, async () => {
    const { userBearer } = await makeTenant(filler.port, 1);
    return { bearer: userBearer, ...(await fill(context, engine, filler.port, userBearer, size)) };
  });
  await filler.stop();
  return siteOn(installation, await installation.start(), { size, bearer, known, filling });
}

function siteOn(
  installation: KeygridInstallation,
  server: ServerProcess,
  data: Pick<Site, 'size' | 'bearer' | 'known' | 'filling'>,
): Site {
  const site: Site = {
    ...data,
    server,
    async restart() {
      await site.server.stop();
      site.server = await installation.start();
    },
  };
  return site;
}

/** Batches one after the other, in the order of their numbers; the next is made while the server works. */
async function fill(
  context: BenchContext,
  engine: Engine,
  port: number,
  bearer: string,
  size: number,
): Promise<Pick<Site, 'known' | 'filling'>> {
  const known: KnownThing[] = [];
  const stride = Math.ceil(size / knownAtMost);
  const secondsOfBatches: number[] = [];
  let batch = makeBatch(0, size);
  for (let from = 0; from < size; from += batchSize) {
    const startedAt = performance.now();
    const sending = postBatch(port, bearer, batch);
    if (from + batchSize < size) batch = makeBatch(from + batchSize, size);
    const created = await sending;
    secondsOfBatches.push((performance.now() - startedAt) / 1000);
    for (const [index, uuid] of requireCreated(created, from, size).entries()) {
      const number = from + index;
      if (number % stride === 0) known.push({ number, uuid });
    }
    if ((from / batchSize) % 100 === 99) {
      const rate = Math.round((100 * batchSize) / sum(secondsOfBatches.slice(-100)));
      context.progress(`filling ${engine}: ${from + batchSize} of ${size}, ${rate} entities/s`);
    }
  }
  return { known, filling: describeFilling(size, secondsOfBatches) };
}

const makeBatch = (from: number, size: number): unknown[] =>
  Array.from({ length: Math.min(batchSize, size - from) }, (_, index) => makeThing(from + index, size));

interface Created {
  entities: { uuid: string; name: string }[];
}

/** @throws Error when the answer is no success. */
export async function postBatch(port: number, bearer: string, batch: unknown[]): Promise<Created> {
  const answer = await call(port, collectionPath, { bearer, body: batch });
  if (answer.status !== 200)
    throw new Error(`a batch was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  return answer.body as unknown as Created;
}

function requireCreated({ entities }: Created, from: number, size: number): string[] {
  const expected = Math.min(batchSize, size - from);
  const wrong = entities.findIndex(({ name }, index) => name !== thingName(from + index));
  if (entities.length !== expected || wrong >= 0)
    throw new Error(`of a batch of ${expected} from ${from} on, ${entities.length} were created`);
  return entities.map(({ uuid }) => uuid);
}

function describeFilling(size: number, secondsOfBatches: number[]): Filling {
  const tenth = Math.max(1, Math.floor(secondsOfBatches.length / 10));
  const rate = (seconds: number[]): number => Math.min(size, seconds.length * batchSize) / sum(seconds);
  return {
    size,
    seconds: sum(secondsOfBatches),
    entitiesPerSecond: rate(secondsOfBatches),
    firstTenth: rate(secondsOfBatches.slice(0, tenth)),
    lastTenth: rate(secondsOfBatches.slice(-tenth)),
  };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
