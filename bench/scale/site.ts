/** A Keygrid that holds one collection of a certain size, filled through its own API. */
import { execFileSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { installKeygrid, type KeygridInstallation, makeTenant } from '../contenders/keygrid.ts';
import { call } from '../contenders/keygrid-wire.ts';
import type { BenchContext, Engine } from '../context.ts';
import { allCores, orStop, type ServerProcess } from '../processes.ts';
import { median } from '../report.ts';
import type { BatchCreate, Filling } from './report.ts';
import { makeThing, thingName } from './things.ts';

export const collectionPath = '/bench/shop/things';

/** Entities whose uuid is kept, spread evenly over the collection. */
const knownAtMost = 20_000;
export const batchSize = 1000;

export interface KnownThing {
  number: number;
  uuid: string;
}

/** A collection as it lies in the database, with no server running. */
export interface FilledSite {
  size: number;
  installation: KeygridInstallation;
  bearer: string;
  known: KnownThing[];
  filling: Filling;
}

export interface Site extends FilledSite {
  server: ServerProcess;
}

export const startSite = async (filled: FilledSite): Promise<Site> => ({
  ...filled,
  server: await filled.installation.start(),
});

/** Ends the server and starts another on the same data. */
export async function restartSite(site: Site): Promise<void> {
  await site.server.stop();
  site.server = await site.installation.start();
}

/**
 * Filling is not measured like the rest: its server takes what it gets of all cores and, on SQLite, keeps its data in
 * `quickDirectory` until they are whole.
 */
export async function fillSite(
  context: BenchContext,
  engine: Engine,
  size: number,
  quickDirectory: string,
): Promise<FilledSite> {
  const name = `scale-${engine}-${size}`;
  const directory = engine === 'sqlite' ? quickDirectory : context.directory;
  const installation = await installKeygrid({ ...context, directory }, engine, name);
  const server = await installation.start(allCores);
  const filled = await orStop(server, async () => {
    const { userBearer } = await makeTenant(server.port, 1);
    return { size, bearer: userBearer, ...(await fill(context, engine, server, userBearer, size)) };
  });
  await server.stop();
  if (engine !== 'sqlite') return { ...filled, installation };
  moveDirectory(join(quickDirectory, name), join(context.directory, name));
  return { ...filled, installation: await installKeygrid(context, engine, name) };
}

/** To another disk, where it is safe when this returns. */
function moveDirectory(from: string, to: string): void {
  if (from === to) return;
  cpSync(from, to, { recursive: true });
  rmSync(from, { recursive: true });
  execFileSync('sync');
}

async function fill(
  context: BenchContext,
  engine: Engine,
  server: ServerProcess,
  bearer: string,
  size: number,
): Promise<Pick<FilledSite, 'known' | 'filling'>> {
  const known: KnownThing[] = [];
  const stride = Math.ceil(size / knownAtMost);
  const seconds = await postBatches(server, bearer, size, (number, uuid, secondsSoFar) => {
    if (number % stride === 0) known.push({ number, uuid });
    if ((number + 1) % 100_000 === 0) {
      const rate = Math.round((100 * batchSize) / sum(secondsSoFar.slice(-100)));
      context.progress(`filling ${engine}: ${number + 1} of ${size}, ${rate} entities/s`);
    }
  });
  const tenth = Math.max(1, Math.floor(seconds.length / 10));
  const filling = {
    size,
    seconds: sum(seconds),
    entitiesPerSecond: size / sum(seconds),
    lastTenth: (tenth * batchSize) / sum(seconds.slice(-tenth)),
  };
  return { known, filling };
}

const unmeasuredBatches = 5;
const measuredBatches = 25;

/** Batches on a new installation, the server on its one core; the first few only warm up. */
export async function measureBatches(context: BenchContext, engine: Engine): Promise<BatchCreate> {
  const server = await (await installKeygrid(context, engine, `scale-batches-${engine}`)).start();
  try {
    const { userBearer } = await makeTenant(server.port, 1);
    const entities = (unmeasuredBatches + measuredBatches) * batchSize;
    const all = await postBatches(server, userBearer, entities, () => undefined);
    const seconds = all.slice(unmeasuredBatches);
    const entitiesPerSecond = (measuredBatches * batchSize) / sum(seconds);
    context.progress(`batches of ${batchSize} (${engine}): ${Math.round(entitiesPerSecond)} entities/s`);
    return {
      entities,
      entitiesPerSecond,
      median: median(seconds) * 1000,
      slowest: Math.max(...seconds) * 1000,
    };
  } finally {
    await server.stop();
  }
}

type OnCreated = (number: number, uuid: string, secondsSoFar: readonly number[]) => void;

/**
 * Batches one after the other, in the order of their numbers; the next is made while the server works. Gives the
 * seconds of each. @throws Error when an answer does not hold what was sent.
 */
async function postBatches(
  { port }: ServerProcess,
  bearer: string,
  size: number,
  onCreated: OnCreated,
): Promise<number[]> {
  const seconds: number[] = [];
  let batch = makeBatch(0, size);
  for (let from = 0; from < size; from += batchSize) {
    const startedAt = performance.now();
    const sending = call(port, collectionPath, { bearer, body: batch });
    if (from + batchSize < size) batch = makeBatch(from + batchSize, size);
    const { status, body } = await sending;
    seconds.push((performance.now() - startedAt) / 1000);
    if (status !== 200) throw new Error(`a batch was answered ${status}: ${JSON.stringify(body)}`);
    const uuids = requireCreated(body as unknown as Created, from, size);
    for (const [index, uuid] of uuids.entries()) onCreated(from + index, uuid, seconds);
  }
  return seconds;
}

const makeBatch = (from: number, size: number): unknown[] =>
  Array.from({ length: Math.min(batchSize, size - from) }, (_, index) => makeThing(from + index, size));

interface Created {
  entities: { uuid: string; name: string }[];
}

function requireCreated({ entities }: Created, from: number, size: number): string[] {
  const expected = Math.min(batchSize, size - from);
  const wrong = entities.findIndex(({ name }, index) => name !== thingName(from + index));
  if (entities.length !== expected || wrong >= 0)
    throw new Error(`of a batch of ${expected} from ${from} on, ${entities.length} were created`);
  return entities.map(({ uuid }) => uuid);
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
