/** Keygrid with its data, one function an item. */
import { randomBytes } from 'node:crypto';
import { type BenchContext, type Engine, makeDirectory } from '../context.ts';
import { renderRequest, renderThing } from '../entity.ts';
import type { LoadRequest } from '../load.ts';
import { orStop, type ServerProcess, serverCores, startServer } from '../processes.ts';
import { createRequests, inTurn, oneEach, readRequest, tokenRequest } from '../requests.ts';
import { accessTokenOf, auditDistinctTokens, type Contender, createdThingOf, names } from './contender.ts';
import { call, type Json, require200, requireText } from './keygrid-wire.ts';

const organization = 'bench';
const applicationPath = '/bench/shop';
const entitiesToRead = 1000;

/** How to start one Keygrid again on the same data. */
export interface KeygridInstallation {
  /** On the installation's cores, unless told otherwise. */
  start(onCores?: string): Promise<ServerProcess>;
}

/** An application and those who may use it. */
export interface Tenant {
  clientId: string;
  clientSecret: string;
  /** Access token of the first application user. */
  userBearer: string;
  users: { username: string; password: string }[];
}

export async function installKeygrid(
  context: BenchContext,
  engine: Engine,
  name: string,
  cores = serverCores,
): Promise<KeygridInstallation> {
  const script = context.keygridScript ?? '';
  const env: Record<string, string> = {
    KEYGRID_DATA: makeDirectory(context, name),
    KEYGRID_PORT: '0',
    KEYGRID_SUPERUSER_PASSWORD: randomBytes(18).toString('base64url'),
    KEYGRID_SIGNUP: 'open',
    KEYGRID_LOG_LEVEL: 'silent',
  };
  if (engine === 'postgres') {
    const postgres = await context.postgres();
    env.KEYGRID_DATABASE_URL = await postgres.createDatabase(name.replaceAll('-', '_'));
  }
  return { start: (onCores = cores) => startServer({ script, args: ['start'], env, cores: onCores }) };
}

export function startKeygridToken(context: BenchContext, engine: Engine): Promise<Contender> {
  return startContender(context, engine, 'w1', async ({ port }, tenant) => ({
    nextRequest: oneEach([clientTokenRequest(tenant)]),
    audit: async (lastBodies) => [
      ...auditDistinctTokens(lastBodies),
      ...(await auditBearer(port, accessTokenOf(lastBodies[0] ?? ''))),
    ],
  }));
}

export function startKeygridRead(context: BenchContext, engine: Engine): Promise<Contender> {
  return startContender(context, engine, 'w6', async ({ port }, tenant) => ({
    nextRequest: inTurn(await storedReads(port, tenant)),
    audit: async () => [],
  }));
}

export function startKeygridCreate(context: BenchContext, engine: Engine): Promise<Contender> {
  return startContender(context, engine, 'w5', async ({ port }, { userBearer }) => ({
    nextRequest: createRequests(`${applicationPath}/things`, userBearer),
    audit: (lastBodies) => auditStored(port, userBearer, lastBodies),
  }));
}

async function startContender(
  context: BenchContext,
  engine: Engine,
  item: string,
  prepare: (server: ServerProcess, tenant: Tenant) => Promise<Pick<Contender, 'nextRequest' | 'audit'>>,
): Promise<Contender> {
  const installation = await installKeygrid(context, engine, `${item}-keygrid-${engine}`);
  const server = await installation.start();
  return orStop(server, async () => {
    const tenant = await makeTenant(server.port, 1);
    return { name: names.keygrid, server, ...(await prepare(server, tenant)) };
  });
}

