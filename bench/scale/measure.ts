/** Rounds of each item, the sizes alternating, so that what disturbs the machine disturbs all of them. */
import { auditStored } from '../contenders/keygrid.ts';
import { call } from '../contenders/keygrid-wire.ts';
import { type BenchContext, type Engine, manyRounds } from '../context.ts';
import { describeWrongAnswers, type LoadResult, type NextRequest, runLoad } from '../load.ts';
import { processorSeconds } from '../processes.ts';
import { median } from '../report.ts';
import { readIntoMemory } from './files-in-memory.ts';
import {
  createItem,
  createLoad,
  deleteItem,
  deleteLoad,
  readItems,
  type ScaleItem,
  updateItem,
} from './items.ts';
import { comparedSize, type ScaleItemReport, type SizeFigure } from './report.ts';
import { collectionPath, type Site } from './site.ts';

export interface Round extends LoadResult {
  serverBusy: number;
}

/** Of an item, by the index of the site. */
type Rounds = Round[][];

export async function measureItems(
  context: BenchContext,
  engine: Engine,
  sites: readonly Site[],
  only: string | undefined,
): Promise<ScaleItemReport[]> {
  const isWanted = (name: string): boolean => only === undefined || name.includes(only);
  await warmUp(context, sites);
  const reports: ScaleItemReport[] = [];
  for (const item of [...readItems, updateItem].filter(({ name }) => isWanted(name))) {
    readIntoMemory(context, engine);
    reports.push(await measureItem(context, engine, sites, item));
  }
  // Creates and deletes need each other.
  if (isWanted(createItem) || isWanted(deleteItem)) {
    readIntoMemory(context, engine);
    reports.push(...(await measureCreateAndDelete(context, engine, sites)));
  }
  return reports;
}

/** Servers that have answered nothing yet are slow for reasons of their own. */
async function warmUp(context: BenchContext, sites: readonly Site[]): Promise<void> {
  for (const site of sites) {
    for (const item of readItems.slice(0, 3)) await loadOnce(context, site.server, item.load(site, 0), 0.5);
  }
}

async function measureItem(
  context: BenchContext,
  engine: Engine,
  sites: readonly Site[],
  item: ScaleItem,
): Promise<ScaleItemReport> {
  const rounds: Rounds = sites.map(() => []);
  const wrongAnswers: string[] = [];
  await forEachRound(context, sites, async (site, index, round) => {
    const result = await loadOnce(context, site.server, item.load(site, round));
    note(context, engine, item.name, site, round, result);
    wrongAnswers.push(
      ...describeWrongAnswers(result).map((wrong) => `${label(engine, item.name, site)}: ${wrong}`),
    );
    rounds[index]!.push(result);
  });
  return report(item, engine, sites, rounds, wrongAnswers);
}

/**
 * Each round deletes what its creates made, so that every collection keeps its size. One round only warms up: until then
 * the servers have answered reads.
 */
async function measureCreateAndDelete(
  context: BenchContext,
  engine: Engine,
  sites: readonly Site[],
): Promise<ScaleItemReport[]> {
  const creates: Rounds = sites.map(() => []);
  const deletes: Rounds = sites.map(() => []);
  const wrong: { creates: string[]; deletes: string[] } = { creates: [], deletes: [] };
  for (const site of sites) await createAndDelete(context, site);
  await forEachRound({ ...context, rounds: manyRounds(context) }, sites, async (site, index, round) => {
    const { created, deleted, wrongCreates, wrongDeletes } = await createAndDelete(context, site);
    creates[index]!.push(created);
    note(context, engine, createItem, site, round, created);
    wrong.creates.push(...wrongCreates.map((text) => `${label(engine, createItem, site)}: ${text}`));
    deletes[index]!.push(deleted);
    note(context, engine, deleteItem, site, round, deleted);
    wrong.deletes.push(...wrongDeletes.map((text) => `${label(engine, deleteItem, site)}: ${text}`));
  });
  return [
    report({ name: createItem, finds: '1' }, engine, sites, creates, wrong.creates),
    report({ name: deleteItem, finds: '1' }, engine, sites, deletes, wrong.deletes),
  ];
}

