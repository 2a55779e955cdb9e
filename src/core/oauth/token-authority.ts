/** Issues, checks and revokes access tokens. Issuing writes nothing, checking reads nothing. */
import { createAudit } from '../audit.ts';
import { BoundedCache } from '../bounded-cache.ts';
import { KeygridError } from '../errors.ts';
import {
  type AccessToken,
  type Delegation,
  type Principal,
  principalSubject,
} from '../identity/principal.ts';
import type { TokenKeys } from '../keys/token-keys.ts';
import type { Clock, Log } from '../ports.ts';
import type { RealmKey } from '../tenancy/tenancy.ts';
import { maximumTokenLifetime } from '../tenancy/token-lifetimes.ts';
import type { Uuid } from '../uuid.ts';
import { createAccessToken, createDelegatedToken, readAccessToken } from './access-token.ts';
import type { JsonWebAccessTokens, JsonWebTokenForm } from './json-web-access-token.ts';
import { openLiveRevocations, realmSubject } from './live-revocations.ts';
import type {
  ChangeFeed,
  Revocation,
  RevocationReason,
  RevocationStore,
  StoreRevocations,
} from './revocation-store.ts';

export interface TokenAuthority {
  /** To be asked for before the state of an account is looked at, and handed to `issue`. */
  moment(): IssueMoment;
  /**
   * `lifetime` in ms; Infinity never expires. A principal whose tokens were revoked since `since` gets none: what was
   * proved by then may no longer hold. @throws KeygridError `invalid_grant`
   */
  issue(principal: Principal, lifetime: number, since: IssueMoment): AccessToken;
  /**
   * A token for a client, of a week at most whatever is asked. Where principal, client, grant or family were ended
   * since `since` there is none. @throws KeygridError `invalid_grant`
   */
  issueDelegated(request: DelegatedTokenRequest, since: IssueMoment): Promise<AccessToken>;
  /**
   * At once, but for a JSON Web Token whose key has to be looked up.
   * @throws KeygridError `token_invalid`, `token_expired`, `token_revoked`, `token_principal_gone`, `account_*`,
   * `store_unavailable`; or rejects with them
   */
  check(text: string): AccessToken | Promise<AccessToken>;
  /** The token if it is ours and lives, else undefined. @throws KeygridError `store_unavailable`, or rejects */
  find(text: string): AccessToken | undefined | Promise<AccessToken | undefined>;
  /**
   * The token if it is ours, whether or not it lives: to say of it what it is. Undefined too for a JSON Web Token whose
   * key this process has not used lately.
   */
  read(text: string): AccessToken | undefined;
  revokeToken(token: AccessToken): Promise<void>;
  /**
   * Ends every token issued to the principal until now, but the one to keep. `longestLifetime` in ms bounds how long
   * that must be remembered. Here and below `store` is for what ends by the same write.
   */
  revokePrincipal(
    principal: Principal,
    reason: RevocationReason,
    longestLifetime: number,
    keep?: AccessToken,
    store?: StoreRevocations,
  ): Promise<void>;
  /** Ends every token of the authorization, for good: those too that are being issued (S075, S081). */
  revokeFamily(realm: RealmKey, family: Uuid, store?: StoreRevocations): Promise<void>;
  /** What `revokeFamily` stores, for a store that finds out itself whether the family has to end. */
  endOfFamily(realm: RealmKey, family: Uuid): Revocation;
  /** Ends every token of the grant, for good: a new permission is a new grant. */
  revokeGrant(realm: RealmKey, grant: Uuid, store?: StoreRevocations): Promise<void>;
  /** Ends every token that was issued to the client until now. */
  revokeClient(clientId: string, store?: StoreRevocations): Promise<void>;
}

export interface DelegatedTokenRequest {
  /** Where the client speaks for itself, the application or organization that it belongs to. */
  principal: Principal;
  clientId: string;
  grant?: Uuid | undefined;
  family?: Uuid | undefined;
  scopes: string[];
  /** Milliseconds. */
  lifetime: number;
  format: 'opaque' | JsonWebTokenForm;
}

export interface IssueMoment {
  /** Milliseconds since the epoch. */
  time: number;
  /** How many revocations this process had heard of. */
  revocationsHeard: number;
}

export interface TokenAuthorityOptions {
  keys: TokenKeys;
  revocations: RevocationStore;
  changes: ChangeFeed;
  clock: Clock;
  log: Log;
  /** How long the change feed may be out of reach before tokens are refused. Milliseconds. */
  trustWithoutFeed: number;
  /** Without them there are opaque tokens only. */
  jsonWebTokens?: JsonWebAccessTokens;
}

const checkedTokens = 20_000;
/** A JSON object in base64url begins so: no opaque token does. */
const jsonWebTokenStart = 'eyJ';
/** What a client was given for longer it gets by refresh tokens. Milliseconds. */
const longestDelegatedLifetime = maximumTokenLifetime;
/** More than passes between the moment of a proof and the token that rests on it. */
const sinceMoment = 600_000;

