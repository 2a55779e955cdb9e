/**
 * X3 and nothing else: tells a client whether a token is alive, and whose it is (RFC 7662).
 *
 *     node bench/minimal/introspection-server.ts DATABASE TOKEN-KEY
 */
import { openAuthorizationDatabase } from './authorization-database.ts';
import { answerError, answerJson, listen, readBody } from './exchange.ts';
import { FormClients } from './form-clients.ts';
import { readToken, TokenBook } from './token.ts';

const [file = '', keyInHex = ''] = process.argv.slice(2);
const tokenKey = Buffer.from(keyInHex, 'hex');
const tokens = new TokenBook(tokenKey);
const clients = await FormClients.load(file, tokenKey);
const findGrant = openAuthorizationDatabase(file).prepare('SELECT * FROM grants WHERE id = ?');

listen((request, response) => {
  if (request.method !== 'POST' || request.url !== '/introspect') {
    return answerError(response, 404, 'not_found');
  }
  readBody(request, response, (body) => {
    const form = new URLSearchParams(body);
    if (clients.authenticate(form) === undefined) return answerError(response, 401, 'invalid_client');
    answerJson(response, 200, describe(form.get('token') ?? ''));
  });
});

function describe(token: string): string {
  if (!tokens.isValid(token, Date.now() / 1000)) return '{"active":false}';
  const { subject, expiresAt } = readToken(token);
  // A grant that was ended is gone, and its tokens with it.
  const grant = findGrant.get(subject);
  if (grant === undefined) return '{"active":false}';
  return JSON.stringify({
    active: true,
    scope: grant.scope,
    client_id: grant.client_id,
    token_type: 'Bearer',
    exp: expiresAt,
    sub: grant.user_id,
    iss: 'http://127.0.0.1',
  });
}
