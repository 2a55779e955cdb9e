/** Turns the credentials of a request into its caller. One carrier counts; which one, the dialect has decided. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { BoundedCache } from '../bounded-cache.ts';
import { KeygridError } from '../errors.ts';
import type { TokenAuthority } from '../oauth/token-authority.ts';
import { managementRealmKey } from '../tenancy/tenancy.ts';
import type { Tenancy } from '../tenancy/tenancy-service.ts';
import type { AdminUser } from './accounts.ts';
import { type AccessToken, type Caller, guest } from './principal.ts';

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
  authenticate(credentials: PresentedCredentials, address: string): Promise<Caller> | Caller;
}

export interface AuthenticatorOptions {
  tokens: TokenAuthority;
  tenancy: Pick<Tenancy, 'authenticateClient'>;
  /** Hears of every use of a token by an application user. */
  noteUse(caller: Caller): void;
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
        case 'access_token': {
          const token = tokens.check(credentials.token);
          return token instanceof Promise ? token.then(callerOf) : callerOf(token);
        }
        case 'client':
          return tenancy
            .authenticateClient(credentials.clientId, credentials.clientSecret)
            .then((principal) => ({ principal, token: undefined }));
        case 'superuser':
          return superuser(credentials.username, credentials.password, address);
      }
    },
  };
}

/**
 * A password hash for every request of a script would be slow and easy to abuse: what was proved once is remembered,
 * as a digest, until the password changes.
 */
function createSuperuserCheck({ login, superuserPasswordChangedAt }: AuthenticatorOptions) {
  const proved = new BoundedCache<string, { digest: Buffer; changedAt: number; caller: Caller }>(100);

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
      if ((await superuserPasswordChangedAt(username)) === known.changedAt) return known.caller;
    }
    const account = await prove(username, password, address);
    if (!account?.user.superuser) {
      throw new KeygridError('superuser_credentials_invalid', 'No system access authorized');
    }
    const principal = { kind: 'admin_user', realm: managementRealmKey, uuid: account.user.uuid } as const;
    const caller: Caller = { principal, token: undefined };
    proved.set(username, { digest, changedAt: account.passwordChangedAt, caller });
    return caller;
  };
}
