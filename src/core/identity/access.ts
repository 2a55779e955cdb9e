/**
 * Who may do what: the reach of each principal (usergrid-auth.md 4.4), and path permissions for users and guests. A
 * token that was given to a client reaches less (delegated-reach.ts).
 */
import { type Awaitable, andThen } from '../awaitable.ts';
import { BoundedCache } from '../bounded-cache.ts';
import { KeygridError } from '../errors.ts';
import type { ChangeFeed } from '../oauth/revocation-store.ts';
import type { Application, Organization } from '../tenancy/tenancy.ts';
import type { Membership, TenancyCache } from '../tenancy/tenancy-cache.ts';
import type { Uuid } from '../uuid.ts';
import type { PermissionStore } from './accounts.ts';
import {
  isDelegated,
  type ManagementScope,
  requireDataScope,
  requireManagementScope,
  requireOwnToken,
} from './delegated-reach.ts';
import { compilePermissions, type Operation, type PermissionMatcher } from './permission-pattern.ts';
import type { Caller } from './principal.ts';

/** `through`: the scope by which a token that was given to a client is let through; without one, none is. */
export interface Access {
  isSuperuser(caller: Caller): Promise<boolean>;
  /** @throws KeygridError `system_access_denied` */
  requireSuperuser(caller: Caller): Promise<void>;
  /**
   * Until it is approved, only the superuser has access.
   * @throws KeygridError `organization_access_denied`, `insufficient_scope`
   */
  requireOrganization(caller: Caller, organization: Organization, through?: ManagementScope): Promise<void>;
  /** Superuser, member or client of the owning organization, or the application's own client; for themselves. */
  isApplicationAdmin(caller: Caller, application: Application): Awaitable<boolean>;
  /** @throws KeygridError `application_access_denied`, `insufficient_scope` */
  requireApplicationAdmin(caller: Caller, application: Application): Promise<void>;
  /** The admin user that the caller is. @throws KeygridError `admin_identity_missing`, `insufficient_scope` */
  requireAdminUser(caller: Caller, through?: ManagementScope): Promise<Membership>;
  /** The admin user itself or the superuser. @throws KeygridError `admin_user_access_denied`, `insufficient_scope` */
  requireAdminUserSelf(caller: Caller, adminUserUuid: Uuid, through?: ManagementScope): Promise<void>;
  /**
   * Whether path permissions let the caller do `operation` on `path` (relative to the application, from `/`).
   * Application admins need none. @throws KeygridError `permission_missing`, `application_access_denied`,
   * `insufficient_scope`
   */
  requirePermission(
    caller: Caller,
    application: Application,
    operation: Operation,
    path: string,
  ): Awaitable<void>;
}

export interface AccessOptions {
  cache: TenancyCache;
  changes: ChangeFeed;
  permissionsOf(application: Application): PermissionStore;
  /** A role of the application by name. */
  findRole(
    application: Application,
    name: string,
  ): Promise<{ uuid: Uuid; inactivityMilliseconds: number } | undefined>;
  /** The username of an application user, undefined when it is gone. */
  findUsername(application: Application, user: Uuid): Promise<{ username: string } | undefined>;
  /** The longest gap between two uses of the caller's token so far, in ms; notes this use. */
  longestIdle(caller: Caller): number;
}

export function createAccess(options: AccessOptions): Access {
  const { cache } = options;
  const matchersOf = createMatchers(options);

  function membershipOf(caller: Caller): Awaitable<Membership | undefined> {
    if (caller.principal?.kind !== 'admin_user') return undefined;
    return cache.membership(caller.principal.uuid);
  }

  const isSuperuser = async (caller: Caller): Promise<boolean> =>
    !isDelegated(caller) && (await membershipOf(caller))?.user.superuser === true;

  function belongsTo(caller: Caller, organizationUuid: Uuid): Awaitable<boolean> {
    const { principal } = caller;
    if (principal?.kind === 'organization_client') return principal.uuid === organizationUuid;
    return andThen(membershipOf(caller), (membership) => {
      if (membership === undefined) return false;
      return membership.organizationUuids.has(organizationUuid) || isSuperuser(caller);
    });
  }

  /** All data of the application are open to its administrators; through a client, as far as its scopes go. */
  function reachesAllOf(caller: Caller, application: Application): Awaitable<boolean> {
    const { principal } = caller;
    if (!principal || principal.kind === 'application_user') return false;
    if (principal.kind === 'application_client') return principal.realm === application.key;
    return belongsTo(caller, application.organizationUuid);
  }

  const isApplicationAdmin = (caller: Caller, application: Application): Awaitable<boolean> =>
    !isDelegated(caller) && reachesAllOf(caller, application);

  /** @throws KeygridError `application_access_denied` */
  const requireReach = (caller: Caller, application: Application): Awaitable<void> =>
    andThen(reachesAllOf(caller, application), (reaches) => {
      if (!reaches) throw accessDenied();
    });

  return {
    isSuperuser,
    isApplicationAdmin,
    async requireSuperuser(caller) {
      if (!(await isSuperuser(caller)))
        throw new KeygridError('system_access_denied', 'No system access authorized');
    },
    async requireOrganization(caller, organization, through) {
      requireManagementScope(caller, through);
      const usable = organization.activated || (await isSuperuser(caller));
      if (usable && (await belongsTo(caller, organization.uuid))) return;
      throw new KeygridError('organization_access_denied', 'No organization access authorized');
    },
    async requireApplicationAdmin(caller, application) {
      requireOwnToken(caller);
      if (await isApplicationAdmin(caller, application)) return;
      throw accessDenied();
    },
    async requireAdminUser(caller, through) {
      requireManagementScope(caller, through);
      const membership = await membershipOf(caller);
      if (membership) return membership;
      throw new KeygridError('admin_identity_missing', 'No admin identity for access credentials provided');
    },
    async requireAdminUserSelf(caller, adminUserUuid, through) {
      requireManagementScope(caller, through);
      const { principal } = caller;
      if (principal?.kind === 'admin_user' && principal.uuid === adminUserUuid) return;
      if (await isSuperuser(caller)) return;
      throw new KeygridError('admin_user_access_denied', 'No admin user access authorized');
    },
    requirePermission(caller, application, operation, path) {
      requireDataScope(caller, operation);
      const { principal } = caller;
      if (principal && principal.kind !== 'application_user') return requireReach(caller, application);
      if (principal && principal.realm !== application.key) throw accessDenied();
      const matchers = principal
        ? matchersOf.user(application, principal.uuid, options.longestIdle(caller))
        : matchersOf.guest(application);
      return andThen(matchers, (allowed) => {
        if (allowed.some((matcher) => matcher.implies(operation, path))) return;
        throw permissionMissing(operation, path, principal ? 'application_user' : 'guest');
      });
    },
  };
}

