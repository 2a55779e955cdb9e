/** Makes what a client gets: a code, or tokens where it may have them at once; or why it gets nothing. */
import type { Client } from '../../clients/client.ts';
import { lifetimesOf } from '../../clients/client-defaults.ts';
import { KeygridError } from '../../errors.ts';
import type { AccessToken } from '../../identity/principal.ts';
import type { Issuer, Issuers } from '../../oidc/issuer.ts';
import type { LiveSession } from '../../sessions/session-service.ts';
import type { Uuid } from '../../uuid.ts';
import type { ResponseMode, ValidAuthorizationRequest } from '../authorization.ts';
import type { AuthorizationCodes } from '../authorization-codes.ts';
import type { SignIn } from '../client-grant.ts';
import { isAutodesk } from '../client-request.ts';
import type { DelegatedTokenRequest, IssueMoment, TokenAuthority } from '../token-authority.ts';
import { principalOfUser, type TokenUser } from '../token-users.ts';
import type { AuthorizationResponse } from './authorization-service.ts';
import { dialectRules } from './dialect-rules.ts';
import type { ClientsOnPage } from './on-page.ts';
import { errorContent, type ResponseContent, renderResponse } from './response.ts';

/** ID tokens that come straight from the authorization endpoint. */
export interface FrontChannelIdTokens {
  /** `accessToken` undefined: the ID token comes alone, and holds the claims of its scopes (S110). */
  issue(request: {
    client: Client;
    user: TokenUser;
    issuer: Issuer;
    signIn: SignIn;
    scopes: string[];
    accessToken: AccessToken | undefined;
  }): Promise<string>;
}

export interface Answerable {
  request: ValidAuthorizationRequest;
  responseMode: ResponseMode;
}

export interface Allowed extends Answerable {
  client: Client;
  user: TokenUser;
  session: LiveSession;
  grant: Uuid;
  scopes: string[];
  /** From before user, session and grant were looked at. */
  since: IssueMoment;
}

export interface Answers {
  give(allowed: Allowed): Promise<AuthorizationResponse>;
  /** @throws the error itself where there is no redirect URI to tell it to */
  refuse(answerable: Answerable, error: KeygridError): Promise<AuthorizationResponse>;
}

export interface AnswersOptions {
  codes: AuthorizationCodes;
  tokens: Pick<TokenAuthority, 'issueDelegated'>;
  idTokens: FrontChannelIdTokens;
  issuers: Issuers;
  clientsOnPage: ClientsOnPage;
}

export function createAnswers({ codes, tokens, idTokens, issuers, clientsOnPage }: AnswersOptions): Answers {
  async function issuerOf({ realm, dialect }: ValidAuthorizationRequest): Promise<Issuer> {
    const issuer = isAutodesk(dialect) ? issuers.root() : await issuers.ofRealm(realm);
    if (!issuer) throw new KeygridError('invalid_client', 'There is no such client here');
    return issuer;
  }

  async function targetOf({ request, responseMode }: Answerable, redirectUri: string) {
    const told = dialectRules[request.dialect].hasIssuerParameter;
    const issuer = told ? (await issuerOf(request)).url : undefined;
    return { redirectUri, responseMode, state: request.state, issuer };
  }

  async function issueAccessToken(allowed: Allowed): Promise<AccessToken> {
    const { request, client, user, grant, scopes, since } = allowed;
    const issuer = await issuerOf(request);
    const dialect = isAutodesk(request.dialect) ? 'autodesk' : 'standard';
    const format: DelegatedTokenRequest['format'] =
      client.accessTokenFormat === 'opaque' ? 'opaque' : { issuer, dialect };
    const lifetime = lifetimesOf(client).accessToken * 1000;
    const { clientId } = client;
    const principal = principalOfUser(user);
    return tokens.issueDelegated({ principal, clientId, grant, scopes, lifetime, format }, since);
  }

  async function issueIdToken(allowed: Allowed, accessToken: AccessToken | undefined): Promise<string> {
    const { request, client, user, session, scopes } = allowed;
    const { authenticatedAt, authenticationMethods } = session;
    const { nonce } = request;
    const signIn = { session: session.id, authenticatedAt, authenticationMethods, nonce };
    return idTokens.issue({ client, user, issuer: await issuerOf(request), signIn, scopes, accessToken });
  }

  async function codeContent(allowed: Allowed): Promise<ResponseContent> {
    const { request, client, session, grant, scopes } = allowed;
    const { authenticatedAt, authenticationMethods, user } = session;
    const signIn = { session: session.id, user, authenticatedAt, authenticationMethods };
    return [['code', await codes.issue(client, { ...signIn, grant, scopes, request })]];
  }

  async function tokenContent(allowed: Allowed): Promise<ResponseContent> {
    const { responseType } = allowed.request;
    const accessToken = responseType === 'id_token' ? undefined : await issueAccessToken(allowed);
    const idToken = responseType === 'token' ? undefined : await issueIdToken(allowed, accessToken);
    const described: ResponseContent = accessToken
      ? [
          ['access_token', accessToken.text],
          ['token_type', 'Bearer'],
          ['expires_in', String(lifetimesOf(allowed.client).accessToken)],
          ['scope', allowed.scopes.join(' ') || undefined],
        ]
      : [];
    return [...described, ['id_token', idToken]];
  }

  async function showToken(allowed: Allowed): Promise<AuthorizationResponse> {
    const { text } = await issueAccessToken(allowed);
    const expiresInSeconds = lifetimesOf(allowed.client).accessToken;
    const client = await clientsOnPage(allowed.client, undefined);
    const { scopes } = allowed;
    return { kind: 'shown_token', accessToken: text, expiresInSeconds, scopes, client, error: undefined };
  }

  return {
    async give(allowed) {
      const { redirectUri, responseType } = allowed.request;
      if (redirectUri === undefined) return showToken(allowed);
      const target = await targetOf(allowed, redirectUri);
      const content = responseType === 'code' ? codeContent(allowed) : tokenContent(allowed);
      return renderResponse(target, await content);
    },
    async refuse(answerable, error) {
      const { redirectUri } = answerable.request;
      if (redirectUri === undefined) throw error;
      return renderResponse(await targetOf(answerable, redirectUri), errorContent(error), error);
    },
  };
}
