/** What a run of the scale bench finds, in the form that `--json` prints and `bench/SCALE.md` is made from. */
import type { Engine } from '../context.ts';
import type { Verdict } from '../report.ts';

/** How a collection was filled: by batches of 1000 in one request each, one after the other. */
export interface Filling {
  size: number;
  seconds: number;
  entitiesPerSecond: number;
  /** Entities/s into the last tenth. */
  lastTenth: number;
}

/** Batches of 1000 into a new collection, by a server on its one core, with nothing else going on. */
export interface BatchCreate {
  entities: number;
  entitiesPerSecond: number;
  /** Milliseconds of each batch's request. */
  median: number;
  slowest: number;
}

/** One item at one size: medians over the rounds. */
export interface SizeFigure {
  size: number;
  rounds: number[];
  requestsPerSecond: number;
  p50Milliseconds: number;
  p99Milliseconds: number;
  serverBusy: number;
  generatorBusy: number;
}

export interface ScaleItemReport {
  item: string;
  engine: Engine;
  /** What a request of it finds, as the collection grows. */
  finds: string;
  figures: SizeFigure[];
  /** Time at the largest size to that at the compared one, median over the rounds; of p99 likewise. */
  growth: number | undefined;
  growthOfP99: number | undefined;
  wrongAnswers: string[];
}

/** Memory of a server while one client lists a whole collection. */
export interface ListMemory {
  engine: Engine;
  size: number;
  pageSize: number;
  /** MiB without mapped files, before the first page and then after each tenth of the pages. */
  mebibytes: number[];
  /** MiB between the two: after the first tenth of the list was read ten times. */
  mebibytesOfShortLists: number;
  /** MiB in the end, with pages of the program and of the database that are mapped. */
  mebibytesWithFiles: number;
  entitiesPerSecond: number;
  wrongAnswers: string[];
}

export interface ComparisonFigure {
  contender: string;
  requestsPerSecond: number;
  rounds: number[];
  p99Milliseconds: number;
  serverBusy: number;
}

/** Keygrid and Parse Server at one thing, on the same PostgreSQL. */
export interface Comparison {
  what: string;
  size: number;
  figures: ComparisonFigure[];
  /** Of Keygrid's rate to Parse Server's, median over the rounds. */
  ratio: number;
  wantedAtLeast: number;
  wrongAnswers: string[];
}

export interface EngineReport {
  engine: Engine;
  fillings: Filling[];
  batches: BatchCreate | undefined;
  items: ScaleItemReport[];
  list: ListMemory | undefined;
}

export interface ScaleReport {
  command: string;
  machine: string;
  node: string;
  postgres: string | undefined;
  rounds: number;
  secondsPerRound: number;
  connections: number;
  sizes: number[];
  minutes: number;
  engines: EngineReport[];
  verdicts: (Verdict & { engine: Engine })[];
  parseServer: { version: string; comparisons: Comparison[] } | { skipped: string };
  /** Wrong answers, described; any makes the run a failure. */
  wrongAnswers: string[];
}

/** The size that the largest is compared with: 10 thousand, or the smallest where that is not smaller. */
export function comparedSize(sizes: readonly number[]): number {
  return sizes.includes(10_000) && Math.max(...sizes) > 10_000 ? 10_000 : Math.min(...sizes);
}
