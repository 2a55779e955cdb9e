/** A whole run: each engine's collections are filled, measured and listed; then comes Parse Server. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import type { BenchContext, Engine } from '../context.ts';
import { type PostgresServer, startPostgres } from '../postgres.ts';
import { generatorCores, killServers, pinThisProcess, repositoryRoot } from '../processes.ts';
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
export async function runScaleBench(args: readonly string[]): Promise<number> {
  let options: ScaleOptions;
  try {
    options = parseScaleOptions(args);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${helpText}`);
    return 2;
  }
  if (options.showHelp) {
    console.log(helpText);
    return 0;
  }
  if (process.platform !== 'linux' || availableParallelism() < 2) {
    console.error('the bench needs Linux and two cores: one for the servers, one for the load');
    return 2;
  }
  pinThisProcess(generatorCores);
  return measure(options, ['node', 'bench/scale/run.ts', ...args].join(' '));
}

async function measure(options: ScaleOptions, command: string): Promise<number> {
  const startedAt = performance.now();
  const directory = makeScratch();
  let postgres: Promise<PostgresServer> | undefined;
  const context = makeContext(options, directory, () => {
    postgres ??= startPostgres(join(directory, 'postgres'));
    return postgres;
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, async () => {
      killServers();
      // PostgreSQL would go on writing to the directory that the exit removes.
      await (await postgres)?.stop();
      process.exit(130);
    });
  }
  try {
    const found = await measureAll(context, options);
    const minutes = (performance.now() - startedAt) / 60_000;
    const run = { ...describeRun(options, command, (await postgres)?.version), minutes, ...found };
    publishScale({ ...run, verdicts: judge(run) }, options);
    return found.wrongAnswers.length > 0 ? 1 : 0;
  } finally {
    await (await postgres)?.stop();
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

/** On a real disk, removed after the run. */
function makeScratch(): string {
  const scratch = join(repositoryRoot, 'bench', 'tmp');
  mkdirSync(scratch, { recursive: true });
  const directory = mkdtempSync(join(scratch, 'scale-'));
  // PostgreSQL refuses to run as root, and its user has to reach its directory in here.
  chmodSync(directory, 0o755);
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
