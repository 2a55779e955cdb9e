/** Who belongs to an organization. usergrid-auth.md 8.2. Who may change it is decided by access.ts. */
import type { Access } from '../identity/access.ts';
import type { AdminUser, AdminUserStore } from '../identity/accounts.ts';
import type { AdminAccounts, NewAdminUser } from '../identity/admin-accounts.ts';
import type { AdminActivation } from '../identity/admin-activation.ts';
import type { Caller, Principal } from '../identity/principal.ts';
import { createRateLimit } from '../identity/rate-limit.ts';
import type { Clock, Log } from '../ports.ts';
import type { Uuid } from '../uuid.ts';
import type { Organization, TenancyStore } from './tenancy.ts';
import { createTenancyAudit } from './tenancy-audit.ts';

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
  /** Adds whom the operator says: no mail is sent, and nothing counted. Idempotent. */
  enroll(organization: Organization, user: Pick<AdminUser, 'uuid'>): Promise<void>;
  /** The user's access ends with it. @throws KeygridError `last_member` */
  remove(caller: Caller, organization: Organization, user: AdminUser): Promise<void>;
}

export interface MembersOptions {
  store: Pick<TenancyStore, 'memberUuids' | 'addMember' | 'removeMember'>;
  adminUsers: Pick<AdminUserStore, 'find' | 'findMany'>;
  accounts: AdminAccounts;
  activation: AdminActivation;
  access: Pick<Access, 'isSuperuser'>;
  clock: Clock;
  log: Log;
}

/** An organization's members could have mail sent to anyone: not without end. */
const invitations = { limit: 200, windowMilliseconds: 3_600_000 };

export function createMembers(options: MembersOptions): Members {
  const { store, adminUsers, accounts, activation, access } = options;
  const limit = createRateLimit({ clock: options.clock, ...invitations });
  const note = createTenancyAudit(options.log);

  async function join(organization: Organization, user: Uuid, actor?: Principal): Promise<void> {
    const isNew = await store.addMember(organization.uuid, user);
    if (isNew) note.member('member_added', organization, user, actor);
  }

  async function add(caller: Caller, organization: Organization, user: AdminUser): Promise<void> {
    if ((await store.memberUuids(organization.uuid)).includes(user.uuid)) return;
    if (!(await access.isSuperuser(caller))) limit.take(organization.uuid);
    await join(organization, user.uuid, caller.principal);
    await activation.invite(user, organization);
  }

  async function create(caller: Caller, organization: Organization, given: NewAdminUser): Promise<AdminUser> {
    const prepared = await accounts.prepare(given);
    if (!(await access.isSuperuser(caller))) limit.take(organization.uuid);
    const user = await accounts.store(prepared, { actor: caller.principal });
    await join(organization, user.uuid, caller.principal);
    // The link to choose a password proves the address as well; what is left to ask for is an approval.
    if (user.confirmed) await accounts.welcome(user);
    await accounts.sendPasswordReset(user);
    await activation.invite(user, organization);
    return user;
  }

  return {
    add,
    enroll: (organization, { uuid }) => join(organization, uuid),
    list: async ({ uuid }) => adminUsers.findMany(await store.memberUuids(uuid)),
    async invite(caller, organization, given, { mayExist }) {
      const { email } = given;
      const known = mayExist && typeof email === 'string' ? await adminUsers.find({ email }) : undefined;
      if (!known) return create(caller, organization, given);
      await add(caller, organization, known);
      return known;
    },
    async remove({ principal }, organization, { uuid }) {
      const wasMember = await store.removeMember(organization.uuid, uuid);
      if (wasMember) note.member('member_removed', organization, uuid, principal);
    },
  };
}