/** Makes the organization, its application, `userCount` users and a token of the first. */
export async function makeTenant(port: number, userCount: number): Promise<Tenant> {
  const owner = { username: 'bench-owner', password: randomBytes(18).toString('base64url') };
  await require200(port, '/management/organizations', {
    body: { organization, name: 'Bench Owner', email: 'owner@bench.example', ...owner },
  });
  const session = await require200(port, '/management/token', { body: { grant_type: 'password', ...owner } });
  const bearer = requireText(session, 'access_token');
  await require200(port, `/management/organizations/${organization}/applications`, {
    bearer,
    body: { name: 'shop' },
  });
  const { credentials } = await require200(port, `${applicationPath}/credentials`, { bearer });
  const users = await makeUsers(port, bearer, userCount);
  const signIn = await require200(port, `${applicationPath}/token`, { body: passwordGrant(users[0]!) });
  const tenant = {
    clientId: requireText(credentials, 'client_id'),
    clientSecret: requireText(credentials, 'client_secret'),
    userBearer: requireText(signIn, 'access_token'),
    users,
  };
  await requireRefusals(port, tenant);
  return tenant;
}

export function clientTokenRequest({ clientId, clientSecret }: Tenant): LoadRequest {
  return tokenRequest(`${applicationPath}/token`, clientId, clientSecret);
}

/** W4: the answer must hold the name of the user that signed in. */
export function passwordTokenRequest(user: Tenant['users'][number]): LoadRequest {
  const body = JSON.stringify(passwordGrant(user));
  return {
    bytes: renderRequest('POST', `${applicationPath}/token`, { body }),
    expectedInBody: Buffer.from(`"username":"${user.username}"`),
  };
}

/** Stores things to read and gives the W6 request of each. */
export async function storedReads(port: number, { userBearer }: Tenant): Promise<LoadRequest[]> {
  const reads: LoadRequest[] = [];
  for (let counter = 0; counter < entitiesToRead; counter++) {
    const body = JSON.parse(renderThing('stored', counter)) as Json;
    const created = await require200(port, `${applicationPath}/things`, { bearer: userBearer, body });
    const uuid = requireText(created, 'entities', 0, 'uuid');
    reads.push(readRequest(`${applicationPath}/things`, uuid, userBearer));
  }
  return reads;
}

/** What is wrong with the last created things: each must be readable by its uuid and have its name. */
export async function auditStored(
  port: number,
  bearer: string,
  lastBodies: readonly string[],
): Promise<string[]> {
  const problems: string[] = [];
  for (const body of lastBodies) {
    const { uuid, name } = createdThingOf(body);
    const { body: stored } = await call(port, `${applicationPath}/things/${uuid}`, { bearer });
    if (!JSON.stringify(stored).includes(`"name":"${name}"`))
      problems.push(`acknowledged but not stored: ${body}`);
  }
  return problems;
}

/** What is wrong with `bearer`: nothing, when it may read the application's things. */
export async function auditBearer(port: number, bearer: string): Promise<string[]> {
  const { status } = await call(port, `${applicationPath}/things`, { bearer });
  return status === 200 ? [] : [`an issued token was answered ${status}`];
}

async function makeUsers(port: number, bearer: string, count: number): Promise<Tenant['users']> {
  const users: Tenant['users'] = [];
  for (let number = 0; number < count; number++) {
    const user = { username: `rider-${number}`, password: randomBytes(12).toString('base64url') };
    const body = { ...user, email: `rider-${number}@bench.example` };
    await require200(port, `${applicationPath}/users`, { bearer, body });
    users.push(user);
  }
  return users;
}

function passwordGrant(user: Tenant['users'][number]): Json {
  return { grant_type: 'password', ...user };
}

/** A server that let everyone in would be quick too. @throws Error when Keygrid does. */
async function requireRefusals(port: number, tenant: Tenant): Promise<void> {
  const wrongSecret = {
    client_id: tenant.clientId,
    client_secret: `${tenant.clientSecret.slice(0, -4)}0000`,
  };
  const body = { grant_type: 'client_credentials', ...wrongSecret };
  const token = await call(port, `${applicationPath}/token`, { body });
  if (token.status < 400) throw new Error('Keygrid issued a token for a wrong client secret');
  const bearer = `${tenant.userBearer.slice(0, -4)}0000`;
  const read = await call(port, `${applicationPath}/things`, { bearer });
  if (read.status !== 401) throw new Error(`Keygrid answered a forged token with ${read.status}, not 401`);
}
