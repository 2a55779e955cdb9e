/** Everything the core offers to dialects, pages, administration and the command line. Put together in src/main. */
import type { Activities } from './activities/activities.ts';
import type { FanOuts } from './activities/fan-out.ts';
import type { ClientChangesAs } from './clients/audited-clients.ts';
import type { ClientAuthentication } from './clients/client-authentication.ts';
import type { ClientService } from './clients/client-service.ts';
import type { UserDevices } from './devices/user-devices.ts';
import type { CollectionJobs } from './entities/collections/collection-jobs.ts';
import type { CollectionSettingsService } from './entities/collections/collection-settings-service.ts';
import type { Idempotency } from './entities/collections/idempotency.ts';
import type { Connections } from './entities/connections/connections.ts';
import type { SubCollectionReader } from './entities/connections/sub-collections.ts';
import type { Entities } from './entities/entities.ts';

import type { OutboxStore, RefusalStore } from './explain.ts';
import type { ExplainLog } from './explain-log.ts';
import type { Access } from './identity/access.ts';
import type { AdminUserStore } from './identity/accounts.ts';
import type { AdminAccounts } from './identity/admin-accounts.ts';
import type { AdminActivation } from './identity/admin-activation.ts';
import type { ApplicationAccounts } from './identity/application-accounts.ts';
import type { ApplicationActivation } from './identity/application-activation.ts';
import type { Authenticator } from './identity/authenticator.ts';
import type { Login } from './identity/login.ts';
import type { Memberships } from './identity/memberships.ts';
import type { PrincipalNames } from './identity/name-principal.ts';
import type { PathPermission } from './identity/path-permission.ts';
import type { Roles } from './identity/roles.ts';
import type { TypedServices } from './identity/typed-services.ts';
import type { UserTokens } from './identity/user-tokens.ts';
import type { SigningKeys } from './keys/signing-keys.ts';
import type { AuthorizationCodes } from './oauth/authorization-codes.ts';
import type { Authorization } from './oauth/authorize/index.ts';
import type { ClientTokenEndpoint } from './oauth/client-token-endpoint.ts';
import type { DelegatedTokens } from './oauth/delegated-tokens.ts';
import type { DeviceAuthorizationEndpoint } from './oauth/device-authorization.ts';
import type { GrantManagement } from './oauth/granted-access.ts';
import type { Introspection } from './oauth/introspection.ts';
import type { TokenRevocation } from './oauth/revocation.ts';
import type { TokenAuthority } from './oauth/token-authority.ts';
import type { TokenEndpoint } from './oauth/token-endpoint.ts';
import type { TokenUsers } from './oauth/token-users.ts';
import type { IdTokens } from './oidc/id-token.ts';
import type { Issuers } from './oidc/issuer.ts';
import type { IssuerFeatureSource } from './oidc/issuer-features.ts';
import type { Userinfo } from './oidc/userinfo.ts';
import type { Members } from './tenancy/members.ts';
import type { SignUp } from './tenancy/sign-up.ts';
import type { TenancyStore } from './tenancy/tenancy.ts';
import type { TenancyCache } from './tenancy/tenancy-cache.ts';
import type { Tenancy } from './tenancy/tenancy-service.ts';
import type { Uuid } from './uuid.ts';

export interface AccountServices {
  login: Login;
  adminAccounts: AdminAccounts;
  adminActivation: AdminActivation;
  applicationAccounts: ApplicationAccounts;
  applicationActivation: ApplicationActivation;
  /** When the admin user last changed the password, in ms since the epoch; 0 when none was ever set. */
  passwordChangedAt(adminUser: Uuid): Promise<number>;
}

/** What serves registered clients, and the users who allowed them something. */
export interface ClientServices {
  clients: ClientService;
  clientChangesAs: ClientChangesAs;
  clientAuthentication: ClientAuthentication;
  tokenUsers: TokenUsers;
  authorizationCodes: AuthorizationCodes;
  /** Of the standard and the autodesk dialect; `tokenEndpoint` is the usergrid dialect's. */
  clientTokenEndpoint: ClientTokenEndpoint;
  delegatedTokens: DelegatedTokens;
  deviceAuthorizations: DeviceAuthorizationEndpoint;
  introspection: Introspection;
  tokenRevocation: TokenRevocation;
  grantManagement: GrantManagement;
}

/** What the issuers sign, and who they are. */
export interface SigningServices {
  issuers: Issuers;
  issuerFeatures: IssuerFeatureSource;
  signingKeys: SigningKeys;
  idTokens: IdTokens;
  userinfo: Userinfo;
}

/** Users of every realm in their browsers. */
export interface AuthorizationServices {
  authorization: Authorization;
}

export interface Core extends AccountServices, ClientServices, SigningServices, AuthorizationServices {
  tenancy: Tenancy;
  signUp: SignUp;
  members: Members;
  tenancyCache: TenancyCache;
  /** Lists that no rule stands between: pages of organizations, members, applications. */
  tenancyStore: TenancyStore;
  adminUserStore: AdminUserStore;
  entities: Entities;
  collectionSettings: CollectionSettingsService;
  collectionJobs: CollectionJobs;
  idempotency: Idempotency;
  roles: Roles;
  memberships: Memberships;
  connections: Connections;
  subCollections: SubCollectionReader;
  activities: Activities;
  /** Activities on their way into feeds, beside the requests. */
  fanOuts: FanOuts;
  userDevices: UserDevices;
  /** For users, roles and groups; all other types are written through `entities`. */
  typedServices: TypedServices;
  access: Access;
  pathPermission: PathPermission;
  authenticator: Authenticator;
  tokens: TokenAuthority;
  tokenEndpoint: TokenEndpoint;
  userTokens: UserTokens;
  refusals: RefusalStore;
  explainLog: ExplainLog;
  principalNames: PrincipalNames;
  outbox: OutboxStore;
  refreshTokenKeys(): Promise<void>;
}
