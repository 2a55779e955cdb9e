/**
 * The lenient token endpoint, of the usergrid dialect: which grant, what lifetime is asked, the proof, how long, the
 * token. Grants of registered clients, and codes of all clients, go through the pipeline that the strict one has.
 */
import type { Audit } from '../audit.ts';
import { type Awaitable, andThen } from '../awaitable.ts';
import { KeygridError } from '../errors.ts';
import { principalSubject } from '../identity/principal.ts';
import { chooseLifetime } from '../tenancy/token-lifetimes.ts';
import type { DelegatedTokens } from './delegated-tokens.ts';
import type { TokenAuthority } from './token-authority.ts';
import type { Grant, TokenAnswer, TokenRequest } from './token-request.ts';

export interface TokenEndpoint {
  /** @throws KeygridError `invalid_grant`, `invalid_argument`, `account_*`, `throttled`, `overloaded` */
  answer(request: TokenRequest): Awaitable<TokenAnswer>;
}

/** `ttl` must be sound before a password is looked at; whether it is too long depends on whose token it is. */
const unlimited = { default: 0, maximum: Number.POSITIVE_INFINITY };

export function createTokenEndpoint(
  tokens: TokenAuthority,
  grants: readonly Grant[],
  delegatedTokens?: DelegatedTokens,
  audit: Audit = () => {},
): TokenEndpoint {
  const byType = new Map(grants.map((grant) => [grant.grantType, grant]));
  return {
    answer(request) {
      if (delegatedTokens?.concerns(request)) return delegatedTokens.answer(request);
      const grant = typeof request.grantType === 'string' ? byType.get(request.grantType) : undefined;
      if (!grant) throw invalidGrant();
      chooseLifetime(request.ttl, unlimited);
      const since = tokens.moment();
      const proving = grant.prove({
        ...request,
        parameters: pick(request.parameters, grant.parameters),
      });
      return andThen(proving, ({ principal, lifetimes, subject }) => {
        const lifetime = chooseLifetime(request.ttl, lifetimes);
        const token = tokens.issue(principal, lifetime, since);
        const actor = principalSubject(principal);
        audit('token_issued', {
          realm: principal.realm,
          actor,
          reason: grant.grantType,
          address: request.address,
        });
        return { token, expiresInSeconds: Math.floor(lifetime / 1000), subject };
      });
    },
  };
}

export const invalidGrant = (): KeygridError =>
  new KeygridError('invalid_grant', 'invalid username or password');

function pick(parameters: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, parameters[name]]));
}
