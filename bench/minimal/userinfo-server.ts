/**
 * X4 and nothing else: claims about the user of an access token.
 *
 *     node bench/minimal/userinfo-server.ts DATABASE TOKEN-KEY
 */
import { openAuthorizationDatabase } from './authorization-database.ts';
import { answerError, answerJson, listen } from './exchange.ts';
import { bearerToken, readToken, TokenBook } from './token.ts';

const [file = '', keyInHex = ''] = process.argv.slice(2);
const tokens = new TokenBook(Buffer.from(keyInHex, 'hex'));
const findUser = openAuthorizationDatabase(file).prepare(
  'SELECT users.*, scope FROM grants JOIN users ON users.id = user_id WHERE grants.id = ?',
);

listen((request, response) => {
  if (request.method !== 'GET' || request.url !== '/userinfo') return answerError(response, 404, 'not_found');
  const token = bearerToken(request.headers.authorization);
  if (token === undefined || !tokens.isValid(token, Date.now() / 1000)) {
    return answerError(response, 401, 'invalid_token');
  }
  const user = findUser.get(readToken(token).subject);
  if (user === undefined) return answerError(response, 401, 'invalid_token');
  const scopes = String(user.scope).split(' ');
  answerJson(
    response,
    200,
    JSON.stringify({
      sub: user.id,
      name: scopes.includes('profile') ? user.name : undefined,
      email: scopes.includes('email') ? user.email : undefined,
    }),
  );
});
