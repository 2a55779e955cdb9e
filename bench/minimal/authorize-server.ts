/**
 * X7 and nothing else: a code for a user who is signed in and has allowed the client before.
 *
 *     node bench/minimal/authorize-server.ts DATABASE
 */
import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { newGrantId, openAuthorizationDatabase, sha256 } from './authorization-database.ts';
import { answerError, listen } from './exchange.ts';
import { GroupCommit } from './group-commit.ts';

const [file = ''] = process.argv.slice(2);
const codeLifetimeInSeconds = 60;
const database = openAuthorizationDatabase(file);
const commits = new GroupCommit(database);
const findRedirectUri = database.prepare('SELECT 1 FROM redirect_uris WHERE client_id = ? AND uri = ?');
const findSession = database.prepare('SELECT user_id FROM sessions WHERE digest = ? AND expires_at > ?');
const findConsent = database.prepare('SELECT scopes FROM consents WHERE user_id = ? AND client_id = ?');
const addCode = database.prepare(`
  INSERT INTO codes (digest, grant_id, client_id, user_id, redirect_uri, challenge, scope, expires_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)
`);

listen((request, response) => {
  const [path, query] = request.url!.split('?');
  if (request.method !== 'GET' || path !== '/authorize') return answerError(response, 404, 'not_found');
  const parameters = new URLSearchParams(query);
  const clientId = parameters.get('client_id') ?? '';
  const redirectUri = parameters.get('redirect_uri') ?? '';
  if (findRedirectUri.get(clientId, redirectUri) === undefined) {
    return answerError(response, 400, 'invalid_request');
  }
  const refusal = checkRequest(parameters);
  if (refusal !== undefined) return redirect(response, redirectUri, parameters, { error: refusal });
  const userId = signedIn(request.headers.cookie);
  if (userId === undefined) return redirect(response, redirectUri, parameters, { error: 'login_required' });
  if (!hasAllowed(userId, clientId, parameters.get('scope') ?? '')) {
    return redirect(response, redirectUri, parameters, { error: 'consent_required' });
  }
  sendCode(response, parameters, { clientId, redirectUri, userId });
});

function checkRequest(parameters: URLSearchParams): string | undefined {
  if (parameters.get('response_type') !== 'code') return 'unsupported_response_type';
  const isS256 = parameters.get('code_challenge_method') === 'S256';
  if (!isS256 || !/^[\w-]{43}$/.test(parameters.get('code_challenge') ?? '')) return 'invalid_request';
  return undefined;
}

function signedIn(cookies = ''): string | undefined {
  const session = /(?:^|; )session=([\w-]+)/.exec(cookies)?.[1];
  if (session === undefined) return undefined;
  return findSession.get(sha256(session), Date.now() / 1000)?.user_id as string | undefined;
}

function hasAllowed(userId: string, clientId: string, scope: string): boolean {
  const allowed = String(findConsent.get(userId, clientId)?.scopes ?? '').split(' ');
  return scope.split(' ').every((name) => allowed.includes(name));
}

function sendCode(
  response: ServerResponse,
  parameters: URLSearchParams,
  { clientId, redirectUri, userId }: { clientId: string; redirectUri: string; userId: string },
): void {
  const now = Date.now();
  const code = randomBytes(32).toString('base64url');
  const expiresAt = Math.floor(now / 1000) + codeLifetimeInSeconds;
  const challenge = parameters.get('code_challenge');
  const scope = parameters.get('scope') ?? '';
  commits.run(
    () =>
      addCode.run(sha256(code), newGrantId(now), clientId, userId, redirectUri, challenge, scope, expiresAt),
    (added) => {
      if (added === undefined) redirect(response, redirectUri, parameters, { error: 'server_error' });
      else redirect(response, redirectUri, parameters, { code });
    },
  );
}

function redirect(
  response: ServerResponse,
  redirectUri: string,
  parameters: URLSearchParams,
  answer: Record<string, string>,
): void {
  const all = new URLSearchParams({ ...answer, iss: 'http://127.0.0.1' });
  const state = parameters.get('state');
  if (state !== null) all.set('state', state);
  const headers = ['Location', `${redirectUri}?${all}`, 'Cache-Control', 'no-store', 'Content-Length', '0'];
  response.writeHead(302, headers).end();
}
