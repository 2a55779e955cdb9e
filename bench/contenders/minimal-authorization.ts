/** The minimal servers of X1 to X4 and X7 with their data, one function an item. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import {
  authorizePath,
  authorizeRequest,
  challenge,
  exchangeRequest,
  type IssuerClient,
  introspectionRequest,
  redirectUri,
  refreshChains,
  userinfoRequest,
} from '../authorization.ts';
import { type BenchContext, makeDatabase } from '../context.ts';
import {
  insertRows,
  newGrantId,
  newRefreshToken,
  openAuthorizationDatabase,
  sha256,
} from '../minimal/authorization-database.ts';
import { prepareClients } from '../minimal/clients.ts';
import { TokenBook } from '../minimal/token.ts';
import { type ServerProcess, startServer } from '../processes.ts';
import { oneEach } from '../requests.ts';
import { auditIdTokens } from './audit-id-tokens.ts';
import { auditDistinctTokens, type Contender, names } from './contender.ts';

/** More than it ever redeems in a second. */
const codesPerSecond = 6000;
const sixHours = 6 * 3600;
const user = {
  id: '5f6a1c2e-7a52-11f0-9d3b-0242ac120002',
  name: 'Bench Rider',
  email: 'rider@bench.example',
};

interface Prepared {
  file: string;
  key: Buffer;
  client: IssuerClient;
  database: DatabaseSync;
  connections: number;
  /** Epoch seconds, after the run. */
  expiresAt: number;
}

export async function startMinimalExchange(context: BenchContext, cores: string): Promise<Contender> {
  const prepared = await prepare(context, 'x1-minimal');
  const { file, client, database, expiresAt } = prepared;
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const keyFile = `${file}.pem`;
  writeFileSync(keyFile, pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const keySet = JSON.stringify({ keys: [pair.publicKey.export({ format: 'jwk' })] });
  const ownership = { client_id: client.id, user_id: user.id, redirect_uri: redirectUri };
  const constant = { ...ownership, challenge, scope: 'openid', expires_at: expiresAt, grant_id: null };
  let codes: string[] = [];
  return {
    name: names.minimal,
    server: await startMinimal('code', prepared, [keyFile], cores),
    prepareRound: async (seconds) => {
      codes = Array.from({ length: Math.ceil(codesPerSecond * seconds) }, newSecret);
      const rows = codes.map((code) => ({ ...constant, digest: sha256(code) }));
      insertRows(database, 'codes', rows);
    },
    nextRequest: () => {
      const code = codes.pop();
      return code === undefined ? undefined : exchangeRequest('/token', client, code);
    },
    audit: async (bodies) => [...auditDistinctTokens(bodies), ...auditIdTokens(bodies, keySet)],
  };
}

export async function startMinimalRefresh(context: BenchContext, cores: string): Promise<Contender> {
  const prepared = await prepare(context, 'x2-minimal');
  const { client, database, expiresAt } = prepared;
  const families = eachConnection(prepared, () => {
    const grantId = newGrantId(Date.now());
    return { grantId, token: newRefreshToken(grantId) };
  });
  const constant = { client_id: client.id, scope: 'offline_access', expires_at: expiresAt };
  const rows = families.map(({ grantId, token }) => ({
    ...{ ...constant, grant_id: grantId, digest: sha256(token) },
  }));
  insertRows(database, 'refresh_families', rows);
  const firstTokens = families.map(({ token }) => token);
  return {
    name: names.minimal,
    server: await startMinimal('refresh', prepared, [], cores),
    nextRequest: refreshChains('/token', client, firstTokens),
    audit: async (bodies) => auditDistinctTokens(bodies),
  };
}

export async function startMinimalIntrospection(context: BenchContext, cores: string): Promise<Contender> {
  const prepared = await prepare(context, 'x3-minimal');
  const requests = issueTokens(prepared).map((token) =>
    introspectionRequest('/introspect', prepared.client, token),
  );
  return {
    name: names.minimal,
    server: await startMinimal('introspection', prepared, [], cores),
    nextRequest: oneEach(requests),
    audit: async () => [],
  };
}

export async function startMinimalUserinfo(context: BenchContext, cores: string): Promise<Contender> {
  const prepared = await prepare(context, 'x4-minimal');
  const requests = issueTokens(prepared).map((token) => userinfoRequest('/userinfo', token, user.email));
  return {
    name: names.minimal,
    server: await startMinimal('userinfo', prepared, [], cores),
    nextRequest: oneEach(requests),
    audit: async () => [],
  };
}

export async function startMinimalAuthorize(context: BenchContext, cores: string): Promise<Contender> {
  const prepared = await prepare(context, 'x7-minimal');
  const { client, database, expiresAt } = prepared;
  const sessions = eachConnection(prepared, newSecret);
  const rows = sessions.map((session) => ({
    ...{ digest: sha256(session), user_id: user.id, expires_at: expiresAt },
  }));
  insertRows(database, 'sessions', rows);
  insertRows(database, 'consents', [{ user_id: user.id, client_id: client.id, scopes: 'openid profile' }]);
  const codes: string[] = [];
  const path = authorizePath('/authorize', client, 'openid');
  const isStored = database.prepare('SELECT 1 FROM codes WHERE digest = ?');
  const requests = sessions.map((session, connection) =>
    authorizeRequest(path, `session=${session}`, 302, (code) => {
      codes[connection] = code;
    }),
  );
  return {
    name: names.minimal,
    server: await startMinimal('authorize', prepared, [], cores),
    nextRequest: oneEach(requests),
    audit: async () => {
      const lost = codes.filter((code) => isStored.get(sha256(code)) === undefined);
      return lost.map(() => 'a code was given out but not stored');
    },
  };
}

async function prepare(context: BenchContext, name: string): Promise<Prepared> {
  const key = randomBytes(32);
  const client = { id: 'photos', secret: newSecret() };
  const file = await makeDatabase(context, 'sqlite', name);
  await prepareClients(file, key, {
    ...{ clientId: client.id, clientSecret: client.secret, application: user.id },
  });
  const database = openAuthorizationDatabase(file);
  insertRows(database, 'users', [user]);
  insertRows(database, 'redirect_uris', [{ client_id: client.id, uri: redirectUri }]);
  const expiresAt = Math.floor(Date.now() / 1000) + sixHours;
  return { file, key, client, database, connections: context.connections, expiresAt };
}

function startMinimal(
  item: string,
  { file, key }: Prepared,
  args: readonly string[],
  cores: string,
): Promise<ServerProcess> {
  return startServer({
    script: `bench/minimal/${item}-server.ts`,
    args: [file, key.toString('hex'), ...args],
    cores,
  });
}

const newSecret = (): string => randomBytes(32).toString('base64url');

const eachConnection = <Value>({ connections }: Prepared, make: () => Value): Value[] =>
  Array.from({ length: connections }, make);

/** An access token for each connection, each of a grant of its own. */
function issueTokens(prepared: Prepared): string[] {
  const tokens = new TokenBook(prepared.key);
  const ids = eachConnection(prepared, () => newGrantId(Date.now()));
  const constant = { client_id: prepared.client.id, user_id: user.id, scope: 'openid profile email' };
  insertRows(
    prepared.database,
    'grants',
    ids.map((id) => ({ id, ...constant })),
  );
  return ids.map((id) => tokens.issue(id, prepared.expiresAt));
}
