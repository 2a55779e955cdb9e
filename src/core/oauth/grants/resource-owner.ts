/**
 * RFC 6749 §4.3 for registered clients, where an administrator switched it on: the operator's own clients only
 * (S093). The access token ends by itself: no refresh token, no ID token, since nobody consented to anything.
 */
import { KeygridError } from '../../errors.ts';
import { managementRealmKey, type RealmKey } from '../../tenancy/tenancy.ts';
import type { TenancyCache } from '../../tenancy/tenancy-cache.ts';
import { type ClientGrant, invalidGrant } from '../client-grant.ts';
import { requireParameter } from '../client-request.ts';
import { mayAskFor, parseScope, scopeLimits } from '../scope.ts';
import { principalOfUser, type TokenUser } from '../token-users.ts';
import type { PasswordLogin } from './password.ts';

export interface ResourceOwnerGrantOptions {
  /** The one of the sign-in page and of the usergrid dialect: same throttle, same answers (S094). */
  login: PasswordLogin;
  cache: Pick<TenancyCache, 'applicationByKey'>;
}

interface Typed {
  username: string;
  password: string;
  address: string;
}

export function resourceOwnerGrant({ login, cache }: ResourceOwnerGrantOptions): ClientGrant {
  async function signIn(realm: RealmKey, { username, password, address }: Typed): Promise<TokenUser> {
    if (realm === managementRealmKey) {
      const { user } = await login.adminUser(username, password, { address });
      return { kind: 'admin_user', user };
    }
    const application = await cache.applicationByKey(realm);
    if (!application) throw invalidGrant('password', 'the application is gone');
    const { entity } = await login.applicationUser(application, username, password, { address });
    return { kind: 'application_user', application, user: entity };
  }

  return {
    grantType: 'password',
    parameters: ['username', 'password', 'scope'],
    async prove({ client, parameters, address }) {
      const scopes = parseScope(parameters.get('scope'), scopeLimits[client.dialect]);
      if (!scopes.every((name) => mayAskFor(client, name))) {
        throw new KeygridError('invalid_scope', 'scope goes beyond what the client may ask for');
      }
      const username = requireParameter(parameters, 'username');
      const password = requireParameter(parameters, 'password');
      const user = await signIn(client.realm, { username, password, address }).catch(hideWhy);
      return {
        ...{ principal: principalOfUser(user), user, scopes },
        ...{ grant: undefined, family: undefined, signIn: undefined },
        spend: async () => undefined,
      };
    },
  };
}

const tellingCodes = new Set([
  'invalid_grant',
  'account_inactive',
  'account_disabled',
  'account_unconfirmed',
]);

/** S094: one refusal, whatever is wrong with the account. */
function hideWhy(error: unknown): never {
  if (!(error instanceof KeygridError) || !tellingCodes.has(error.code)) throw error;
  throw new KeygridError('invalid_grant', 'Invalid username or password', { cause: error });
}
