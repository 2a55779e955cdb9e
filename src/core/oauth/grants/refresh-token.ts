/** RFC 6749 §6 with rotation: each refresh token is good once, and the one that follows it is good next. S081 to S089. */
import { createAudit, userSubject } from '../../audit.ts';
import { BoundedCache } from '../../bounded-cache.ts';
import type { KeygridError } from '../../errors.ts';
import type { Sealer } from '../../keys/sealer.ts';
import type { Log, RandomSource } from '../../ports.ts';
import { digestOf } from '../../random-text.ts';
import type { RealmKey } from '../../tenancy/tenancy.ts';
import type { Uuid } from '../../uuid.ts';
import type {
  KnownRefreshToken,
  RefreshRotation,
  RefreshToken,
  RefreshTokenStore,
} from '../authorization.ts';
import { type ClientGrant, type ClientGrantRequest, invalidGrant } from '../client-grant.ts';
import { isAutodesk, requireParameter } from '../client-request.ts';
import { successorOf } from '../refresh-token-records.ts';
import { narrowScopes, parseScope, scopeLimits, scopesLeftTo } from '../scope.ts';
import type { TokenAuthority } from '../token-authority.ts';
import { principalOfUser, type TokenUsers, unusableUser } from '../token-users.ts';

export interface RefreshTokenGrantOptions {
  refreshTokensOf(realm: RealmKey): Pick<RefreshTokenStore, 'find' | 'rotate' | 'revokeFamily'>;
  tokens: Pick<TokenAuthority, 'endOfFamily' | 'revokeFamily'>;
  /** Notes that the grant was used; it need not be durable at once. */
  noteUse(realm: RealmKey, grant: Uuid): Promise<void>;
  users: TokenUsers;
  sealer: Sealer;
  random: RandomSource;
  log: Log;
  /** For how long the immediate predecessor is answered again, since its first answer may have been lost (S081). */
  graceMilliseconds?: number;
}

const usualGrace = 10_000;
/** Of a spent token, by one process: as many tabs may have sent it at once. Who sends it more often is not its owner. */
const mostAnswersAgain = 20;
const countedTokens = 10_000;
const sealingPurpose = 'refresh token successor';
const refused = (why: string): KeygridError => invalidGrant('refresh token', why);

export function refreshTokenGrant(options: RefreshTokenGrantOptions): ClientGrant {
  const { refreshTokensOf, tokens, users, sealer, random } = options;
  const audit = createAudit(options.log);
  const grace = options.graceMilliseconds ?? usualGrace;
  /** By the digest of a spent token. */
  const answersAgain = new BoundedCache<string, number>(countedTokens);

  /** Another client's is as unknown as none, and its family is left alone (S083). */
  async function requireToken({ client, parameters, now }: ClientGrantRequest): Promise<KnownRefreshToken> {
    const digest = digestOf(requireParameter(parameters, 'refresh_token'));
    const token = await refreshTokensOf(client.realm).find(digest);
    if (!token) throw refused('no such token, or its family or grant was ended');
    if (token.clientId !== client.clientId) throw refused('the token is another client’s');
    if (Math.min(token.expiresAt, token.familyExpiresAt) <= now) throw refused('the token has expired');
    return token;
  }

  /** Two hold the same token, and nobody can say which is the thief: all of its family ends (S081). */
  async function endReused(
    { client: { realm }, address }: ClientGrantRequest,
    { family, grant, clientId: client, user }: RefreshToken,
    store: Parameters<TokenAuthority['revokeFamily']>[2],
  ): Promise<never> {
    await tokens.revokeFamily(realm, family, store);
    const account = userSubject(realm, user);
    audit('refresh_token_replayed', { realm, client, account, grant, address });
    throw refused('the token was used before, so that its family was ended');
  }

  /** The successor that was given before. */
  async function answerAgain(
    request: ClientGrantRequest,
    { token, sealedSuccessor }: Extract<RefreshRotation, { kind: 'grace' }>,
  ): Promise<string> {
    const times = (answersAgain.get(token.digest) ?? 0) + 1;
    answersAgain.set(token.digest, times);
    if (times <= mostAnswersAgain) return sealer.open(sealedSuccessor, sealingPurpose).toString();
    const store = refreshTokensOf(request.client.realm);
    return endReused(request, token, (revocations) => store.revokeFamily(token.family, revocations));
  }

  async function rotate(request: ClientGrantRequest, token: RefreshToken): Promise<string> {
    const { client, now } = request;
    const { realm } = client;
    const successor = successorOf(token, client, random, now);
    const sealed = sealer.seal(Buffer.from(successor.text), sealingPurpose);
    const ifReused = [tokens.endOfFamily(realm, token.family)];
    const [rotation] = await Promise.all([
      refreshTokensOf(realm).rotate(token.digest, successor.record, sealed, now, grace, ifReused),
      options.noteUse(realm, token.grant),
    ]);
    switch (rotation.kind) {
      case 'rotated':
        return successor.text;
      case 'grace':
        return answerAgain(request, rotation);
      case 'reused':
        // Stored by the rotation already: this is for what is in memory here.
        return endReused(request, rotation.token, async () => {});
      case 'unknown':
        throw refused('the token, its family or its grant ended meanwhile');
    }
  }

  return {
    grantType: 'refresh_token',
    parameters: ['refresh_token', 'scope'],
    async prove(request) {
      const { client, parameters, dialect } = request;
      const token = await requireToken(request);
      const user = await users.findUsable(client.realm, token.user);
      if (!user) throw refused(unusableUser);
      const { grant, family } = token;
      const requested = parseScope(parameters.get('scope'), scopeLimits[client.dialect]);
      return {
        ...{ principal: principalOfUser(user), user, grant, family },
        // Of the access token only: the successor keeps the scopes of the grant (S084, APS-75).
        scopes: narrowScopes(requested, scopesLeftTo(client, token.scopes), client.dialect),
        // APS-70: Autodesk answers a refresh without an ID token.
        signIn: isAutodesk(dialect) ? undefined : token,
        spend: () => rotate(request, token),
      };
    },
  };
}
