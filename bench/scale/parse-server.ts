/** Keygrid beside Parse Server: the same entities in the same PostgreSQL, the same questions, rounds in turn. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../contenders/keygrid-wire.ts';
import type { BenchContext } from '../context.ts';
import { renderRequest } from '../entity.ts';
import { describeWrongAnswers, type LoadRequest, type NextRequest } from '../load.ts';
import { orStop, repositoryRoot, type ServerProcess, startServer } from '../processes.ts';
import { median } from '../report.ts';
import { anyOf, numbersIn } from './answers.ts';
import { createItem, createLoad, deleteLoad, readItems } from './items.ts';
import { loadOnce, type Round } from './measure.ts';
import type { Comparison, ComparisonFigure, ScaleReport } from './report.ts';
import type { KnownThing, Site } from './site.ts';
import { groupOf, makeThing, mixed, thingName } from './things.ts';

const home = join(repositoryRoot, 'bench', 'parse-server');
const appId = 'bench';
const classPath = '/parse/classes/Thing';

/** A Parse Server with as many objects as a collection of Keygrid has entities. */
interface ParseSite {
  server: ServerProcess;
  size: number;
  /** What a signed-in user's requests carry. */
  headers: Record<string, string>;
  known: KnownThing[];
}

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
    parseServer: ({ headers, known }, round) => {
      let drawn = round * 1_000_000;
      return () => {
        const { uuid, number } = known[mixed(drawn++) % known.length]!;
        return {
          bytes: renderRequest('GET', `${classPath}/${uuid}`, { headers }),
          expectedInBody: Buffer.from(`"name":"${thingName(number)}"`),
        };
      };
    },
  },
  {
    what: 'query a = x limit 10',
    wantedAtLeast: 3,
    keygrid: itemNamed('where a = x limit 10, constant'),
    parseServer: ({ headers, size }, round) => {
      let drawn = round * 1_000_000;
      return () => groupRequest(headers, groupOf(mixed(drawn++) % size, size), size);
    },
  },
];

function itemNamed(wanted: string): Question['keygrid'] {
  const item = readItems.find(({ name }) => name === wanted);
  if (item === undefined) throw new Error(`no item ${wanted}`);
  return (site, round) => item.load(site, round);
}

function groupRequest(headers: ParseSite['headers'], group: string, size: number): LoadRequest {
  const where = encodeURIComponent(JSON.stringify({ group }));
  const findFault = anyOf(10, (number) => groupOf(number, size) === group);
  return {
    bytes: renderRequest('GET', `${classPath}?where=${where}&limit=10`, { headers }),
    expectedInBody: Buffer.from('"results":['),
    findFault: (body) => findFault(numbersIn(body)),
  };
}

/** A run without Parse Server says why. */
export async function compareWithParseServer(
  context: BenchContext,
  sites: readonly Site[],
  size: number,
): Promise<ScaleReport['parseServer']> {
  const problem = install(context);
  if (problem !== undefined) return { skipped: problem };
  const keygrid = sites.find((site) => site.size === size)!;
  const parseServer = await startParseServer(context, size);
  try {
    await (await context.postgres()).settle();
    const comparisons: Comparison[] = [];
    for (const question of questions)
      comparisons.push(await compare(context, question, keygrid, parseServer));
    comparisons.push(await compareCreate(context, keygrid, parseServer));
    return { version: installedVersion(), comparisons };
  } finally {
    await parseServer.server.stop();
  }
}

/** From the lock file beside its package.json, when it is not there yet. Gives what went wrong. */
function install(context: BenchContext): string | undefined {
  if (existsSync(join(home, 'node_modules', 'parse-server', 'package.json'))) return undefined;
  context.progress('installing Parse Server');
  try {
    execFileSync('npm', ['ci', '--prefix', home, '--ignore-scripts', '--no-audit', '--no-fund'], {
      stdio: ['ignore', 'ignore', 'pipe'],
      cwd: home,
    });
    return undefined;
  } catch (error) {
    const said = error instanceof Error ? error.message.split('\n').slice(0, 3).join(' ') : String(error);
    return `Parse Server could not be installed from npm (${said})`;
  }
}

function installedVersion(): string {
  const manifest = readFileSync(join(home, 'node_modules', 'parse-server', 'package.json'), 'utf8');
  return String((JSON.parse(manifest) as Json).version);
}

