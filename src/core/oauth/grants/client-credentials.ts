/** RFC 6749 §4.4: an organization's or application's client speaks for itself. */
import { type Awaitable, andThen } from '../../awaitable.ts';
import { KeygridError } from '../../errors.ts';
import type { Principal } from '../../identity/principal.ts';
import type { TenancyCache } from '../../tenancy/tenancy-cache.ts';
import type { Tenancy } from '../../tenancy/tenancy-service.ts';
import { standardLifetimes } from '../../tenancy/token-lifetimes.ts';
import { invalidGrant } from '../token-endpoint.ts';
import type { Grant, TokenSubject } from '../token-request.ts';

export function clientCredentialsGrant(
  tenancy: Pick<Tenancy, 'authenticateClient'>,
  cache: TenancyCache,
): Grant {
  function subjectOf(principal: Principal): Awaitable<TokenSubject | undefined> {
    if (principal.kind === 'application_client') {
      return andThen(
        cache.applicationByUuid(principal.uuid),
        (application) => application && { kind: 'application_client', application },
      );
    }
    return andThen(
      cache.organization(principal.uuid),
      (organization) => organization && { kind: 'organization_client', organization },
    );
  }

  /** A wrong id and a wrong secret look the same. */
  function authenticate(clientId: string, clientSecret: string): Awaitable<Principal> {
    const refuse = (error: unknown): never => {
      throw error instanceof KeygridError ? invalidGrant() : error;
    };
    try {
      const principal = tenancy.authenticateClient(clientId, clientSecret);
      return principal instanceof Promise ? principal.catch(refuse) : principal;
    } catch (error) {
      return refuse(error);
    }
  }

  return {
    grantType: 'client_credentials',
    parameters: ['client_id', 'client_secret'],
    prove({ parameters, application }) {
      const { client_id: clientId, client_secret: clientSecret } = parameters;
      if (typeof clientId !== 'string' || typeof clientSecret !== 'string') throw invalidGrant();
      return andThen(authenticate(clientId, clientSecret), (principal) =>
        andThen(subjectOf(principal), (subject) => {
          if (!subject) throw invalidGrant();
          // A client proves itself at its own application's endpoint, its organization's applications', or management's.
          if (application && !concerns(subject, application.uuid, application.organizationUuid))
            throw invalidGrant();
          return { principal, subject, lifetimes: standardLifetimes };
        }),
      );
    },
  };
}

const concerns = (subject: TokenSubject, applicationUuid: string, organizationUuid: string): boolean =>
  (subject.kind === 'application_client' && subject.application.uuid === applicationUuid) ||
  (subject.kind === 'organization_client' && subject.organization.uuid === organizationUuid);