export async function createTokenAuthority(options: TokenAuthorityOptions): Promise<TokenAuthority> {
  const { keys, changes, clock, trustWithoutFeed, jsonWebTokens } = options;
  const checked = new BoundedCache<string, AccessToken>(checkedTokens);
  const live = await openLiveRevocations(options);
  const audit = createAudit(options.log);
  let counter = 0;

  /**
   * The token is as old as the look at the account that it rests on: a revocation that came after that look, here or
   * in another process, finds it. One that was known before does not, not even in the same millisecond.
   */
  function claimsFor(principal: Principal, lifetime: number, since: IssueMoment, delegation?: Delegation) {
    if (live.endedSince(since.revocationsHeard, principal, delegation)) {
      const description = delegation ? 'The grant has ended' : 'invalid username or password';
      throw new KeygridError('invalid_grant', description);
    }
    const issuedAt = Math.max(since.time, live.lastRevocation(principal, delegation) + 1);
    const waited = Math.max(0, clock.now() - issuedAt);
    counter = (counter + 1) & 0xff;
    return { principal, issuedAt, lifetime: lifetime + waited, counter };
  }

  async function issueDelegated(request: DelegatedTokenRequest, since: IssueMoment): Promise<AccessToken> {
    const { principal, clientId, grant, family, scopes, format } = request;
    const delegation: Delegation = { clientId, grant, family, scopes };
    const lifetime = Math.min(request.lifetime, longestDelegatedLifetime);
    const claims = claimsFor(principal, lifetime, since, delegation);
    if (format === 'opaque') return createDelegatedToken(claims, delegation, keys.current());
    if (!jsonWebTokens) throw new Error('No signing keys were given');
    const expiresAt = claims.issuedAt + claims.lifetime;
    return jsonWebTokens.issue({ principal, issuedAt: claims.issuedAt, expiresAt }, delegation, format);
  }

  function read(text: string): AccessToken | undefined | Promise<AccessToken | undefined> {
    const known = checked.get(text);
    if (known) return known;
    if (text.startsWith(jsonWebTokenStart)) return jsonWebTokens?.read(text);
    const token = readAccessToken(text, keys);
    if (token) checked.set(text, token);
    return token;
  }

  function accept(token: AccessToken | undefined): AccessToken {
    if (!token) throw new KeygridError('token_invalid', 'Unable to authenticate due to corrupt access token');
    if (token.expiresAt <= clock.now()) {
      throw new KeygridError('token_expired', 'Unable to authenticate due to expired access token');
    }
    const reason = live.reasonFor(token);
    if (reason) throw refused(reason);
    return token;
  }

  function check(text: string): AccessToken | Promise<AccessToken> {
    if (changes.ageMilliseconds() > trustWithoutFeed || live.unreadMilliseconds() > trustWithoutFeed) {
      throw new KeygridError('store_unavailable', 'Revocations cannot be checked at the moment');
    }
    const token = read(text);
    return token instanceof Promise ? token.then(accept) : accept(token);
  }

  const endOf = (kind: 'token' | 'family' | 'grant', subject: string, expiresAt: number): Revocation => ({
    ...{ kind, subject, issuedBefore: clock.now(), reason: 'revoked', expiresAt },
  });
  const endOfFamily = (realm: RealmKey, family: Uuid): Revocation =>
    endOf('family', realmSubject(realm, family), lastExpiry());
  /** When the last token that lives now has expired. */
  const lastExpiry = (): number => clock.now() + longestDelegatedLifetime + sinceMoment;

  return {
    moment: () => ({ time: clock.now(), revocationsHeard: live.heard() }),
    issue: (principal, lifetime, since) =>
      createAccessToken(claimsFor(principal, lifetime, since), keys.current()),
    issueDelegated,
    check,
    find(text) {
      try {
        const token = check(text);
        return token instanceof Promise ? token.catch(undefinedWhereRefused) : token;
      } catch (error) {
        return undefinedWhereRefused(error);
      }
    },
    read(text) {
      const token = read(text);
      if (!(token instanceof Promise)) return token;
      token.catch(() => {});
      return undefined;
    },
    revokeToken: (token) => live.add([endOf('token', token.id, token.expiresAt)]),
    endOfFamily,
    revokeFamily: (realm, family, store) => live.add([endOfFamily(realm, family)], store),
    revokeGrant: (realm, grant, store) =>
      live.add([endOf('grant', realmSubject(realm, grant), lastExpiry())], store),
    revokeClient(clientId, store) {
      const issuedBefore = Math.max(clock.now(), live.lastRevocationOfClient(clientId) + 1);
      const subject = clientId;
      const expiresAt = lastExpiry();
      return live.add([{ kind: 'client', subject, issuedBefore, reason: 'revoked', expiresAt }], store);
    },
    revokePrincipal(principal, reason, longestLifetime, keep, store) {
      const issuedBefore = Math.max(clock.now(), live.lastRevocation(principal) + 1);
      const expiresAt = issuedBefore + longestLifetime;
      const subject = principalSubject(principal);
      const revocations: Revocation[] = [{ kind: 'principal', subject, issuedBefore, reason, expiresAt }];
      if (keep) revocations.push({ kind: 'kept', subject: keep.id, issuedBefore, reason, expiresAt });
      audit('tokens_ended', { realm: principal.realm, account: subject, reason });
      return live.add(revocations, store);
    },
  };
}

/** Not to know is no refusal: it is told (S123). */
function undefinedWhereRefused(error: unknown): undefined {
  if (!(error instanceof KeygridError) || error.code === 'store_unavailable') throw error;
}

function refused(reason: RevocationReason): KeygridError {
  switch (reason) {
    case 'revoked':
      return new KeygridError('token_revoked', 'Unable to authenticate');
    case 'principal_gone':
      return new KeygridError('token_principal_gone', 'Unable to authenticate due to corrupt access token');
    case 'account_disabled':
      return new KeygridError('token_revoked', 'Disabled identity');
    case 'account_inactive':
      return new KeygridError('token_revoked', 'Unactivated identity');
  }
}
