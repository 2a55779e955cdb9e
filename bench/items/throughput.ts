/** W1, W6 and W5, and the way that X1 to X7 go too: requests per second of each contender, in alternating rounds. */

import { startBare, startOidcProvider } from '../contenders/baseline.ts';
import { type Contender, names } from '../contenders/contender.ts';
import { startKeygridCreate, startKeygridRead, startKeygridToken } from '../contenders/keygrid.ts';
import { startMinimalCreate, startMinimalRead, startMinimalToken } from '../contenders/minimal.ts';
import { type BenchContext, type Engine, makeDirectory, manyRounds } from '../context.ts';
import { describeWrongAnswers, type LoadResult, runLoad } from '../load.ts';
import { processorSeconds } from '../processes.ts';
import { type Figure, type ItemReport, median, medianRatio, type Unit, type Verdict } from '../report.ts';
import { withSlowerSyncs } from '../slower-sync.ts';

export type Start = (context: BenchContext, engine: Engine) => Promise<Contender>;

interface Share {
  of: string;
  /** Undefined: only shown. */
  atLeast?: (engine: Engine) => number;
}

/** What the machine can do at most, measured in every round. */
interface Machine {
  name: string;
  unit: Unit;
  /** Per second. */
  measure(seconds: number): Promise<number>;
}

export interface ThroughputItem {
  item: string;
  title: string;
  keygrid: Start;
  others: (engine: Engine) => Start[];
  machine?: Machine;
  /** Measured in more rounds than others. */
  varies?: true;
  /** By which each sync of the servers takes longer than the disk does. */
  slowerSyncMicroseconds?: number;
  shares: Share[];
}

const onPostgres = (engine: Engine, starts: Start[]): Start[] => (engine === 'postgres' ? starts : []);

export const throughputItems: readonly ThroughputItem[] = [
  {
    item: 'W1',
    title: 'token issue, client credentials',
    keygrid: startKeygridToken,
    others: () => [startMinimalToken, startOidcProvider, () => startBare()],
    shares: [
      { of: names.minimal, atLeast: () => 0.75 },
      { of: names.oidcProvider, atLeast: () => 2.5 },
    ],
  },
  {
    item: 'W6',
    title: 'read of one entity with a bearer token',
    keygrid: startKeygridRead,
    others: (engine) => [
      startMinimalRead,
      ...onPostgres(engine, [(context) => startMinimalRead(context, engine, 'one-by-one')]),
      () => startBare(),
    ],
    shares: [
      { of: names.minimal, atLeast: (engine) => (engine === 'sqlite' ? 0.75 : 0.7) },
      { of: names.minimalOneByOne, atLeast: () => 0.7 },
    ],
  },
  {
    item: 'W5',
    title: 'durable create of a 300-byte, 8-property entity',
    varies: true,
    keygrid: startKeygridCreate,
    others: (engine) => [
      startMinimalCreate,
      ...onPostgres(engine, [(context) => startMinimalCreate(context, engine, 'one-by-one')]),
      () => startBare(),
    ],
    shares: [
      { of: names.minimal, atLeast: (engine) => (engine === 'sqlite' ? 0.45 : 0.4) },
      { of: names.minimalOneByOne, atLeast: () => 0.4 },
    ],
  },
  {
    item: 'W5S',
    title: 'durable create as W5, where each sync of the disk takes 2.4 ms longer',
    keygrid: startKeygridCreate,
    others: () => [startMinimalCreate],
    slowerSyncMicroseconds: 2400,
    // Shows what the disk does to the share; the target is W5's, on the disk as it is.
    shares: [{ of: names.minimal }],
  },
];

interface Round extends LoadResult {
  serverBusy: number;
}

export async function measureThroughput(
  context: BenchContext,
  engine: Engine,
  throughputItem: ThroughputItem,
): Promise<ItemReport> {
  const { item, title, varies, machine, shares, slowerSyncMicroseconds: slower } = throughputItem;
  const contenders: Contender[] = [];
  try {
    const startAll = () => startContenders(context, engine, throughputItem, contenders);
    await (slower === undefined ? startAll() : withSlowerSyncs(context.directory, slower, startAll));
    const { rounds, machineRates, wrongAnswers } = await runRounds(
      varies ? { ...context, rounds: manyRounds(context) } : context,
      `${item} ${engine}`,
      contenders,
      machine,
    );
    const figures = contenders.map((contender, index) => summarize(contender.name, rounds[index]!));
    if (machine !== undefined) figures.push(describeMachine(machine, machineRates));
    return { item, engine, title, figures, verdicts: judge(figures, shares, engine), wrongAnswers };
  } finally {
    for (const { server } of contenders) await server.stop();
  }
}