const accessDenied = (): KeygridError =>
  new KeygridError('application_access_denied', 'No application access authorized');

const permissionMissing = (operation: Operation, path: string, as: string): KeygridError =>
  new KeygridError('permission_missing', 'Subject does not have permission to access this resource', {
    subject: { operation, path, as },
  });

/** A user's permissions: those that always count, and those of roles that count while the token was not idle. */
interface UserMatchers {
  always: PermissionMatcher;
  whileActive: { matcher: PermissionMatcher; inactivityMilliseconds: number }[];
}

function createMatchers(options: AccessOptions): {
  guest(application: Application): Awaitable<PermissionMatcher[]>;
  user(application: Application, user: Uuid, longestIdle: number): Awaitable<PermissionMatcher[]>;
} {
  const guests = new BoundedCache<number, PermissionMatcher>(2_000);
  const users = new BoundedCache<string, UserMatchers>(20_000);
  let generation = 0;
  options.changes.subscribe(({ topic }) => {
    if (topic !== 'permissions') return;
    generation += 1;
    guests.clear();
    users.clear();
  });

  async function readGuest(application: Application): Promise<PermissionMatcher> {
    const role = await options.findRole(application, 'guest');
    return compilePermissions(role ? await options.permissionsOf(application).list(role.uuid) : []);
  }

  async function readUser(application: Application, user: Uuid): Promise<UserMatchers> {
    const [account, grants, defaultRole] = await Promise.all([
      options.findUsername(application, user),
      options.permissionsOf(application).grantsOfUser(user),
      options.findRole(application, 'default'),
    ]);
    if (!account) return { always: compilePermissions([]), whileActive: [] };
    const always = [...grants.permissions];
    if (defaultRole) always.push(...(await options.permissionsOf(application).list(defaultRole.uuid)));
    const subject = { uuid: user, username: account.username };
    const limited = grants.roles.filter((role) => role.inactivityMilliseconds > 0);
    for (const role of grants.roles) if (role.inactivityMilliseconds === 0) always.push(...role.permissions);
    return {
      always: compilePermissions(always, subject),
      whileActive: limited.map(({ permissions, inactivityMilliseconds }) => ({
        matcher: compilePermissions(permissions, subject),
        inactivityMilliseconds,
      })),
    };
  }

  const kept = <Key, Value>(
    cache: BoundedCache<Key, Value>,
    key: Key,
    read: () => Promise<Value>,
  ): Awaitable<Value> => cache.get(key) ?? readAndKeep(cache, key, read);

  async function readAndKeep<Key, Value>(
    cache: BoundedCache<Key, Value>,
    key: Key,
    read: () => Promise<Value>,
  ): Promise<Value> {
    const readAt = generation;
    const value = await read();
    if (readAt === generation) cache.set(key, value);
    return value;
  }

  return {
    guest: (application) =>
      andThen(
        kept(guests, application.key, () => readGuest(application)),
        (matcher) => [matcher],
      ),
    user(application, user, longestIdle) {
      const key = `${application.key}:${user}`;
      return andThen(
        kept(users, key, () => readUser(application, user)),
        ({ always, whileActive }) => {
          if (whileActive.length === 0) return [always];
          const active = whileActive.filter((role) => longestIdle <= role.inactivityMilliseconds);
          return [always, ...active.map((role) => role.matcher)];
        },
      );
    },
  };
}