async function startParseServer(context: BenchContext, size: number): Promise<ParseSite> {
  const database = await (await context.postgres()).createDatabase('parse_server');
  const masterKey = randomBytes(18).toString('base64url');
  const server = await startServer({
    script: 'bench/parse-server/server.js',
    args: [database, appId, masterKey],
  });
  return orStop(server, async () => {
    await makeClass(server.port, masterKey);
    const user = { username: 'rider', password: randomBytes(12).toString('base64url') };
    const { sessionToken } = await callParse(server.port, '/parse/users', user, {});
    const headers = { 'X-Parse-Application-Id': appId, 'X-Parse-Session-Token': String(sessionToken) };
    return { server, size, headers, known: await fillParse(context, server, size, headers) };
  });
}

/** The fields of our entities, and the index that the query goes by. */
async function makeClass(port: number, masterKey: string): Promise<void> {
  const ofType = (type: string, ...names: string[]): [string, Json][] =>
    names.map((name) => [name, { type }]);
  const fields = Object.fromEntries([
    ...ofType('String', 'name', 'group', 'kind', 'day', 'note'),
    ...ofType('Number', 'rank', 'score', 'revision'),
    ...ofType('Boolean', 'active'),
    ...ofType('GeoPoint', 'location'),
  ]);
  const indexes = { thing_group: { group: 1 } };
  const body = { className: 'Thing', fields, indexes };
  await callParse(port, '/parse/schemas/Thing', body, { 'X-Parse-Master-Key': masterKey });
}

/** Fills it as a load of creates: its batches of this version answer with an error. */
async function fillParse(
  context: BenchContext,
  server: ServerProcess,
  size: number,
  headers: ParseSite['headers'],
): Promise<KnownThing[]> {
  const known: KnownThing[] = [];
  const startedAt = performance.now();
  let next = 0;
  const filling = await loadOnce(
    context,
    server,
    () => {
      const number = next++;
      if (number >= size) return undefined;
      const onAnswer = (body: Buffer): void => {
        known.push({ number, uuid: /"objectId":"(\w+)"/.exec(body.toString('latin1'))?.[1] ?? '' });
      };
      return { ...createObject(headers, number, size), onAnswer };
    },
    600,
  );
  const [problem] = describeWrongAnswers(filling);
  if (problem !== undefined) throw new Error(`Parse Server refused a create: ${problem}`);
  const seconds = (performance.now() - startedAt) / 1000;
  context.progress(`filled Parse Server with ${size} objects in ${seconds.toFixed(1)} s`);
  return known;
}

/** A POST that must succeed. @throws Error with the answer when it does not. */
async function callParse(
  port: number,
  path: string,
  body: Json,
  headers: Record<string, string>,
): Promise<Json> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'X-Parse-Application-Id': appId, ...headers },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as Json;
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${JSON.stringify(answer)}`);
  return answer;
}

const keygridName = 'keygrid';
const parseName = 'parse-server';

async function compare(
  context: BenchContext,
  { what, wantedAtLeast, keygrid, parseServer }: Question,
  site: Site,
  parseSite: ParseSite,
): Promise<Comparison> {
  const rounds: { ours: Round[]; theirs: Round[] } = { ours: [], theirs: [] };
  // The first round only warms up.
  for (let round = 0; round <= context.rounds; round++) {
    const ours = await loadOnce(context, site.server, keygrid(site, round));
    const theirs = await loadOnce(context, parseSite.server, parseServer(parseSite, round));
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
  for (let round = 0; round <= context.rounds; round++) {
    const uuids: string[] = [];
    const own = await loadOnce(
      context,
      site.server,
      createLoad(site, (uuid) => uuids.push(uuid)),
    );
    await loadOnce(context, site.server, deleteLoad(site, uuids), 60);
    const other = await loadOnce(context, parseSite.server, () =>
      createObject(parseSite.headers, number++, parseSite.size),
    );
    noteRound(context, createItem, round, own, other);
    if (round > 0) {
      ours.push(own);
      theirs.push(other);
    }
  }
  return describe(createItem, 1.5, site.size, ours, theirs);
}

function createObject(headers: ParseSite['headers'], number: number, size: number): LoadRequest {
  const thing = makeThing(number, size);
  const body = JSON.stringify({ ...thing, location: { __type: 'GeoPoint', ...(thing.location as Json) } });
  return {
    bytes: renderRequest('POST', classPath, { headers, body }),
    expectedInBody: Buffer.from('"objectId":"'),
    expectedStatus: 201,
  };
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
