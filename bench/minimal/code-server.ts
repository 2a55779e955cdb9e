/**
 * X1 and nothing else: a code with PKCE for an access token and an ID token. A code used again ends its grant.
 *
 *     node bench/minimal/code-server.ts DATABASE TOKEN-KEY SIGNING-KEY-FILE
 *
 * DATABASE holds clients (`prepareClients`) and codes; SIGNING-KEY-FILE is a private RSA key as PEM.
 */
import { createPrivateKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { newGrantId, openAuthorizationDatabase, sha256 } from './authorization-database.ts';
import { answerError, answerJson, listen, readBody } from './exchange.ts';
import { FormClients } from './form-clients.ts';
import { GroupCommit } from './group-commit.ts';
import { TokenBook } from './token.ts';

interface Redeemed {
  grantId: Buffer;
  userId: string;
  scope: string;
}

const [file = '', keyInHex = '', signingKeyFile = ''] = process.argv.slice(2);
const lifetimeInSeconds = 3600;
const tokenKey = Buffer.from(keyInHex, 'hex');
const tokens = new TokenBook(tokenKey);
const clients = await FormClients.load(file, tokenKey);
const signingKey = createPrivateKey(readFileSync(signingKeyFile));
const joseHeader = Buffer.from('{"alg":"RS256","typ":"JWT","kid":"1"}').toString('base64url');

const database = openAuthorizationDatabase(file);
const commits = new GroupCommit(database);
const findCode = database.prepare('SELECT * FROM codes WHERE digest = ? AND client_id = ?');
const useCode = database.prepare('UPDATE codes SET is_used = 1, grant_id = ? WHERE digest = ?');
const addGrant = database.prepare('INSERT INTO grants VALUES (?, ?, ?, ?)');
const endGrant = database.prepare('DELETE FROM grants WHERE id = ?');

listen((request, response) => {
  if (request.method !== 'POST' || request.url !== '/token') return answerError(response, 404, 'not_found');
  readBody(request, response, (body) => {
    const form = new URLSearchParams(body);
    const clientId = clients.authenticate(form);
    if (clientId === undefined) return answerError(response, 401, 'invalid_client');
    if (form.get('grant_type') !== 'authorization_code') {
      return answerError(response, 400, 'unsupported_grant_type');
    }
    commits.run(
      () => redeem(form, clientId, Date.now()) ?? 'refused',
      (redeemed) => {
        if (redeemed === undefined) answerError(response, 500, 'server_error');
        else if (redeemed === 'refused') answerError(response, 400, 'invalid_grant');
        else issue(response, clientId, redeemed);
      },
    );
  });
});

function redeem(form: URLSearchParams, clientId: string, now: number): Redeemed | undefined {
  const digest = sha256(form.get('code') ?? '');
  const code = findCode.get(digest, clientId);
  if (code === undefined || Number(code.expires_at) <= now / 1000) return undefined;
  if (code.is_used === 1) {
    endGrant.run(code.grant_id!);
    return undefined;
  }
  if (code.redirect_uri !== form.get('redirect_uri')) return undefined;
  if (code.challenge !== sha256(form.get('code_verifier') ?? '').toString('base64url')) return undefined;
  const grantId = newGrantId(now);
  const [userId, scope] = [String(code.user_id), String(code.scope)];
  useCode.run(grantId, digest);
  addGrant.run(grantId, clientId, userId, scope);
  return { grantId, userId, scope };
}

/** The signature is made off the main thread, which goes on with other requests. */
function issue(response: ServerResponse, clientId: string, { grantId, userId, scope }: Redeemed): void {
  const now = Math.floor(Date.now() / 1000);
  const expiresAt = now + lifetimeInSeconds;
  const claims = { iss: 'http://127.0.0.1', sub: userId, aud: clientId, exp: expiresAt, iat: now };
  const signed = `${joseHeader}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
  sign('sha256', Buffer.from(signed), signingKey, (error, signature) => {
    if (error) return answerError(response, 500, 'server_error');
    const accessToken = tokens.issue(grantId, expiresAt);
    const idToken = `${signed}.${signature.toString('base64url')}`;
    const body = `{"access_token":"${accessToken}","token_type":"Bearer","expires_in":${lifetimeInSeconds}`;
    answerJson(response, 200, `${body},"scope":${JSON.stringify(scope)},"id_token":"${idToken}"}`);
  });
}
