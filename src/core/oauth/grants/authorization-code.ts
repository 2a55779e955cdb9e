/** RFC 6749 §4.1.3 with RFC 7636 §4.6: a code becomes tokens, once. S075 to S080. */
import { createAudit, userSubject } from '../../audit.ts';
import type { KeygridError } from '../../errors.ts';
import type { Log, RandomSource } from '../../ports.ts';
import { digestOf } from '../../random-text.ts';
import type { RealmKey } from '../../tenancy/tenancy.ts';
import type { Uuid, UuidSource } from '../../uuid.ts';
import type { AuthorizationCode, AuthorizationCodeStore, RefreshTokenStore } from '../authorization.ts';
import { type ClientGrant, type ClientGrantRequest, invalidGrant } from '../client-grant.ts';
import { isAutodesk, type Parameters, requireParameter } from '../client-request.ts';
import { type CodeChallenge, provesCodeChallenge } from '../pkce.ts';
import { firstRefreshToken, mayRefresh } from '../refresh-token-records.ts';
import { scopesLeftTo } from '../scope.ts';
import type { TokenAuthority } from '../token-authority.ts';
import { principalOfUser, type TokenUsers, unusableUser } from '../token-users.ts';

export interface AuthorizationCodeGrantOptions {
  codesOf(realm: RealmKey): Pick<AuthorizationCodeStore, 'find' | 'redeem' | 'countFailure'>;
  refreshTokensOf(realm: RealmKey): Pick<RefreshTokenStore, 'revokeFamily'>;
  tokens: Pick<TokenAuthority, 'revokeFamily'>;
  users: TokenUsers;
  uuids: UuidSource;
  random: RandomSource;
  log: Log;
}

const refused = (why: string): KeygridError => invalidGrant('authorization code', why);

export function authorizationCodeGrant(options: AuthorizationCodeGrantOptions): ClientGrant {
  const { codesOf, refreshTokensOf, tokens, users, uuids, random } = options;
  const audit = createAudit(options.log);

  /** The client's own, whose request agrees with the one that the code was given for. */
  async function requireCode(request: ClientGrantRequest): Promise<AuthorizationCode> {
    const { client, parameters, dialect, now } = request;
    const store = codesOf(client.realm);
    const code = await store.find(digestOf(requireParameter(parameters, 'code')));
    if (!code) throw refused('no such code, or its grant was ended');
    if (code.request.clientId !== client.clientId) throw refused('the code is another client’s');
    if (code.expiresAt <= now) throw refused('the code has expired');
    requireSentParameters(code, parameters, dialect);
    const difference = findDifference(code, parameters);
    if (difference === undefined) return code;
    await store.countFailure(code.digest);
    throw refused(difference);
  }

  /** Somebody has the code who should not: everything that came of it ends (S075). */
  async function endReplayed(code: AuthorizationCode, family: Uuid, address: string): Promise<never> {
    const { realm, clientId: client } = code.request;
    const store = refreshTokensOf(realm);
    await tokens.revokeFamily(realm, family, (revocations) => store.revokeFamily(family, revocations));
    const account = userSubject(realm, code.user);
    audit('code_replayed', { realm, client, account, grant: code.grant, address });
    throw refused('the code was used before');
  }

  return {
    grantType: 'authorization_code',
    parameters: ['code', 'redirect_uri', 'code_verifier'],
    async prove(request) {
      const { client, now } = request;
      const code = await requireCode(request);
      const user = await users.findUsable(client.realm, code.user);
      if (!user) throw refused(unusableUser);
      const family = uuids.next();
      const { session, authenticatedAt, authenticationMethods, grant } = code;
      const scopes = scopesLeftTo(client, code.scopes);
      const signIn = { session, authenticatedAt, authenticationMethods, nonce: code.request.nonce };
      const origin = { ...signIn, family, grant, scopes, user: code.user, dialect: code.request.dialect };
      const refresh = mayRefresh(client) ? firstRefreshToken(client, origin, random, now) : undefined;
      return {
        ...{ principal: principalOfUser(user), user, grant, family, scopes, signIn },
        async spend() {
          const redemption = await codesOf(client.realm).redeem(code.digest, family, refresh?.record, now);
          if (redemption.kind === 'replayed') return endReplayed(code, redemption.family, request.address);
          if (redemption.kind === 'unknown') throw refused('the code or its grant ended meanwhile');
          return refresh?.text;
        },
      };
    },
  };
}

/** @throws KeygridError `invalid_request`, and `invalid_grant` for a verifier that should be there (S079) */
function requireSentParameters(
  code: AuthorizationCode,
  parameters: Parameters,
  dialect: ClientGrantRequest['dialect'],
): void {
  const { redirectUriWasSent, codeChallenge } = code.request;
  // S078: by OAuth 2.1 §10.2 PKCE stands in for the repetition; Autodesk asks for it always.
  const needsRedirectUri = redirectUriWasSent && (codeChallenge === undefined || isAutodesk(dialect));
  if (needsRedirectUri) requireParameter(parameters, 'redirect_uri');
  // APS-65: there a missing verifier is a missing parameter.
  if (codeChallenge !== undefined && isAutodesk(dialect)) requireParameter(parameters, 'code_verifier');
}

/** In what the two requests disagree. */
function findDifference({ request }: AuthorizationCode, parameters: Parameters): string | undefined {
  const redirectUri = parameters.get('redirect_uri');
  if (redirectUri !== undefined && redirectUri !== request.redirectUri) return 'redirect_uri differs';
  return findVerifierDifference(request, parameters.get('code_verifier'));
}

/** A verifier without a challenge shows that somebody took the challenge away (S079). */
function findVerifierDifference(
  { codeChallenge, codeChallengeMethod }: AuthorizationCode['request'],
  verifier: string | undefined,
): string | undefined {
  if (codeChallenge === undefined) return verifier && 'code_verifier came without a challenge before it';
  if (verifier === undefined) return 'code_verifier is missing';
  const challenge: CodeChallenge = { codeChallenge, codeChallengeMethod: codeChallengeMethod ?? 'plain' };
  return provesCodeChallenge(challenge, verifier) ? undefined : 'code_verifier does not fit the challenge';
}
