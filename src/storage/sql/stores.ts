/** The stores that both engines share, over one engine. */
import type { Storage } from '../storage.ts';
import { createAdminUserStore, createCredentialStore, createMailTokenStore } from './accounts.ts';
import { createActivityStore, createFanOutStore } from './activities.ts';
import { createAuthorizationCodeStore } from './authorization-codes.ts';
import { createAuthorizationSweep } from './authorization-sweep.ts';
import { createClientStore } from './clients.ts';
import { createCollectionJobQueue, createCollectionJobStore } from './collection-jobs.ts';
import { createCollectionSettingsStore } from './collection-settings.ts';
import { createDeviceAuthorizationStore } from './device-authorizations.ts';
import { createDeviceStore } from './devices.ts';
import { createEdgeStore } from './edges.ts';
import { createEntityStore } from './entities.ts';
import { createGrantStore } from './grants.ts';
import { createIdempotencyStore, createIdempotencySweep } from './idempotency-keys.ts';
import { createKnownPaths } from './index-paths.ts';
import { createIndexRebuildStore } from './index-rebuild.ts';
import { createInteractionStore } from './interactions.ts';
import { createOutboxStore, createRefusalStore, createServerKeyStore } from './operations.ts';
import { createPermissionStore } from './permissions.ts';
import { createRefreshTokenStore } from './refresh-tokens.ts';
import { createRevocationStore } from './revocations.ts';
import { createSessionStore } from './sessions.ts';
import { createSigningKeyStore } from './signing-keys.ts';
import type { SqlEngine } from './statement.ts';
import { createTenancyStore } from './tenancy.ts';

export type SharedStores = Omit<Storage, 'changes' | 'ping' | 'backup' | 'close'>;

export function createSharedStores(engine: SqlEngine): SharedStores {
  const knownPaths = createKnownPaths();
  return {
    tenancy: createTenancyStore(engine),
    adminUsers: createAdminUserStore(engine),
    mailTokens: createMailTokenStore(engine),
    revocations: createRevocationStore(engine),
    serverKeys: createServerKeyStore(engine),
    refusals: createRefusalStore(engine),
    outbox: createOutboxStore(engine),
    clients: createClientStore(engine),
    indexRebuild: createIndexRebuildStore(engine),
    authorizationSweep: createAuthorizationSweep(engine),
    fanOuts: createFanOutStore(engine),
    collectionJobQueue: createCollectionJobQueue(engine),
    idempotencySweep: createIdempotencySweep(engine),
    entities: perRealm((realm) => createEntityStore(engine, realm, new Set(), knownPaths(realm))),
    edges: perRealm((realm) => createEdgeStore(engine, realm)),
    activities: perRealm((realm) => createActivityStore(engine, realm, knownPaths(realm))),
    devices: perRealm((realm) => createDeviceStore(engine, realm)),
    idempotency: perRealm((realm) => createIdempotencyStore(engine, realm)),
    collectionJobs: perRealm((realm) => createCollectionJobStore(engine, realm)),
    collectionSettings: perRealm((realm) => createCollectionSettingsStore(engine, realm)),
    permissions: perRealm((realm) => createPermissionStore(engine, realm)),
    credentials: perRealm((realm) => createCredentialStore(engine, realm)),
    sessions: perRealm((realm) => createSessionStore(engine, realm)),
    interactions: perRealm((realm) => createInteractionStore(engine, realm)),
    grants: perRealm((realm) => createGrantStore(engine, realm)),
    authorizationCodes: perRealm((realm) => createAuthorizationCodeStore(engine, realm)),
    refreshTokens: perRealm((realm) => createRefreshTokenStore(engine, realm)),
    deviceAuthorizations: perRealm((realm) => createDeviceAuthorizationStore(engine, realm)),
    signingKeys: perRealm((realm) => createSigningKeyStore(engine, realm)),
  };
}

/** Handles hold no resources: the newest few thousand are kept. */
function perRealm<Store>(create: (realm: number) => Store): (realm: number) => Store {
  const stores = new Map<number, Store>();
  return (realm) => {
    let store = stores.get(realm);
    if (!store) {
      if (stores.size >= 4096) stores.clear();
      store = create(realm);
      stores.set(realm, store);
    }
    return store;
  };
}