async function createAndDelete(
  context: BenchContext,
  site: Site,
): Promise<{ created: Round; deleted: Round; wrongCreates: string[]; wrongDeletes: string[] }> {
  const uuids: string[] = [];
  const creating = createLoad(site, (uuid) => uuids.push(uuid));
  const created = await loadOnce(context, site.server, creating);
  const notStored = await auditStored(site.server.port, site.bearer, created.lastBodies);
  const deleting = deleteLoad(site, uuids);
  // There are only so many to delete: none are spent on warming up.
  const deleted = await loadOnce({ ...context, warmUpSeconds: 0 }, site.server, deleting);
  const rest = await loadOnce(context, site.server, deleting, 60);
  const stillThere = await auditDeleted(site, uuids);
  return {
    created,
    deleted,
    wrongCreates: [...describeWrongAnswers(created), ...notStored],
    wrongDeletes: [...describeWrongAnswers(deleted), ...describeWrongAnswers(rest), ...stillThere],
  };
}

/** A few of the deleted must be gone. */
async function auditDeleted({ server, bearer }: Site, uuids: readonly string[]): Promise<string[]> {
  const problems: string[] = [];
  for (const uuid of [...uuids.slice(0, 5), ...uuids.slice(-5)]) {
    const { status } = await call(server.port, `${collectionPath}/${uuid}`, { bearer });
    if (status !== 404) problems.push(`a deleted entity was answered ${status}`);
  }
  return problems;
}

/** All sizes in turn. Those that are shown but not compared have their turn in the first round only. */
async function forEachRound(
  context: BenchContext,
  sites: readonly Site[],
  measure: (site: Site, index: number, round: number) => Promise<void>,
): Promise<void> {
  const sizes = sites.map(({ size }) => size);
  const compared = [comparedSize(sizes), Math.max(...sizes)];
  for (let round = 1; round <= context.rounds; round++) {
    for (const [index, site] of sites.entries()) {
      if (round === 1 || compared.includes(site.size)) await measure(site, index, round);
    }
  }
}

/** One load on one server. */
export async function loadOnce(
  context: BenchContext,
  server: Site['server'],
  nextRequest: NextRequest,
  seconds = context.secondsPerRound,
): Promise<Round> {
  const processorBefore = processorSeconds(server.pid);
  const startedAt = performance.now();
  const result = await runLoad({
    port: server.port,
    connections: context.connections,
    seconds,
    warmUpSeconds: context.warmUpSeconds,
    nextRequest,
  });
  const elapsedSeconds = (performance.now() - startedAt) / 1000;
  return { ...result, serverBusy: (processorSeconds(server.pid) - processorBefore) / elapsedSeconds };
}

const label = (engine: Engine, item: string, { size }: Site): string => `${item} (${engine}, ${size})`;

function note(
  context: BenchContext,
  engine: Engine,
  item: string,
  site: Site,
  round: number,
  found: Round,
): void {
  const { requestsPerSecond, p50Milliseconds, p99Milliseconds, wrongAnswers } = found;
  const wrong = wrongAnswers > 0 ? `, ${wrongAnswers} WRONG` : '';
  context.progress(
    `${label(engine, item, site)} round ${round}: ${Math.round(requestsPerSecond)} requests/s, ` +
      `p50 ${p50Milliseconds.toFixed(2)} ms, p99 ${p99Milliseconds.toFixed(2)} ms${wrong}`,
  );
}

function report(
  { name, finds }: Pick<ScaleItem, 'name' | 'finds'>,
  engine: Engine,
  sites: readonly Site[],
  rounds: Rounds,
  wrongAnswers: string[],
): ScaleItemReport {
  const sizes = sites.map(({ size }) => size);
  const base = rounds[sizes.indexOf(comparedSize(sizes))]!;
  const largest = rounds[sizes.indexOf(Math.max(...sizes))]!;
  const isCompared = base !== largest;
  return {
    item: name,
    engine,
    finds,
    figures: sites.map((site, index) => summarize(site.size, rounds[index]!)),
    growth: isCompared
      ? median(base.map((round, index) => round.requestsPerSecond / largest[index]!.requestsPerSecond))
      : undefined,
    growthOfP99: isCompared
      ? median(base.map((round, index) => largest[index]!.p99Milliseconds / round.p99Milliseconds))
      : undefined,
    wrongAnswers,
  };
}

function summarize(size: number, rounds: readonly Round[]): SizeFigure {
  const medianOf = (pick: (round: Round) => number): number => median(rounds.map(pick));
  return {
    size,
    rounds: rounds.map((round) => round.requestsPerSecond),
    requestsPerSecond: medianOf((round) => round.requestsPerSecond),
    p50Milliseconds: medianOf((round) => round.p50Milliseconds),
    p99Milliseconds: medianOf((round) => round.p99Milliseconds),
    serverBusy: medianOf((round) => round.serverBusy),
    generatorBusy: medianOf((round) => round.generatorBusy),
  };
}
