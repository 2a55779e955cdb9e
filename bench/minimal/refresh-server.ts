/**
 * X2 and nothing else: a refresh token for an access token and the next refresh token. One used again ends the family.
 *
 *     node bench/minimal/refresh-server.ts DATABASE TOKEN-KEY
 */
import { timingSafeEqual } from 'node:crypto';
import { newRefreshToken, openAuthorizationDatabase, sha256 } from './authorization-database.ts';
import { answerError, answerJson, listen, readBody } from './exchange.ts';
import { FormClients } from './form-clients.ts';
import { GroupCommit } from './group-commit.ts';
import { TokenBook } from './token.ts';

const [file = '', keyInHex = ''] = process.argv.slice(2);
const lifetimeInSeconds = 3600;
const grantIdBytes = 16;
const tokenKey = Buffer.from(keyInHex, 'hex');
const tokens = new TokenBook(tokenKey);
const clients = await FormClients.load(file, tokenKey);

const database = openAuthorizationDatabase(file);
const commits = new GroupCommit(database);
const findFamily = database.prepare('SELECT * FROM refresh_families WHERE grant_id = ? AND client_id = ?');
const rotate = database.prepare('UPDATE refresh_families SET digest = ? WHERE grant_id = ?');
const endFamily = database.prepare('DELETE FROM refresh_families WHERE grant_id = ?');

listen((request, response) => {
  if (request.method !== 'POST' || request.url !== '/token') return answerError(response, 404, 'not_found');
  readBody(request, response, (body) => {
    const form = new URLSearchParams(body);
    const clientId = clients.authenticate(form);
    if (clientId === undefined) return answerError(response, 401, 'invalid_client');
    if (form.get('grant_type') !== 'refresh_token') {
      return answerError(response, 400, 'unsupported_grant_type');
    }
    commits.run(
      () => refresh(form.get('refresh_token') ?? '', clientId) ?? 'refused',
      (json) => {
        if (json === undefined) answerError(response, 500, 'server_error');
        else if (json === 'refused') answerError(response, 400, 'invalid_grant');
        else answerJson(response, 200, json);
      },
    );
  });
});

function refresh(presented: string, clientId: string): string | undefined {
  const now = Math.floor(Date.now() / 1000);
  const grantId = Buffer.from(presented, 'base64url').subarray(0, grantIdBytes);
  const family = findFamily.get(grantId, clientId);
  if (family === undefined || Number(family.expires_at) <= now) return undefined;
  if (!timingSafeEqual(sha256(presented), family.digest as Uint8Array)) {
    endFamily.run(grantId);
    return undefined;
  }
  const next = newRefreshToken(grantId);
  rotate.run(sha256(next), grantId);
  const accessToken = tokens.issue(grantId, now + lifetimeInSeconds);
  return (
    `{"access_token":"${accessToken}","token_type":"Bearer","expires_in":${lifetimeInSeconds},` +
    `"scope":${JSON.stringify(family.scope)},"refresh_token":"${next}"}`
  );
}
