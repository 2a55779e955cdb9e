/**
 * Answers a few bytes to the bearer of a token: shows what a cache of checked tokens is worth.
 *
 *     node bench/baseline/authenticated-server.ts TOKEN-KEY cached|uncached
 */
import { answerError, answerJson, listen } from '../minimal/exchange.ts';
import { bearerToken, TokenBook } from '../minimal/token.ts';

const [keyInHex = '', caching] = process.argv.slice(2);
const tokens = new TokenBook(Buffer.from(keyInHex, 'hex'), { remembersChecked: caching === 'cached' });

listen((request, response) => {
  const token = bearerToken(request.headers.authorization);
  if (token === undefined || !tokens.isValid(token, Date.now() / 1000)) {
    return answerError(response, 401, 'unauthorized');
  }
  answerJson(response, 200, '{"status":"ok"}');
});
