/** Keygrid beside Parse Server: the same entities in the same PostgreSQL, the same questions, rounds in turn. */
import type { BenchContext } from '../context.ts';
import { describeWrongAnswers, type NextRequest } from '../load.ts';
import { median } from '../report.ts';
import { readIntoMemory } from './files-in-memory.ts';
import { createItem, createLoad, deleteLoad, readItems } from './items.ts';
import { loadOnce, type Round } from './measure.ts';
import {
  createObject,
  getObject,
  installedVersion,
  installParseServer,
  type ParseSite,
  queryGroup,
  startParseServer,
} from './parse-site.ts';
import type { Comparison, ComparisonFigure, ScaleReport } from './report.ts';
import type { Site } from './site.ts';
import { groupOf, mixed } from './things.ts';

/** One thing that both do. */
interface Question {
  what: string;
  wantedAtLeast: number;
  keygrid(site: Site, round: number): NextRequest;
  parseServer(site: ParseSite, round: number): NextRequest;
}

const questions: readonly Question[] = [
  {
    what: 'get by id',
    wantedAtLeast: 3,
    keygrid: itemNamed('get by id'),
    parseServer: (site, round) => {
      let drawn = round * 1_000_000;
      return () => getObject(site, site.known[mixed(drawn++) % site.known.length]!);
    },
  },
  {
    what: 'query a = x limit 10',
    wantedAtLeast: 3,
    keygrid: itemNamed('where a = x limit 10, constant'),
    parseServer: (site, round) => {
      let drawn = round * 1_000_000;
      return () => queryGroup(site, groupOf(mixed(drawn++) % site.size, site.size));
    },
  },
];

function itemNamed(wanted: string): Question['keygrid'] {
  const item = readItems.find(({ name }) => name === wanted);
  if (item === undefined) throw new Error(`no item ${wanted}`);
  return (site, round) => item.load(site, round);
}

/** A run without Parse Server says why. */
export async function compareWithParseServer(
  context: BenchContext,
  sites: readonly Site[],
  size: number,
): Promise<ScaleReport['parseServer']> {
  const problem = installParseServer(context);
  if (problem !== undefined) return { skipped: problem };
  const keygrid = sites.find((site) => site.size === size)!;
  const parseServer = await startParseServer(context, size);
  try {
    await (await context.postgres()).settle();
    const comparisons: Comparison[] = [];
    for (const question of questions)
      comparisons.push(await compare(context, question, keygrid, parseServer));
    comparisons.push(await compareCreate(context, keygrid, parseServer));
    return { version: installedVersion() ?? '', comparisons };
  } finally {
    await parseServer.server.stop();
  }
}

const keygridName = 'keygrid';
const parseName = 'parse-server';

/** The first round only warms up, for as long as V8 takes to have compiled what such a request runs, in either server. */
const secondsOf = ({ secondsPerRound }: BenchContext, round: number): number =>
  round === 0 ? 5 * secondsPerRound : secondsPerRound;

async function compare(
  context: BenchContext,
  { what, wantedAtLeast, keygrid, parseServer }: Question,
  site: Site,
  parseSite: ParseSite,
): Promise<Comparison> {
  readIntoMemory(context, 'postgres');
  const rounds: { ours: Round[]; theirs: Round[] } = { ours: [], theirs: [] };
  for (let round = 0; round <= context.rounds; round++) {
    const seconds = secondsOf(context, round);
    const ours = await loadOnce(context, site.server, keygrid(site, round), seconds);
    const theirs = await loadOnce(context, parseSite.server, parseServer(parseSite, round), seconds);
    noteRound(context, what, round, ours, theirs);
    if (round > 0) {
      rounds.ours.push(ours);
      rounds.theirs.push(theirs);
    }
  }
  return describe(what, wantedAtLeast, site.size, rounds.ours, rounds.theirs);
}

/** Each round of Keygrid deletes what it created, since the collection is measured further. */
async function compareCreate(context: BenchContext, site: Site, parseSite: ParseSite): Promise<Comparison> {
  const ours: Round[] = [];
  const theirs: Round[] = [];
  let number = parseSite.size;
  readIntoMemory(context, 'postgres');
  for (let round = 0; round <= context.rounds; round++) {
    const seconds = secondsOf(context, round);
    const uuids: string[] = [];
    const own = await loadOnce(
      context,
      site.server,
      createLoad(site, (uuid) => uuids.push(uuid)),
      seconds,
    );
    await loadOnce(context, site.server, deleteLoad(site, uuids), 60);
    const theirNext = () => createObject(parseSite.headers, number++, parseSite.size);
    const other = await loadOnce(context, parseSite.server, theirNext, seconds);
    noteRound(context, createItem, round, own, other);
    if (round > 0) {
      ours.push(own);
      theirs.push(other);
    }
  }
  return describe(createItem, 1.5, site.size, ours, theirs);
}

function noteRound(context: BenchContext, what: string, round: number, ours: Round, theirs: Round): void {
  const [own, other] = [ours, theirs].map(({ requestsPerSecond }) => Math.round(requestsPerSecond));
  context.progress(`${what}, round ${round}: ${keygridName} ${own} requests/s, ${parseName} ${other}`);
}

function describe(
  what: string,
  wantedAtLeast: number,
  size: number,
  ours: readonly Round[],
  theirs: readonly Round[],
): Comparison {
  const ratio = median(
    ours.map((round, index) => round.requestsPerSecond / theirs[index]!.requestsPerSecond),
  );
  const wrongAnswers = [...ours, ...theirs].flatMap(describeWrongAnswers);
  return {
    what,
    size,
    figures: [summarize(keygridName, ours), summarize(parseName, theirs)],
    ratio,
    wantedAtLeast,
    wrongAnswers: wrongAnswers.map((wrong) => `${what} beside Parse Server: ${wrong}`),
  };
}

const summarize = (contender: string, rounds: readonly Round[]): ComparisonFigure => ({
  contender,
  requestsPerSecond: median(rounds.map(({ requestsPerSecond }) => requestsPerSecond)),
  rounds: rounds.map(({ requestsPerSecond }) => requestsPerSecond),
  p99Milliseconds: median(rounds.map(({ p99Milliseconds }) => p99Milliseconds)),
  serverBusy: median(rounds.map(({ serverBusy }) => serverBusy)),
});
