/** RFC 6749 §4.4: an organization's or application's client speaks for itself. */
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
  async function subjectOf(principal: Principal): Promise<TokenSubject | undefined> {
    if (principal.kind === 'application_client') {
      const application = await cache.applicationByUuid(principal.uuid);
      return application && { kind: 'application_client', application };
    }
    const organization = await cache.organization(principal.uuid);
    return organization && { kind: 'organization_client', organization };
  }

  return {
    grantType: 'client_credentials',
    parameters: ['client_id', 'client_secret'],
    async prove({ parameters, application }) {
      const { client_id: clientId, client_secret: clientSecret } = parameters;
      if (typeof clientId !== 'string' || typeof clientSecret !== 'string') throw invalidGrant();
      const principal = await tenancy.authenticateClient(clientId, clientSecret).catch((error: unknown) => {
        throw error instanceof KeygridError ? invalidGrant() : error;
      });
      const subject = await subjectOf(principal);
      if (!subject) throw invalidGrant();
      // A client proves itself at its own application's endpoint, its organization's applications', or management's.
      if (application && !concerns(subject, application.uuid, application.organizationUuid))
        throw invalidGrant();
      return { principal, subject, lifetimes: standardLifetimes };
    },
  };
}

const concerns = (subject: TokenSubject, applicationUuid: string, organizationUuid: string): boolean =>
  (subject.kind === 'application_client' && subject.application.uuid === applicationUuid) ||
  (subject.kind === 'organization_client' && subject.organization.uuid === organizationUuid);
