/**
 * W1 and nothing else: issues a token for client credentials.
 *
 *     node bench/minimal/token-server.ts DATABASE TOKEN-KEY
 *
 * DATABASE is a SQLite file or a postgres:// URL that `prepareClients` has filled; TOKEN-KEY is hexadecimal.
 */
import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import { type Client, loadClients } from './clients.ts';
import { answerError, answerJson, listen, parseObject, readBody } from './exchange.ts';
import { TokenBook } from './token.ts';

const [database = '', keyInHex = ''] = process.argv.slice(2);
const lifetimeInSeconds = 3600;
const tokenKey = Buffer.from(keyInHex, 'hex');
const secretKey: KeyObject = createSecretKey(tokenKey);
const tokens = new TokenBook(tokenKey);
// Nobody else writes this table, so memory is as good as the database and much nearer.
const clients = await loadClients(database);
const nobody: Client = { application: '', applicationBytes: Buffer.alloc(16), secretHmac: Buffer.alloc(32) };

listen((request, response) => {
  if (request.method !== 'POST' || request.url !== '/acme/shop/token') {
    return answerError(response, 404, 'not_found');
  }
  readBody(request, response, (body) => {
    const outcome = grant(body);
    if ('error' in outcome) answerError(response, outcome.status, outcome.error);
    else answerJson(response, 200, outcome.json);
  });
});

function grant(body: string): { json: string } | { status: number; error: string } {
  const form = parseObject(body);
  if (typeof form?.client_id !== 'string' || typeof form.client_secret !== 'string') {
    return { status: 400, error: 'invalid_request' };
  }
  if (form.grant_type !== 'client_credentials') return { status: 400, error: 'unsupported_grant_type' };
  const client = authenticate(form.client_id, form.client_secret);
  return client === undefined ? { status: 401, error: 'invalid_client' } : { json: issue(client) };
}

/** An unknown client costs the same time as a wrong secret. */
function authenticate(clientId: string, clientSecret: string): Client | undefined {
  const client = clients.get(clientId) ?? nobody;
  const presented = createHmac('sha256', secretKey).update(clientSecret).digest();
  return timingSafeEqual(presented, client.secretHmac) && client !== nobody ? client : undefined;
}

function issue({ application, applicationBytes }: Client): string {
  const token = tokens.issue(applicationBytes, Math.floor(Date.now() / 1000) + lifetimeInSeconds);
  return `{"access_token":"${token}","expires_in":${lifetimeInSeconds},"application":"${application}"}`;
}
