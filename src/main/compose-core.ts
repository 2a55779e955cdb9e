/** Puts the core together over storage and ports. Nothing is decided here: only what is handed to what. */
import type { Configuration } from '../config/index.ts';
import { createActivities } from '../core/activities/activities.ts';
import { createFanOuts } from '../core/activities/fan-out.ts';
import { createAudit } from '../core/audit.ts';
import { createClientSecrets } from '../core/clients/client-credentials.ts';
import type { AccountServices, Core } from '../core/core.ts';
import { createUserDevices } from '../core/devices/user-devices.ts';
import { createCollectionJobParts } from '../core/entities/collections/collection-job-parts.ts';
import { type CollectionJobs, createCollectionJobs } from '../core/entities/collections/collection-jobs.ts';
import { createCollectionSettings } from '../core/entities/collections/collection-settings-service.ts';
import { createIdempotency } from '../core/entities/collections/idempotency.ts';
import { createConnections } from '../core/entities/connections/connections.ts';
import { createSubCollectionReader } from '../core/entities/connections/sub-collections.ts';
import { createEntities } from '../core/entities/entities.ts';
import { creationOf } from '../core/entities/entity-changes.ts';

import { createExplainLog } from '../core/explain-log.ts';
import { type Access, createAccess } from '../core/identity/access.ts';
import { createAccountTokens } from '../core/identity/account-tokens.ts';
import { createAuthenticator } from '../core/identity/authenticator.ts';
import { findAdminUser } from '../core/identity/find-admin-user.ts';
import { createMemberships } from '../core/identity/memberships.ts';
import { createPrincipalNames } from '../core/identity/name-principal.ts';
import { createPathPermission } from '../core/identity/path-permission.ts';
import { createRightHolders } from '../core/identity/right-holders.ts';
import { createRoles } from '../core/identity/roles.ts';
import { createLoginThrottle, createMailLimit } from '../core/identity/throttle.ts';
import { createTokenIdleness } from '../core/identity/token-idleness.ts';
import { createTypedServices } from '../core/identity/typed-services.ts';
import { createUserTokens } from '../core/identity/user-tokens.ts';
import { createSealer } from '../core/keys/sealer.ts';
import { openTokenKeys } from '../core/keys/token-keys.ts';
import { clientCredentialsGrant } from '../core/oauth/grants/client-credentials.ts';
import { passwordGrant } from '../core/oauth/grants/password.ts';
import { createTokenAuthority } from '../core/oauth/token-authority.ts';
import { createTokenEndpoint } from '../core/oauth/token-endpoint.ts';
import type { Mailer, PasswordHasher, Signer } from '../core/ports.ts';
import { createMembers } from '../core/tenancy/members.ts';
import { createSignUp } from '../core/tenancy/sign-up.ts';
import { createTenancyCache } from '../core/tenancy/tenancy-cache.ts';
import { createTenancy, type Tenancy } from '../core/tenancy/tenancy-service.ts';
import { createUuidSource, type UuidSource } from '../core/uuid.ts';
import type { Storage } from '../storage/storage.ts';
import { composeAccounts } from './compose-accounts.ts';
import { composeOAuth, composeSigning } from './compose-oauth.ts';
import type { Ports } from './ports.ts';

export interface CoreParts extends Ports {
  configuration: Configuration;
  storage: Storage;
  rootKey: Buffer;
  hasher: PasswordHasher;
  mailer: Mailer;
  signer: Signer;
  /** `publicUrl` is known for sure once the server listens. */
  place: { publicUrl: string };
}

/** How long revocations may be out of reach before tokens are refused. Milliseconds. */
const trustWithoutFeed = 15_000;

