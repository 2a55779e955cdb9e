/** The access tokens of an application's users, as others ask for and end them. usergrid-auth.md 6.2 and 9.4. */
import type { StoredEntity } from '../entities/entity-store.ts';
import { KeygridError } from '../errors.ts';
import type { TokenAuthority } from '../oauth/token-authority.ts';
import type { TokenAnswer } from '../oauth/token-request.ts';
import type { Application } from '../tenancy/tenancy.ts';
import { chooseLifetime, userTokenLifetimes } from '../tenancy/token-lifetimes.ts';
import type { Uuid } from '../uuid.ts';
import type { Access } from './access.ts';
import type { AccountTokens } from './account-tokens.ts';
import { applicationUserOf } from './application-user.ts';
import { type Caller, type Principal, principalSubject } from './principal.ts';
import { callingUser } from './user-reference.ts';

export interface UserTokens {
  /**
   * Administrators of the application get tokens for its users; users do not, not even for themselves.
   * @throws KeygridError `forbidden`, `permission_missing` to guests, `application_access_denied`
   */
  requireIssuer(caller: Caller, application: Application): Promise<void>;
  /**
   * `ttl` in ms, as at the token endpoint.
   * @throws KeygridError `account_inactive`, `account_disabled`, `invalid_argument`
   */
  issueFor(application: Application, user: StoredEntity, ttl: unknown): TokenAnswer;
  /** Refresh tokens of clients and sessions in browsers too; what clients were allowed stays. */
  revokeAll(application: Application, user: StoredEntity): Promise<void>;
  revokeAllOfAdminUser(uuid: Uuid): Promise<void>;
  /** Only a token of this very user. @throws KeygridError `invalid_argument` */
  revokeOne(application: Application, user: StoredEntity, token: unknown): Promise<void>;
}

export interface UserTokensOptions {
  tokens: TokenAuthority;
  access: Access;
  accountTokens: AccountTokens;
}

const asAsked = { reason: 'revoked', keepsGrants: true } as const;

export function createUserTokens({ tokens, access, accountTokens }: UserTokensOptions): UserTokens {
  return {
    async requireIssuer(caller, application) {
      if (await access.isApplicationAdmin(caller, application)) return;
      if (!caller.principal) {
        throw new KeygridError(
          'permission_missing',
          'Subject does not have permission to access this resource',
        );
      }
      if (callingUser(caller, application) !== undefined) {
        throw new KeygridError('forbidden', 'Only administrators get tokens for users');
      }
      throw new KeygridError('application_access_denied', 'No application access authorized');
    },
    issueFor(application, user, ttl) {
      const { activated, disabled } = applicationUserOf(user);
      if (!activated) throw new KeygridError('account_inactive', 'user not activated');
      if (disabled) throw new KeygridError('account_disabled', 'user disabled');
      const lifetime = chooseLifetime(ttl, userTokenLifetimes(application));
      const token = tokens.issue(principalOf(application, user), lifetime, tokens.moment());
      const subject = { kind: 'application_user', application, user } as const;
      return { token, expiresInSeconds: Math.floor(lifetime / 1000), subject };
    },
    revokeAll: (application, user) =>
      accountTokens.revokeTokensOfApplicationUser(application, user.uuid, asAsked),
    revokeAllOfAdminUser: (uuid) => accountTokens.revokeTokensOfAdminUser(uuid, asAsked),
    async revokeOne(application, user, text) {
      if (typeof text !== 'string' || text === '') {
        throw new KeygridError('invalid_argument', 'token is required');
      }
      const token = await tokens.find(text);
      const isOwn =
        token && principalSubject(token.principal) === principalSubject(principalOf(application, user));
      if (!isOwn) throw new KeygridError('invalid_argument', 'The token is not a live one of this user');
      await tokens.revokeToken(token);
    },
  };
}

const principalOf = ({ key }: Application, { uuid }: StoredEntity): Principal => ({
  kind: 'application_user',
  realm: key,
  uuid,
});
