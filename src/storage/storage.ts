/**
 * The storage contract: narrow stores, each declared beside the flow that needs it, gathered here for the engines to
 * implement and for `main` to hand out. Both engines pass test/storage-conformance.
 */
import type { ActivityStore, FanOutStore } from '../core/activities/activity-store.ts';
import type { ClientStore } from '../core/clients/client.ts';
import type { DeviceStore } from '../core/devices/user-devices.ts';
import type { CollectionJobQueue, CollectionJobStore } from '../core/entities/collections/collection-jobs.ts';
import type { CollectionSettingsStore } from '../core/entities/collections/collection-settings-service.ts';
import type { IdempotencyStore, IdempotencySweep } from '../core/entities/collections/idempotency.ts';
import type { EdgeStore, EntityStore } from '../core/entities/entity-store.ts';
import type { IndexRebuildStore } from '../core/entities/index/index-rebuild.ts';
import type { OutboxStore, RefusalStore } from '../core/explain.ts';
import type {
  AdminUserStore,
  CredentialStore,
  MailTokenStore,
  PermissionStore,
} from '../core/identity/accounts.ts';
import type { ServerKeyStore } from '../core/keys/key-store.ts';
import type { SigningKeyStore } from '../core/keys/signing-key-store.ts';
import type {
  AuthorizationCodeStore,
  AuthorizationSweep,
  DeviceAuthorizationStore,
  GrantStore,
  RefreshTokenStore,
} from '../core/oauth/authorization.ts';
import type { ChangeFeed, RevocationStore } from '../core/oauth/revocation-store.ts';
import type { InteractionStore, SessionStore } from '../core/sessions/session-store.ts';
import type { RealmKey, TenancyStore } from '../core/tenancy/tenancy.ts';

export interface Storage {
  tenancy: TenancyStore;
  adminUsers: AdminUserStore;
  mailTokens: MailTokenStore;
  revocations: RevocationStore;
  serverKeys: ServerKeyStore;
  refusals: RefusalStore;
  outbox: OutboxStore;
  clients: ClientStore;
  authorizationSweep: AuthorizationSweep;
  fanOuts: FanOutStore;
  indexRebuild: IndexRebuildStore;
  collectionJobQueue: CollectionJobQueue;
  idempotencySweep: IdempotencySweep;
  changes: ChangeFeed;
  entities(application: RealmKey): EntityStore;
  edges(application: RealmKey): EdgeStore;
  activities(application: RealmKey): ActivityStore;
  devices(application: RealmKey): DeviceStore;
  collectionSettings(application: RealmKey): CollectionSettingsStore;
  idempotency(application: RealmKey): IdempotencyStore;
  collectionJobs(application: RealmKey): CollectionJobStore;
  permissions(application: RealmKey): PermissionStore;
  credentials(realm: RealmKey): CredentialStore;
  sessions(realm: RealmKey): SessionStore;
  interactions(realm: RealmKey): InteractionStore;
  grants(realm: RealmKey): GrantStore;
  authorizationCodes(realm: RealmKey): AuthorizationCodeStore;
  refreshTokens(realm: RealmKey): RefreshTokenStore;
  deviceAuthorizations(realm: RealmKey): DeviceAuthorizationStore;
  signingKeys(realm: RealmKey): SigningKeyStore;
  /** Answers when the database does. @throws KeygridError `store_unavailable` */
  ping(): Promise<void>;
  /** A consistent copy, made while the store is in use. */
  backup(targetPath: string): Promise<void>;
  /** Finishes what was begun, then closes. */
  close(): Promise<void>;
}
