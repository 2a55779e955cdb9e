/** Parse Server, installed on demand, started on the run's PostgreSQL and filled through its own API. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../contenders/keygrid-wire.ts';
import type { BenchContext } from '../context.ts';
import { renderRequest } from '../entity.ts';
import { describeWrongAnswers, type LoadRequest } from '../load.ts';
import { orStop, repositoryRoot, type ServerProcess, startServer } from '../processes.ts';
import { anyOf, numbersIn } from './answers.ts';
import { loadOnce } from './measure.ts';
import type { KnownThing } from './site.ts';
import { groupOf, makeThing, thingName } from './things.ts';

const home = join(repositoryRoot, 'bench', 'parse-server');
const appId = 'bench';
const classPath = '/parse/classes/Thing';

/** A Parse Server with as many objects as a collection of Keygrid has entities. */
export interface ParseSite {
  server: ServerProcess;
  size: number;
  /** What a signed-in user's requests carry. */
  headers: Record<string, string>;
  known: KnownThing[];
}

/** From the lock file beside its package.json, when it is not there yet. Gives what went wrong, in a sentence. */
export function installParseServer(context: BenchContext): string | undefined {
  const manifest = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  if (installedVersion() === manifest.dependencies['parse-server']) return undefined;
  context.progress('installing Parse Server');
  try {
    execFileSync('npm', ['ci', '--prefix', home, '--ignore-scripts', '--no-audit', '--no-fund'], {
      stdio: ['ignore', 'ignore', 'inherit'],
      cwd: home,
    });
    return undefined;
  } catch {
    // What npm says about it names machines, and is for the terminal alone.
    return 'Parse Server could not be installed, `npm ci` in bench/parse-server failed';
  }
}

export function installedVersion(): string | undefined {
  const file = join(home, 'node_modules', 'parse-server', 'package.json');
  return existsSync(file) ? String((JSON.parse(readFileSync(file, 'utf8')) as Json).version) : undefined;
}

/** Filled with the same entities, an index on the field that is asked for, and a user signed in. */
export async function startParseServer(context: BenchContext, size: number): Promise<ParseSite> {
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

/** The object must be the one with the number. */
export const getObject = ({ headers }: ParseSite, { uuid, number }: KnownThing): LoadRequest => ({
  bytes: renderRequest('GET', `${classPath}/${uuid}`, { headers }),
  expectedInBody: Buffer.from(`"name":"${thingName(number)}"`),
});

/** A page of 10 of a group. */
export function queryGroup({ headers, size }: ParseSite, group: string): LoadRequest {
  const where = encodeURIComponent(JSON.stringify({ group }));
  const findFault = anyOf(10, (number) => groupOf(number, size) === group);
  return {
    bytes: renderRequest('GET', `${classPath}?where=${where}&limit=10`, { headers }),
    expectedInBody: Buffer.from('"results":['),
    findFault: (body) => findFault(numbersIn(body)),
  };
}

/** A new object, which Parse Server answers with its id. */
export function createObject(headers: ParseSite['headers'], number: number, size: number): LoadRequest {
  const thing = makeThing(number, size);
  const body = JSON.stringify({ ...thing, location: { __type: 'GeoPoint', ...(thing.location as Json) } });
  return {
    bytes: renderRequest('POST', classPath, { headers, body }),
    expectedInBody: Buffer.from('"objectId":"'),
    expectedStatus: 201,
  };
}
