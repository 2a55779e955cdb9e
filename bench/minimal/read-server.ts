/**
 * W6 and nothing else: reads one entity for the bearer of a token.
 *
 *     node bench/minimal/read-server.ts DATABASE TOKEN-KEY [one-by-one]
 *
 * DATABASE is a SQLite file or a postgres:// URL; TOKEN-KEY is hexadecimal; `one-by-one` gives PostgreSQL a
 * statement for each request.
 */
import { openEntityStore } from './entity-store.ts';
import { renderEnvelope } from './envelope.ts';
import { answerError, answerJson, listen } from './exchange.ts';
import { bearerToken, TokenBook } from './token.ts';

const [database = '', keyInHex = '', statements] = process.argv.slice(2);
const collectionPath = '/acme/shop/things/';
const uuidForm = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const tokens = new TokenBook(Buffer.from(keyInHex, 'hex'));
const store = await openEntityStore(database, statements === 'one-by-one' ? 'one-by-one' : 'together');

listen((request, response) => {
  const startedAt = Date.now();
  const token = bearerToken(request.headers.authorization);
  if (token === undefined || !tokens.isValid(token, startedAt / 1000)) {
    return answerError(response, 401, 'unauthorized');
  }
  const url = request.url ?? '';
  const uuid = url.slice(collectionPath.length);
  if (request.method !== 'GET' || !url.startsWith(collectionPath) || !uuidForm.test(uuid)) {
    return answerError(response, 404, 'not_found');
  }
  store.find(uuid, (body) => {
    if (body === undefined) answerError(response, 404, 'entity_not_found');
    else answerJson(response, 200, renderEnvelope('get', body, startedAt));
  });
});
