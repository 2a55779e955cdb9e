/** Puts together what serves registered clients: their directory, authentication, grants and tokens. */
import { auditClients } from '../core/clients/audited-clients.ts';
import { createClientAuthentication } from '../core/clients/client-authentication.ts';
import type { ClientSecrets } from '../core/clients/client-credentials.ts';
import { createClientDirectory } from '../core/clients/client-directory.ts';
import { createClientService } from '../core/clients/client-service.ts';
import type { ClientServices } from '../core/core.ts';
import type { UserEntitiesSource } from '../core/identity/user-entities.ts';
import type { Sealer } from '../core/keys/sealer.ts';
import { createAuthorizationCodes } from '../core/oauth/authorization-codes.ts';
import { createClientTokenEndpoint } from '../core/oauth/client-token-endpoint.ts';
import { createDelegatedTokens } from '../core/oauth/delegated-tokens.ts';
import { createDeviceAuthorizationEndpoint } from '../core/oauth/device-authorization.ts';
import { createGrantUse } from '../core/oauth/grant-use.ts';
import { createGrantManagement } from '../core/oauth/granted-access.ts';
import { authorizationCodeGrant } from '../core/oauth/grants/authorization-code.ts';
import { deviceCodeGrant } from '../core/oauth/grants/device-code.ts';
import type { PasswordLogin } from '../core/oauth/grants/password.ts';
import { refreshTokenGrant } from '../core/oauth/grants/refresh-token.ts';
import { registeredClientGrant } from '../core/oauth/grants/registered-client.ts';
import { resourceOwnerGrant } from '../core/oauth/grants/resource-owner.ts';
import { createIntrospection } from '../core/oauth/introspection.ts';
import { createTokenRevocation } from '../core/oauth/revocation.ts';
import type { TokenAuthority } from '../core/oauth/token-authority.ts';
import { createTokenPipeline, type IdTokenSource } from '../core/oauth/token-pipeline.ts';
import { createTokenUsers } from '../core/oauth/token-users.ts';
import type { Issuers } from '../core/oidc/issuer.ts';
import type { Clock, Log, RandomSource } from '../core/ports.ts';
import type { TenancyCache } from '../core/tenancy/tenancy-cache.ts';
import type { Uuid, UuidSource } from '../core/uuid.ts';
import type { Storage } from '../storage/storage.ts';

export interface ClientParts {
  storage: Storage;
  cache: TenancyCache;
  entities: UserEntitiesSource;
  tokens: TokenAuthority;
  idTokens: IdTokenSource;
  login: PasswordLogin;
  issuers: Issuers;
  secrets: ClientSecrets;
  sealer: Sealer;
  uuids: UuidSource;
  passwordChangedAt(adminUser: Uuid): Promise<number>;
  clock: Clock;
  random: RandomSource;
  log: Log;
}

export function composeClients(parts: ClientParts): ClientServices {
  const { storage, cache, tokens, clock, random, log } = parts;
  const directory = createClientDirectory({ store: storage.clients, cache, changes: storage.changes });
  const authentication = createClientAuthentication({ directory, secrets: parts.secrets, clock, log });
  const stores = {
    codesOf: storage.authorizationCodes,
    refreshTokensOf: storage.refreshTokens,
    devicesOf: storage.deviceAuthorizations,
    grantsOf: storage.grants,
  };
  const tokenUsers = createTokenUsers(cache, parts.entities);
  const shared = { ...parts, ...stores, directory, authentication, users: tokenUsers };
  const pipeline = createTokenPipeline({
    ...shared,
    grants: [
      authorizationCodeGrant(shared),
      refreshTokenGrant({ ...shared, noteUse: createGrantUse(shared) }),
      deviceCodeGrant(shared),
      registeredClientGrant(cache),
      resourceOwnerGrant(shared),
    ],
  });
  const clients = createClientService({ ...shared, store: storage.clients });
  return {
    clients,
    clientChangesAs: auditClients(clients, log),
    clientAuthentication: authentication,
    tokenUsers,
    authorizationCodes: createAuthorizationCodes({ storeFor: stores.codesOf, clock, random }),
    clientTokenEndpoint: createClientTokenEndpoint(pipeline, authentication),
    delegatedTokens: createDelegatedTokens({ ...shared, pipeline }),
    deviceAuthorizations: createDeviceAuthorizationEndpoint(shared),
    introspection: createIntrospection(shared),
    tokenRevocation: createTokenRevocation(shared),
    grantManagement: createGrantManagement({ grantsOf: stores.grantsOf, directory, tokens, log }),
  };
}