/** Puts each in `contenders` at once, so that whoever asked can stop those that were started when one fails. */
async function startContenders(
  context: BenchContext,
  engine: Engine,
  { item, keygrid, others }: ThroughputItem,
  contenders: Contender[],
): Promise<void> {
  const starts = context.keygridScript === undefined ? others(engine) : [keygrid, ...others(engine)];
  // Two items may start the same server.
  const own = { ...context, directory: makeDirectory(context, item.toLowerCase()) };
  for (const start of starts) contenders.push(await start(own, engine));
}

/** The rounds of each contender: A B C, A B C, after some rounds each that only warm up. */
async function runRounds(
  context: BenchContext,
  label: string,
  contenders: readonly Contender[],
  machine: Machine | undefined,
): Promise<{ rounds: Round[][]; machineRates: number[]; wrongAnswers: string[] }> {
  const rounds: Round[][] = contenders.map(() => []);
  const machineRates: number[] = [];
  const wrongAnswers: string[] = [];
  for (let round = 1 - context.warmUpRounds; round <= context.rounds; round++) {
    for (const [index, contender] of contenders.entries()) {
      const result = await loadOnce(context, contender);
      const problems = [...describeWrongAnswers(result), ...(await contender.audit(result.lastBodies))];
      wrongAnswers.push(...problems.map((problem) => `${label}, ${contender.name}: ${problem}`));
      const what = round <= 0 ? 'warm-up' : `round ${round}/${context.rounds}`;
      context.progress(
        `${label} ${what}: ${contender.name} ${Math.round(result.requestsPerSecond)} requests/s`,
      );
      if (round > 0) rounds[index]!.push(result);
    }
    if (machine !== undefined && round > 0) {
      machineRates.push(await machine.measure(context.secondsPerRound));
      context.progress(`${label}: ${machine.name} ${Math.round(machineRates.at(-1)!)} ${machine.unit}`);
    }
  }
  return { rounds, machineRates, wrongAnswers };
}

async function loadOnce(context: BenchContext, contender: Contender): Promise<Round> {
  const { server, nextRequest } = contender;
  await contender.prepareRound?.(context.secondsPerRound + context.warmUpSeconds);
  const processorBefore = processorSeconds(server.pid);
  const startedAt = performance.now();
  const result = await runLoad({
    port: server.port,
    connections: context.connections,
    seconds: context.secondsPerRound,
    warmUpSeconds: context.warmUpSeconds,
    nextRequest,
  });
  const elapsedSeconds = (performance.now() - startedAt) / 1000;
  return { ...result, serverBusy: (processorSeconds(server.pid) - processorBefore) / elapsedSeconds };
}

const describeMachine = ({ name, unit }: Machine, rounds: number[]): Figure => ({
  ...{ contender: name, unit, median: median(rounds), rounds },
});

function summarize(contender: string, rounds: readonly Round[]): Figure {
  const medianOf = (pick: (round: Round) => number): number => median(rounds.map(pick));
  return {
    contender,
    unit: 'requests/s',
    median: medianOf((round) => round.requestsPerSecond),
    rounds: rounds.map((round) => round.requestsPerSecond),
    p50Milliseconds: medianOf((round) => round.p50Milliseconds),
    p99Milliseconds: medianOf((round) => round.p99Milliseconds),
    serverBusy: medianOf((round) => round.serverBusy),
    generatorBusy: medianOf((round) => round.generatorBusy),
  };
}

function judge(figures: readonly Figure[], shares: readonly Share[], engine: Engine): Verdict[] {
  const figureOf = (name: string): Figure | undefined => figures.find(({ contender }) => contender === name);
  const keygrid = figureOf(names.keygrid);
  return shares
    .filter(({ of }) => figureOf(of) !== undefined)
    .map(({ of, atLeast }) => ({
      what: `requests/s to those of ${of}`,
      wanted: atLeast === undefined ? undefined : { atLeast: atLeast(engine) },
      measured: medianRatio(keygrid, figureOf(of)),
      p99Milliseconds: keygrid?.p99Milliseconds,
    }));
}
