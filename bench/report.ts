/** What a run finds, in the form that `--json` prints and `bench/RESULTS.md` is made from. */
import type { Engine } from './context.ts';

export type Unit = 'requests/s' | 'hashes/s' | 'signatures/s' | 's' | 'ms' | 'MiB';

export interface Figure {
  contender: string;
  unit: Unit;
  median: number;
  /** The figure of each round, in order. */
  rounds: number[];
  /** Medians over the rounds. */
  p50Milliseconds?: number;
  p99Milliseconds?: number;
  /** Shares of one core. A generator near 1 would mean that the figure is the generator's own. */
  serverBusy?: number;
  generatorBusy?: number;
}

export type Wanted = { atLeast: number } | { atMost: number } | { below: number };

export interface Verdict {
  what: string;
  /** Undefined for what is only shown. */
  wanted: Wanted | undefined;
  /** Undefined when Keygrid was left out. */
  measured: number | undefined;
  /** Keygrid's, where the item has latencies. */
  p99Milliseconds?: number | undefined;
}

export interface ItemReport {
  item: string;
  engine: Engine | undefined;
  title: string;
  figures: Figure[];
  verdicts: Verdict[];
  wrongAnswers: string[];
}

/** How much one choice of the design gains. */
export interface ChoiceReport {
  choice: string;
  factor: number;
  expected: number;
  detail: string;
}

export interface RunReport {
  command: string;
  machine: string;
  node: string;
  postgres: string | undefined;
  rounds: number;
  warmUpRounds: number;
  secondsPerRound: number;
  connections: number;
  items: ItemReport[];
  choices: ChoiceReport[];
  /** Wrong answers, described; any makes the run a failure. */
  wrongAnswers: string[];
}

export function isReached({ wanted, measured }: Verdict): boolean | undefined {
  if (measured === undefined || wanted === undefined) return undefined;
  if ('atLeast' in wanted) return measured >= wanted.atLeast;
  return 'atMost' in wanted ? measured <= wanted.atMost : measured < wanted.below;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  if (sorted.length === 0) return Number.NaN;
  if (sorted.length % 2 === 1) return sorted[Math.floor(middle)]!;
  return (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The median over the rounds of `numerator` to `denominator`, round by round; undefined without either. */
export function medianRatio(
  numerator: Figure | undefined,
  denominator: Figure | undefined,
): number | undefined {
  if (numerator === undefined || denominator === undefined) return undefined;
  return median(numerator.rounds.map((value, round) => value / denominator.rounds[round]!));
}
