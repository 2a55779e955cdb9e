/**
 * W5 and nothing else: creates an entity durably for the bearer of a token.
 *
 *     node bench/minimal/create-server.ts DATABASE TOKEN-KEY [one-by-one]
 *
 * DATABASE is a SQLite file or a postgres:// URL; TOKEN-KEY is hexadecimal; `one-by-one` gives PostgreSQL a
 * statement for each request.
 */
import type { ServerResponse } from 'node:http';
import { openEntityStore } from './entity-store.ts';
import { renderEntity, renderEnvelope } from './envelope.ts';
import { answerError, answerJson, listen, parseObject, readBody } from './exchange.ts';
import { bearerToken, TokenBook } from './token.ts';
import { timeOrderedUuid } from './uuid.ts';

const [database = '', keyInHex = '', statements] = process.argv.slice(2);
const tokens = new TokenBook(Buffer.from(keyInHex, 'hex'));
const store = await openEntityStore(database, statements === 'one-by-one' ? 'one-by-one' : 'together');

listen((request, response) => {
  const startedAt = Date.now();
  const token = bearerToken(request.headers.authorization);
  if (token === undefined || !tokens.isValid(token, startedAt / 1000)) {
    return answerError(response, 401, 'unauthorized');
  }
  if (request.method !== 'POST' || request.url !== '/acme/shop/things') {
    return answerError(response, 404, 'not_found');
  }
  readBody(request, response, (body) => create(response, body, startedAt));
});

function create(response: ServerResponse, body: string, startedAt: number): void {
  const properties = parseObject(body);
  if (typeof properties?.name !== 'string') {
    answerError(response, 400, 'json_parse');
    return;
  }
  const uuid = timeOrderedUuid(startedAt);
  // Written anew rather than copied, so that what is stored is JSON of our own spelling.
  const entity = renderEntity(uuid, startedAt, JSON.stringify(properties));
  store.create({ uuid, name: properties.name, body: entity }, (outcome) => {
    if (outcome === 'created') answerJson(response, 200, renderEnvelope('post', entity, startedAt));
    else if (outcome === 'duplicate') answerError(response, 400, 'duplicate_unique_property_exists');
    else answerError(response, 500, 'internal_error');
  });
}
