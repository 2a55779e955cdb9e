/** The requests of X1 to X7, the same for every authorization server of the bench. */
import { createHash } from 'node:crypto';
import { renderRequest } from './entity.ts';
import type { LoadRequest, NextRequest } from './load.ts';

/** What the client is registered with, and comes back to. */
export const redirectUri = 'https://photos.example/callback';
const verifier = 'the-code-verifier-of-the-bench-has-to-be-43-long';
export const challenge = createHash('sha256').update(verifier).digest('base64url');

export interface IssuerClient {
  id: string;
  secret: string;
}

/** Path and query of an authorization request with PKCE. */
export function authorizePath(path: string, client: IssuerClient, scope: string, prompt?: string): string {
  const query = new URLSearchParams({
    ...{ response_type: 'code', client_id: client.id, redirect_uri: redirectUri, scope, state: 'bench' },
    ...{ code_challenge: challenge, code_challenge_method: 'S256', ...(prompt && { prompt }) },
  });
  return `${path}?${query}`;
}

/** Both are used for it. */
export type RedirectStatus = 302 | 303;

/** X7: the answer must send the browser back with a code, which `onCode` is given. */
export function authorizeRequest(
  pathWithQuery: string,
  cookie: string,
  expectedStatus: RedirectStatus,
  onCode: (code: string) => void,
): LoadRequest {
  return {
    bytes: renderRequest('GET', pathWithQuery, { cookie }),
    expectedInBody: Buffer.alloc(0),
    expectedStatus,
    expectedInHead: `${redirectUri}?code=`,
    onAnswer: (_body, head) => onCode(/[?&]code=([\w~.-]+)/.exec(head)?.[1] ?? ''),
  };
}

export const exchangeForm = (code: string): Record<string, string> => ({
  ...{ grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier },
});

/** X1: the answer must hold an ID token. */
export const exchangeRequest = (path: string, client: IssuerClient, code: string): LoadRequest => ({
  bytes: formRequest(path, client, exchangeForm(code)),
  expectedInBody: Buffer.from('"id_token":"ey'),
});

/** X2: every connection walks its own chain, from its first token on, over all rounds. */
export function refreshChains(
  path: string,
  client: IssuerClient,
  firstTokens: readonly string[],
): NextRequest {
  const tokens = [...firstTokens];
  return (connection) => {
    const refreshToken = tokens[connection]!;
    return {
      bytes: formRequest(path, client, { grant_type: 'refresh_token', refresh_token: refreshToken }),
      expectedInBody: Buffer.from('"refresh_token":"'),
      onAnswer: (body) => {
        tokens[connection] = /"refresh_token":"([^"]+)"/.exec(body.toString())?.[1] ?? '';
      },
    };
  };
}

/** X3: the answer must call the token active. */
export const introspectionRequest = (path: string, client: IssuerClient, token: string): LoadRequest => ({
  bytes: formRequest(path, client, { token }),
  expectedInBody: Buffer.from('"active":true'),
});

/** X4: the answer must hold the user's address. */
export const userinfoRequest = (path: string, bearer: string, email: string): LoadRequest => ({
  bytes: renderRequest('GET', path, { bearer }),
  expectedInBody: Buffer.from(`"email":"${email}"`),
});

/** X5 and X6: a public document that holds `expected`. */
export const documentRequest = (path: string, expected: string): LoadRequest => ({
  bytes: renderRequest('GET', path),
  expectedInBody: Buffer.from(expected),
});

/** A form of a client that proves itself in the body. */
function formRequest(path: string, client: IssuerClient, form: Record<string, string>): Buffer {
  const body = new URLSearchParams({ ...form, client_id: client.id, client_secret: client.secret });
  return renderRequest('POST', path, {
    body: body.toString(),
    contentType: 'application/x-www-form-urlencoded',
  });
}
