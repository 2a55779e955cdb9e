/** Issues, checks and revokes access tokens. Issuing writes nothing, checking reads nothing. */
import { BoundedCache } from '../bounded-cache.ts';
import { KeygridError } from '../errors.ts';
import { type AccessToken, type Principal, principalSubject } from '../identity/principal.ts';
import type { TokenKeys } from '../keys/token-keys.ts';
import type { Clock, Log } from '../ports.ts';
import { readAccessToken, writeAccessToken } from './access-token.ts';
import type { ChangeFeed, Revocation, RevocationReason, RevocationStore } from './revocation-store.ts';

export interface TokenAuthority {
  /** To be asked for before the state of an account is looked at, and handed to `issue`. */
  moment(): IssueMoment;
  /**
   * `lifetime` in ms; Infinity never expires. A principal whose tokens were revoked since `since` gets none: what was
   * proved by then may no longer hold. @throws KeygridError `invalid_grant`
   */
  issue(principal: Principal, lifetime: number, since: IssueMoment): AccessToken;
  /** @throws KeygridError `token_invalid`, `token_expired`, `token_revoked`, `token_principal_gone`, `account_*` */
  check(text: string): AccessToken;
  /** The token if it is ours and lives, else undefined. */
  find(text: string): AccessToken | undefined;
  /** The token if it is ours, whether or not it lives: to say of it what it is. */
  read(text: string): AccessToken | undefined;
  revokeToken(token: AccessToken): Promise<void>;
  /**
   * Ends every token issued to the principal until now, but the one to keep. `longestLifetime` in ms bounds how long
   * that must be remembered.
   */
  revokePrincipal(
    principal: Principal,
    reason: RevocationReason,
    longestLifetime: number,
    keep?: AccessToken,
  ): Promise<void>;
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
}

const checkedTokens = 20_000;

export async function createTokenAuthority(options: TokenAuthorityOptions): Promise<TokenAuthority> {
  const { keys, revocations, changes, clock, log, trustWithoutFeed } = options;
  const checked = new BoundedCache<string, AccessToken>(checkedTokens);
  const live = await createLiveRevocations(revocations, changes, clock, log);
  let counter = 0;

  /**
   * The token is as old as the look at the account that it rests on: a revocation that came after that look, here or
   * in another process, finds it. One that was known before does not, not even in the same millisecond.
   */
  function issue(principal: Principal, lifetime: number, since: IssueMoment): AccessToken {
    if (live.revokedSince(principal, since)) {
      throw new KeygridError('invalid_grant', 'invalid username or password');
    }
    const issuedAt = Math.max(since.time, live.lastRevocation(principal) + 1);
    const waited = Math.max(0, clock.now() - issuedAt);
    counter = (counter + 1) & 0xff;
    const claims = { principal, issuedAt, lifetime: lifetime + waited, counter };
    return readAccessToken(writeAccessToken(claims, keys.current()), keys)!;
  }

  function read(text: string): AccessToken | undefined {
    const known = checked.get(text);
    if (known) return known;
    const token = readAccessToken(text, keys);
    if (token) checked.set(text, token);
    return token;
  }

  function check(text: string): AccessToken {
    if (changes.ageMilliseconds() > trustWithoutFeed) {
      throw new KeygridError('store_unavailable', 'Revocations cannot be checked at the moment');
    }
    const token = read(text);
    if (!token) throw new KeygridError('token_invalid', 'Unable to authenticate due to corrupt access token');
    if (token.expiresAt <= clock.now()) {
      throw new KeygridError('token_expired', 'Unable to authenticate due to expired access token');
    }
    const reason = live.reasonFor(token);
    if (reason) throw refused(reason);
    return token;
  }

  return {
    moment: () => ({ time: clock.now(), revocationsHeard: live.heard() }),
    issue,
    check,
    read,
    find(text) {
      try {
        return check(text);
      } catch (error) {
        if (error instanceof KeygridError) return undefined;
        throw error;
      }
    },
    revokeToken: (token) =>
      live.add([
        {
          kind: 'token',
          subject: token.id,
          issuedBefore: token.issuedAt,
          reason: 'revoked',
          expiresAt: token.expiresAt,
        },
      ]),
    revokePrincipal(principal, reason, longestLifetime, keep) {
      const issuedBefore = Math.max(clock.now(), live.lastRevocation(principal) + 1);
      const expiresAt = issuedBefore + longestLifetime;
      const subject = principalSubject(principal);
      const revocations: Revocation[] = [{ kind: 'principal', subject, issuedBefore, reason, expiresAt }];
      if (keep) revocations.push({ kind: 'kept', subject: keep.id, issuedBefore, reason, expiresAt });
      return live.add(revocations);
    },
  };
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

interface LiveRevocations {
  add(revocations: Revocation[]): Promise<void>;
  reasonFor(token: AccessToken): RevocationReason | undefined;
  /** How many so far. */
  heard(): number;
  revokedSince(principal: Principal, since: IssueMoment): boolean;
  /** Issue times up to this one are dead; 0 when the principal was never revoked. */
  lastRevocation(principal: Principal): number;
}

async function createLiveRevocations(
  store: RevocationStore,
  changes: ChangeFeed,
  clock: Clock,
  log: Log,
): Promise<LiveRevocations> {
  const tokens = new Set<string>();
  const principals = new Map<string, { issuedBefore: number; reason: RevocationReason; heard: number }>();
  let heard = 0;
  const kept = new Map<string, number>();

  function apply(revocation: Revocation): void {
    const { kind, subject, issuedBefore, reason } = revocation;
    if (kind === 'token') tokens.add(subject);
    else if (kind === 'kept') kept.set(subject, issuedBefore);
    else if ((principals.get(subject)?.issuedBefore ?? 0) < issuedBefore) {
      heard += 1;
      principals.set(subject, { issuedBefore, reason, heard });
    }
  }

  async function reload(): Promise<void> {
    const found = await store.listLive(clock.now());
    for (const revocation of found) apply(revocation);
  }

  await reload();
  changes.subscribe(({ topic }) => {
    if (topic !== 'revocations') return;
    reload().catch((error: unknown) => log.error({ err: error }, 'revocations cannot be read'));
  });
  return {
    async add(revocations) {
      // In memory first: no token slips out between the two.
      for (const revocation of revocations) apply(revocation);
      await store.add(revocations);
    },
    reasonFor(token) {
      if (tokens.has(token.id)) return 'revoked';
      if (principals.size === 0) return undefined;
      const found = principals.get(principalSubject(token.principal));
      if (!found || token.issuedAt > found.issuedBefore) return undefined;
      return (kept.get(token.id) ?? 0) >= found.issuedBefore ? undefined : found.reason;
    },
    heard: () => heard,
    revokedSince: (principal, { revocationsHeard }) =>
      (principals.get(principalSubject(principal))?.heard ?? 0) > revocationsHeard,
    lastRevocation: (principal) => principals.get(principalSubject(principal))?.issuedBefore ?? 0,
  };
}
