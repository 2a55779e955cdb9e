/** RFC 6749 §4.4 for registered clients: a confidential client gets a token of its own. S090 to S092. */
import type { Client } from '../../clients/client.ts';
import { KeygridError } from '../../errors.ts';
import type { Principal } from '../../identity/principal.ts';
import { managementRealmKey } from '../../tenancy/tenancy.ts';
import type { TenancyCache } from '../../tenancy/tenancy-cache.ts';
import type { ClientGrant } from '../client-grant.ts';
import { isAutodesk } from '../client-request.ts';
import { mayAskFor, parseScope, scopeLimits } from '../scope.ts';
import { userScopes } from '../scope-catalogue.ts';

export function registeredClientGrant(cache: Pick<TenancyCache, 'applicationByKey'>): ClientGrant {
  /** It speaks for what it belongs to, narrowed to its scopes. */
  async function principalOf({ realm, organizationUuid }: Client): Promise<Principal> {
    if (realm === managementRealmKey) {
      return { kind: 'organization_client', realm, uuid: organizationUuid };
    }
    const application = await cache.applicationByKey(realm);
    if (!application) throw new KeygridError('invalid_client', 'Client authentication failed');
    return { kind: 'application_client', realm, uuid: application.uuid };
  }

  return {
    grantType: 'client_credentials',
    parameters: ['scope'],
    async prove({ client, parameters, dialect }) {
      const requested = parseScope(parameters.get('scope'), scopeLimits[client.dialect]);
      const offered = client.scopes.filter((name) => !userScopes.has(name));
      if (!requested.every((name) => mayAskFor({ scopes: offered }, name))) {
        throw new KeygridError('invalid_scope', 'scope goes beyond what the client may have for itself');
      }
      // aps-auth.md 1.1: there no scope means a token without scopes.
      const isDefault = requested.length === 0 && !isAutodesk(dialect);
      return {
        principal: await principalOf(client),
        ...{ user: undefined, grant: undefined, family: undefined, signIn: undefined },
        scopes: isDefault ? offered : requested,
        spend: async () => undefined,
      };
    },
  };
}
