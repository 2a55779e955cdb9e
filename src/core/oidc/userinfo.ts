/** The account behind an access token, for who may see it. OpenID Connect Core §5.3, S124 to S126. */
import { type Awaitable, andThen } from '../awaitable.ts';
import { KeygridError } from '../errors.ts';
import type { AccessToken } from '../identity/principal.ts';
import type { TokenUsers } from '../oauth/token-users.ts';
import type { RealmKey } from '../tenancy/tenancy.ts';
import { type AccountFacts, accountFactsOf } from './account-facts.ts';
import { type Claims, claimsOfScopes } from './claims.ts';

export interface Userinfo {
  /**
   * What the token's scopes open of the account; always `sub`.
   * @throws KeygridError as `account`; `token_invalid` when it is another realm's, `insufficient_scope` without openid
   */
  claims(realm: RealmKey, token: AccessToken): Awaitable<Claims>;
  /**
   * All that is known of the account, for dialects with answers of their own.
   * @throws KeygridError `token_invalid` for a client's own token, `token_principal_gone`
   */
  account(token: AccessToken): Awaitable<AccountFacts>;
}

export function createUserinfo(users: TokenUsers): Userinfo {
  function account({ principal }: AccessToken): Awaitable<AccountFacts> {
    if (principal.kind !== 'application_user' && principal.kind !== 'admin_user') {
      throw new KeygridError('token_invalid', "The access token is no user's");
    }
    return andThen(users.findUsable(principal.realm, principal.uuid), (user) => {
      if (user) return accountFactsOf(user);
      throw new KeygridError('token_principal_gone', 'There is no such account any more');
    });
  }

  return {
    account,
    claims(realm, token) {
      if (token.principal.realm !== realm) {
        throw new KeygridError('token_invalid', 'The access token is unknown here');
      }
      const scopes = token.delegation?.scopes ?? [];
      if (!scopes.includes('openid')) {
        throw new KeygridError('insufficient_scope', 'The access token was not given for openid', {
          subject: { scope: 'openid' },
        });
      }
      return andThen(account(token), (facts) => ({ sub: facts.uuid, ...claimsOfScopes(facts, scopes) }));
    },
  };
}
