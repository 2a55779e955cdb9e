/** The minimal servers with their data, one function an item. */
import { randomBytes, randomUUID } from 'node:crypto';
import { type BenchContext, type Engine, makeDatabase } from '../context.ts';
import { renderThing } from '../entity.ts';
import { prepareClients } from '../minimal/clients.ts';
import { type EntityStore, openEntityStore, type PostgresStatements } from '../minimal/entity-store.ts';
import { renderEntity } from '../minimal/envelope.ts';
import { TokenBook } from '../minimal/token.ts';
import { timeOrderedUuid } from '../minimal/uuid.ts';
import { startServer } from '../processes.ts';
import { createRequests, inTurn, oneEach, readRequest, tokenRequest } from '../requests.ts';
import { accessTokenOf, auditDistinctTokens, type Contender, createdThingOf, names } from './contender.ts';

const collectionPath = '/acme/shop/things';
const tokenPath = '/acme/shop/token';
const entitiesToRead = 1000;

export async function startMinimalToken(context: BenchContext, engine: Engine): Promise<Contender> {
  const key = randomBytes(32);
  const client = {
    clientId: 'shop',
    clientSecret: randomBytes(32).toString('base64url'),
    application: randomUUID(),
  };
  const database = await makeDatabase(context, engine, `w1-minimal-${engine}`);
  await prepareClients(database, key, client);
  return {
    name: names.minimal,
    server: await startMinimalServer('token', [database, key.toString('hex')]),
    nextRequest: oneEach([tokenRequest(tokenPath, client.clientId, client.clientSecret)]),
    audit: async (lastBodies) => [...auditDistinctTokens(lastBodies), ...auditAuthentic(lastBodies, key)],
  };
}

export async function startMinimalRead(
  context: BenchContext,
  engine: Engine,
  statements: PostgresStatements = 'together',
): Promise<Contender> {
  const key = randomBytes(32);
  const database = await makeDatabase(context, engine, `w6-minimal-${statements}-${engine}`);
  const uuids = await storeThings(database);
  const bearer = issueBearer(key);
  return {
    name: nameOf(statements),
    server: await startMinimalServer('read', [database, key.toString('hex'), statements]),
    nextRequest: inTurn(uuids.map((uuid) => readRequest(collectionPath, uuid, bearer))),
    audit: async () => [],
  };
}

export async function startMinimalCreate(
  context: BenchContext,
  engine: Engine,
  statements: PostgresStatements = 'together',
): Promise<Contender> {
  const key = randomBytes(32);
  const database = await makeDatabase(context, engine, `w5-minimal-${statements}-${engine}`);
  return {
    name: nameOf(statements),
    server: await startMinimalServer('create', [database, key.toString('hex'), statements]),
    nextRequest: createRequests(collectionPath, issueBearer(key)),
    audit: (lastBodies) => auditStored(database, lastBodies),
  };
}

function startMinimalServer(item: string, args: readonly string[]): ReturnType<typeof startServer> {
  return startServer({ script: `bench/minimal/${item}-server.ts`, args });
}

function nameOf(statements: PostgresStatements): string {
  return statements === 'together' ? names.minimal : names.minimalOneByOne;
}

function issueBearer(key: Buffer): string {
  const sixHours = 6 * 3600;
  return new TokenBook(key).issue(randomBytes(16), Math.floor(Date.now() / 1000) + sixHours);
}

async function storeThings(database: string): Promise<string[]> {
  const store = await openEntityStore(database);
  const uuids: string[] = [];
  for (let counter = 0; counter < entitiesToRead; counter++) {
    const now = Date.now();
    const uuid = timeOrderedUuid(now);
    const body = renderEntity(uuid, now, renderThing('stored', counter));
    await new Promise((resolve) => store.create({ uuid, name: `stored-${counter}`, body }, resolve));
    uuids.push(uuid);
  }
  await store.close();
  return uuids;
}

function auditAuthentic(lastBodies: readonly string[], key: Buffer): string[] {
  const tokens = new TokenBook(key);
  const forged = lastBodies.filter((body) => !tokens.isValid(accessTokenOf(body), Date.now() / 1000));
  return forged.map((body) => `not a valid token: ${body}`);
}

async function auditStored(database: string, lastBodies: readonly string[]): Promise<string[]> {
  const store = await openEntityStore(database);
  const problems: string[] = [];
  for (const body of lastBodies) {
    const { uuid, name } = createdThingOf(body);
    if (!(await findBody(store, uuid))?.includes(`"${name}"`))
      problems.push(`acknowledged but not stored: ${body}`);
  }
  await store.close();
  return problems;
}

function findBody(store: EntityStore, uuid: string): Promise<string | undefined> {
  return new Promise((resolve) => store.find(uuid, resolve));
}
