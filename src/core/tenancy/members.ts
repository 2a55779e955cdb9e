/** Who belongs to an organization. usergrid-auth.md 8.2. Who may change it is decided by access.ts. */
import type { Access } from '../identity/access.ts';
import type { AdminUser, AdminUserStore } from '../identity/accounts.ts';
import type { AdminAccounts, NewAdminUser } from '../identity/admin-accounts.ts';
import type { AdminActivation } from '../identity/admin-activation.ts';
import type { Caller } from '../identity/principal.ts';
import { createRateLimit } from '../identity/rate-limit.ts';
import type { Clock } from '../ports.ts';
import type { Organization, TenancyStore } from './tenancy.ts';

export interface Members {
  list(organization: Organization): Promise<AdminUser[]>;
  /**
   * Adds an admin user, who is told by mail; a new one gets mail to choose a password before that. With `mayExist`
   * false the address must be new.
   * @throws KeygridError `invalid_argument`, `password_policy`, `duplicate_value`, `throttled`
   */
  invite(
    caller: Caller,
    organization: Organization,
    given: NewAdminUser,
    options: { mayExist: boolean },
  ): Promise<AdminUser>;
  /** Idempotent; who was no member is told by mail. @throws KeygridError `throttled` */
  add(caller: Caller, organization: Organization, user: AdminUser): Promise<void>;
  /** The user's access ends with it. @throws KeygridError `last_member` */
  remove(organization: Organization, user: AdminUser): Promise<void>;
}

export interface MembersOptions {
  store: Pick<TenancyStore, 'memberUuids' | 'addMember' | 'removeMember'>;
  adminUsers: AdminUserStore;
  accounts: AdminAccounts;
  activation: AdminActivation;
  access: Pick<Access, 'isSuperuser'>;
  clock: Clock;
}

/** An organization's members could have mail sent to anyone: not without end. */
const invitations = { limit: 200, windowMilliseconds: 3_600_000 };

export function createMembers(options: MembersOptions): Members {
  const { store, adminUsers, accounts, activation, access } = options;
  const limit = createRateLimit({ clock: options.clock, ...invitations });

  async function add(caller: Caller, organization: Organization, user: AdminUser): Promise<void> {
    if ((await store.memberUuids(organization.uuid)).includes(user.uuid)) return;
    if (!(await access.isSuperuser(caller))) limit.take(organization.uuid);
    await store.addMember(organization.uuid, user.uuid);
    await activation.invite(user, organization);
  }

  async function create(caller: Caller, organization: Organization, given: NewAdminUser): Promise<AdminUser> {
    const { user, credential } = await accounts.prepare(given);
    if (!(await access.isSuperuser(caller))) limit.take(organization.uuid);
    await adminUsers.create(user, credential);
    await store.addMember(organization.uuid, user.uuid);
    // The link to choose a password proves the address as well; what is left to ask for is an approval.
    if (user.confirmed) await accounts.welcome(user);
    await accounts.sendPasswordReset(user);
    await activation.invite(user, organization);
    return user;
  }

  return {
    add,
    list: async ({ uuid }) => adminUsers.findMany(await store.memberUuids(uuid)),
    async invite(caller, organization, given, { mayExist }) {
      const { email } = given;
      const known = mayExist && typeof email === 'string' ? await adminUsers.find({ email }) : undefined;
      if (!known) return create(caller, organization, given);
      await add(caller, organization, known);
      return known;
    },
    remove: (organization, user) => store.removeMember(organization.uuid, user.uuid),
  };
}
