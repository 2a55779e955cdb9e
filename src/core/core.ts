/** Everything the core offers to dialects, pages, administration and the command line. Put together in src/main. */
import type { RefusalStore } from './explain.ts';
import type { Access } from './identity/access.ts';
import type { AdminUserStore } from './identity/accounts.ts';
import type { Authenticator } from './identity/authenticator.ts';
import type { TokenAuthority } from './oauth/token-authority.ts';
import type { TokenEndpoint } from './oauth/token-endpoint.ts';
import type { TenancyStore } from './tenancy/tenancy.ts';
import type { TenancyCache } from './tenancy/tenancy-cache.ts';
import type { Tenancy } from './tenancy/tenancy-service.ts';
import type { Uuid } from './uuid.ts';

export interface Core {
  tenancy: Tenancy;
  tenancyCache: TenancyCache;
  /** Lists that no rule stands between: pages of organizations, members, applications. */
  tenancyStore: TenancyStore;
  adminUserStore: AdminUserStore;
  access: Access;
  authenticator: Authenticator;
  tokens: TokenAuthority;
  tokenEndpoint: TokenEndpoint;
  refusals: RefusalStore;
  /** When the admin user last changed the password, in ms since the epoch; 0 when none was ever set. */
  passwordChangedAt(adminUser: Uuid): Promise<number>;
}
