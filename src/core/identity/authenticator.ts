/** Turns the credentials of a request into its caller. One carrier counts; which one, the dialect has decided. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { type Awaitable, andThen } from '../awaitable.ts';
import { BoundedCache } from '../bounded-cache.ts';
import { KeygridError } from '../errors.ts';
import type { TokenAuthority } from '../oauth/token-authority.ts';
import { managementRealmKey } from '../tenancy/tenancy.ts';
import type { Tenancy } from '../tenancy/tenancy-service.ts';
import type { Uuid } from '../uuid.ts';
import { managementPlace } from './account-place.ts';
import type { AdminUser } from './accounts.ts';
import { type AccessToken, type Caller, guest } from './principal.ts';
import type { LoginThrottle } from './throttle.ts';

export type PresentedCredentials =
  | { kind: 'none' }
  | { kind: 'access_token'; token: string }
  | { kind: 'client'; clientId: string; clientSecret: string }
  /** Name and password of the superuser. */
  | { kind: 'superuser'; username: string; password: string };

export interface Authenticator {
  /**
   * @throws KeygridError `token_*`, `account_*`, `client_credentials_invalid`, `superuser_credentials_invalid`,
   * `throttled`, `overloaded`
   */
  authenticate(credentials: PresentedCredentials, address: string): Awaitable<Caller>;
}

export interface AuthenticatorOptions {
  tokens: TokenAuthority;
  tenancy: Pick<Tenancy, 'authenticateClient'>;
  /** Hears of every use of a token by an application user. */
  noteUse(caller: Caller): void;
  /** The one that `login` counts in. */
  throttle: LoginThrottle;
  /** As the token endpoint's password grant would. @throws KeygridError */
  login(
    username: string,
    password: string,
    address: string,
  ): Promise<{ user: AdminUser; passwordChangedAt: number }>;
  /** When the account's password was last changed; undefined when the account is gone, inactive or no superuser. */
  superuserPasswordChangedAt(username: string): Promise<number | undefined>;
}

export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { tokens, tenancy } = options;
  const superuser = createSuperuserCheck(options);

  function callerOf(token: AccessToken): Caller {
    const caller: Caller = { principal: token.principal, token };
    if (token.principal.kind === 'application_user') options.noteUse(caller);
    return caller;
  }

  return {
    authenticate(credentials, address) {
      switch (credentials.kind) {
        case 'none':
          return guest;
        case 'access_token':
          return andThen(tokens.check(credentials.token), callerOf);
        case 'client':
          return andThen(
            tenancy.authenticateClient(credentials.clientId, credentials.clientSecret),
            (principal) => ({ principal, token: undefined }),
          );
        case 'superuser':
          return superuser(credentials.username, credentials.password, address);
      }
    },
  };
}

const counted = { realm: managementPlace.realm, tenant: managementPlace.tenant };

/**
 * A password hash for every request of a script would be slow and easy to abuse: what was proved once is remembered,
 * as a digest, until the password changes.
 */
function createSuperuserCheck(options: AuthenticatorOptions) {
  const { login, throttle, superuserPasswordChangedAt } = options;
  const proved = new BoundedCache<string, { digest: Buffer; changedAt: number; uuid: Uuid; caller: Caller }>(
    100,
  );

  async function prove(username: string, password: string, address: string) {
    try {
      return await login(username, password, address);
    } catch (error) {
      if (error instanceof KeygridError && error.code !== 'throttled' && error.code !== 'overloaded')
        return undefined;
      throw error;
    }
  }

  return async (username: string, password: string, address: string): Promise<Caller> => {
    const digest = createHash('sha256').update(`${username.length}:${username}${password}`).digest();
    const known = proved.get(username);
    if (known && timingSafeEqual(known.digest, digest)) {
      if ((await superuserPasswordChangedAt(username)) === known.changedAt) {
        // As throttled as a wrong one: else who guesses on while held back would learn of the right one all the same.
        await throttle.attempt({ ...counted, identifier: known.uuid, address }, async () => true);
        return known.caller;
      }
    }
    const account = await prove(username, password, address);
    if (!account?.user.superuser) {
      throw new KeygridError('superuser_credentials_invalid', 'No system access authorized');
    }
    const { uuid } = account.user;
    const principal = { kind: 'admin_user', realm: managementRealmKey, uuid } as const;
    const caller: Caller = { principal, token: undefined };
    proved.set(username, { digest, changedAt: account.passwordChangedAt, uuid, caller });
    return caller;
  };
}