export async function composeCore(parts: CoreParts): Promise<Core> {
  const { storage, clock, random, log, rootKey } = parts;
  const uuids = createUuidSource(clock, random);
  const sealer = createSealer(rootKey, random);
  const tokenKeys = await openTokenKeys(storage.serverKeys, sealer, clock, random);
  const { jsonWebTokens, ...signing } = composeSigning({ ...parts, sealer });
  const tokens = await createTokenAuthority({
    keys: tokenKeys,
    revocations: storage.revocations,
    changes: storage.changes,
    clock,
    log,
    trustWithoutFeed,
    jsonWebTokens,
  });
  const cache = createTenancyCache(storage.tenancy, storage.adminUsers, storage.changes);
  const secrets = createClientSecrets(sealer, random);
  const tenancy = createTenancy({
    store: storage.tenancy,
    cache,
    secrets,
    tokens,
    uuids,
    clock,
    log,
    newEntity: (type, properties) => creationOf(type, properties, { uuid: uuids.next(), now: clock.now() }),
  });
  const collectionSettings = createCollectionSettings({
    storeOf: storage.collectionSettings,
    changes: storage.changes,
    ...{ cache, clock },
  });
  const { indexedFields } = collectionSettings;
  const entities = createEntities({ storeFor: storage.entities, indexedFields, clock, uuids });
  const throttle = createLoginThrottle({ clock });
  const accountTokens = createAccountTokens({
    ...{ tokens, grantsOf: storage.grants, sessionsOf: storage.sessions, uuids },
  });
  const accounts = composeAccounts({ ...parts, entities, accountTokens, throttle, uuids });
  const oauth = composeOAuth({
    ...{ ...parts, cache, entities, tokens, secrets, sealer, uuids, signing, throttle },
    login: accounts.login,
    passwordChangedAt: accounts.passwordChangedAt,
  });
  const roles = createRoles({ entities, permissionsOf: storage.permissions });
  const longestIdle = createTokenIdleness(clock);
  const access = createAccess({
    cache,
    changes: storage.changes,
    permissionsOf: (application) => storage.permissions(application.key),
    ...createRightHolders(entities),
    longestIdle,
  });
  const principalNames = createPrincipalNames({
    cache,
    entities,
    permissionsOf: storage.permissions,
    adminUsers: storage.adminUsers,
  });
  const membership = composeMembership(parts, tenancy, accounts, access);
  const fanOuts = createFanOuts({
    activitiesOf: storage.activities,
    fanOuts: storage.fanOuts,
    clock,
    log,
  });
  const subCollections = createSubCollectionReader({
    edgesOf: storage.edges,
    entitiesOf: storage.entities,
  });
  const activities = createActivities({
    activitiesOf: storage.activities,
    edgesOf: storage.edges,
    ...{ entities, fanOuts, uuids },
  });
  const typedServices = createTypedServices({ entities, accounts: accounts.applicationAccounts });
  const authenticator = createAuthenticator({
    tokens,
    tenancy,
    noteUse: longestIdle,
    throttle,
    login: (username, password, address) => accounts.login.adminUser(username, password, { address }),
    async superuserPasswordChangedAt(username) {
      const user = await findAdminUser(storage.adminUsers, username);
      const usable = user?.superuser && user.activated && !user.disabled;
      return usable ? accounts.passwordChangedAt(user.uuid) : undefined;
    },
  });
  return {
    ...accounts,
    ...membership,
    ...oauth,
    tenancy,
    tenancyCache: cache,
    tenancyStore: storage.tenancy,
    adminUserStore: storage.adminUsers,
    entities,
    roles,
    memberships: createMemberships({ edgesOf: storage.edges, subCollections, clock }),
    subCollections,
    connections: createConnections({
      edgesOf: storage.edges,
      entitiesOf: storage.entities,
      clock,
      followed: activities.followed,
    }),
    activities,
    fanOuts,
    userDevices: createUserDevices({ devicesOf: storage.devices, edgesOf: storage.edges, clock }),
    typedServices,
    collectionSettings,
    idempotency: createIdempotency({ storeOf: storage.idempotency, entities, clock, uuids }),
    collectionJobs: composeCollectionJobs(parts, {
      ...{ entities, typedServices, settings: collectionSettings, cache, uuids },
    }),
    access,
    pathPermission: createPathPermission(access, entities),
    userTokens: createUserTokens({ tokens, access, accountTokens }),
    authenticator,
    tokens,
    tokenEndpoint: createTokenEndpoint(
      tokens,
      [passwordGrant(accounts.login), clientCredentialsGrant(tenancy, cache)],
      oauth.delegatedTokens,
      createAudit(log),
    ),
    refusals: storage.refusals,
    explainLog: createExplainLog({ store: storage.refusals, names: principalNames, log }),
    principalNames,
    outbox: storage.outbox,
    refreshTokenKeys: tokenKeys.refresh,
  };
}

type ServicesOfJobs = Omit<Parameters<typeof createCollectionJobParts>[0], 'storeOf'> & { uuids: UuidSource };

function composeCollectionJobs(
  { storage, clock, log }: CoreParts,
  { uuids, ...services }: ServicesOfJobs,
): CollectionJobs {
  return createCollectionJobs({
    storeOf: storage.collectionJobs,
    queue: storage.collectionJobQueue,
    parts: createCollectionJobParts({ ...services, storeOf: storage.entities }),
    ...{ clock, uuids, log },
  });
}

/** How organizations come to be and who belongs to them. */
function composeMembership(
  { configuration, storage, clock, log }: CoreParts,
  tenancy: Tenancy,
  { adminAccounts: accounts, adminActivation: activation }: AccountServices,
  access: Access,
): Pick<Core, 'signUp' | 'members'> {
  const { signup, organizationApproval: requireOrganizationApproval } = configuration;
  return {
    signUp: createSignUp({
      tenancy,
      access,
      accounts,
      activation,
      mailLimit: createMailLimit({ clock }),
      settings: { signup, requireOrganizationApproval },
    }),
    members: createMembers({
      store: storage.tenancy,
      adminUsers: storage.adminUsers,
      accounts,
      activation,
      access,
      clock,
      log,
    }),
  };
}
