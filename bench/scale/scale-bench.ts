/** A whole run: each engine's collections are filled, measured and listed; then comes Parse Server. */
import { existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import type { BenchContext, Engine } from '../context.ts';
import { makeScratch, postgresOnDemand, runCommand } from '../run-command.ts';
import { measureList } from './list-memory.ts';
import { measureItems } from './measure.ts';
import { helpText, parseScaleOptions, type ScaleOptions } from './options.ts';
import { compareWithParseServer } from './parse-server.ts';
import { publishScale } from './publish.ts';
import type { EngineReport, ScaleReport } from './report.ts';
import { type FilledSite, fillSite, measureBatches, type Site, startSite } from './site.ts';
import { judge } from './verdicts.ts';

const connections = 32;

/** Gives the exit code. */
export function runScaleBench(args: readonly string[]): Promise<number> {
  const command = ['node', 'bench/scale/run.ts', ...args].join(' ');
  return runCommand(args, {
    helpText,
    parse: parseScaleOptions,
    measure: (options) => measure(options, command),
  });
}

async function measure(options: ScaleOptions, command: string): Promise<number> {
  const startedAt = performance.now();
  const directory = makeScratch('scale-');
  const postgres = postgresOnDemand(directory);
  const context = makeContext(options, directory, postgres.start);
  try {
    const found = await measureAll(context, options);
    const minutes = (performance.now() - startedAt) / 60_000;
    const version = (await postgres.started())?.version;
    const run = { ...describeRun(options, command, version), minutes, ...found };
    publishScale({ ...run, verdicts: judge(run) }, options);
    return found.wrongAnswers.length > 0 ? 1 : 0;
  } finally {
    await (await postgres.started())?.stop();
  }
}

/** Of a SQLite file, and as much again for what its log holds. */
const bytesOfAnEntity = 3000;

/**
 * Where collections are filled: in memory if there is room, since a million entities would else be written to the disk
 * many times over. Removed after the run.
 */
function makeQuickDirectory(sizes: readonly number[], otherwise: string): string {
  const memory = '/dev/shm';
  if (!existsSync(memory)) return otherwise;
  const { bavail, bsize } = statfsSync(memory);
  if (bavail * bsize < 2 * bytesOfAnEntity * sizes.reduce((sum, size) => sum + size, 0)) return otherwise;
  const directory = mkdtempSync(join(memory, 'keygrid-scale-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

function makeContext(
  { rounds, secondsPerRound, keygridScript }: ScaleOptions,
  directory: string,
  postgres: BenchContext['postgres'],
): BenchContext {
  const startedAt = performance.now();
  return {
    directory,
    rounds,
    secondsPerRound,
    warmUpRounds: 1,
    warmUpSeconds: 0.25,
    connections,
    keygridScript,
    postgres,
    progress: (text) => {
      const elapsed = ((performance.now() - startedAt) / 1000).toFixed(0).padStart(5);
      console.error(`${elapsed} s  ${text}`);
    },
  };
}

type Found = Pick<ScaleReport, 'engines' | 'parseServer' | 'wrongAnswers'>;

async function measureAll(context: BenchContext, options: ScaleOptions): Promise<Found> {
  // Side by side, since each engine's filling leaves a core idle for much of the time.
  const filled = await Promise.all(
    options.engines.map(async (engine) => ({
      engine,
      sites: await fillSites(context, engine, options.sizes),
    })),
  );
  const engines: EngineReport[] = [];
  let parseServer: ScaleReport['parseServer'] = { skipped: 'left out by an option' };
  for (const { engine, sites: filledSites } of filled) {
    await settle(context, engine);
    const sites: Site[] = [];
    try {
      for (const site of filledSites) sites.push(await startSite(site));
      engines.push(await measureEngine(context, options, engine, sites));
      if (engine === 'postgres' && options.parseServerSize !== undefined)
        parseServer = await compareWithParseServer(context, sites, options.parseServerSize);
    } finally {
      for (const { server } of sites) await server.stop();
    }
  }
  const wrongAnswers = [
    ...engines.flatMap(({ items, list }) => [...items, ...(list ? [list] : [])]),
    ...('comparisons' in parseServer ? parseServer.comparisons : []),
  ].flatMap((part) => part.wrongAnswers);
  return { engines, parseServer, wrongAnswers };
}

async function fillSites(
  context: BenchContext,
  engine: Engine,
  sizes: readonly number[],
): Promise<FilledSite[]> {
  const sites: FilledSite[] = [];
  const quickDirectory = makeQuickDirectory(sizes, context.directory);
  if (engine === 'postgres') await (await context.postgres()).relax();
  for (const size of sizes) sites.push(await fillSite(context, engine, size, quickDirectory));
  return sites;
}

async function measureEngine(
  context: BenchContext,
  { only, withList }: ScaleOptions,
  engine: Engine,
  sites: readonly Site[],
): Promise<EngineReport> {
  const items = await measureItems(context, engine, sites, only);
  const batches = only === undefined ? await measureBatches(context, engine) : undefined;
  const list = withList ? await measureList(context, engine, sites.at(-1)!) : undefined;
  return { engine, fillings: sites.map(({ filling }) => filling), batches, items, list };
}

/** PostgreSQL is made durable again, and tidies up behind the filling before anything is measured. */
async function settle(context: BenchContext, engine: Engine): Promise<void> {
  if (engine !== 'postgres') return;
  context.progress('vacuum, analyze, checkpoint');
  await (await context.postgres()).settle();
}

function describeRun(
  { rounds, secondsPerRound, sizes }: ScaleOptions,
  command: string,
  postgres: string | undefined,
): Pick<
  ScaleReport,
  'command' | 'machine' | 'node' | 'postgres' | 'rounds' | 'secondsPerRound' | 'connections' | 'sizes'
> {
  const gibibytes = Math.round(totalmem() / 1024 ** 3);
  const machine = `${cpus().length} cores of ${cpus()[0]?.model ?? 'unknown make'}, ${gibibytes} GiB`;
  return {
    command,
    machine,
    node: process.versions.node,
    postgres,
    rounds,
    secondsPerRound,
    connections,
    sizes,
  };
}
