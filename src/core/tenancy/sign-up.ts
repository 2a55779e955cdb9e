/** How organizations and admin users come to be: by sign-up, or by who is in already. usergrid-auth.md 8.1, 8.5, 8.7. */
import { KeygridError } from '../errors.ts';
import type { Access } from '../identity/access.ts';
import type { DoneBy } from '../identity/account-audit.ts';
import { managementPlace, type Origin } from '../identity/account-place.ts';
import type { AdminUser } from '../identity/accounts.ts';
import type { AdminAccounts, NewAdminUser } from '../identity/admin-accounts.ts';
import type { AdminActivation } from '../identity/admin-activation.ts';
import { requireAcceptablePassword } from '../identity/password-policy.ts';
import type { Caller } from '../identity/principal.ts';
import type { MailLimit } from '../identity/throttle.ts';
import { requireOrganizationName } from './names.ts';
import { requireProperties } from './own-properties.ts';
import type { NewOwner, Organization } from './tenancy.ts';
import type { Tenancy } from './tenancy-service.ts';

export interface NewOrganization {
  name: unknown;
  properties?: unknown;
}

export interface SignUp {
  /**
   * An organization with its first member and a sandbox: all of it, or nothing. The superuser may leave the password
   * out, to make a known admin user the owner.
   * @throws KeygridError `signup_closed`, `invalid_argument`, `password_policy`, `duplicate_value`, `overloaded`
   */
  createOrganization(
    caller: Caller,
    given: NewOrganization,
    owner: NewAdminUser,
  ): Promise<{ organization: Organization; owner: AdminUser }>;
  /** An admin user without an organization. @throws KeygridError as `createOrganization` */
  createAdminUser(caller: Caller, given: NewAdminUser): Promise<AdminUser>;
  /** One more organization of an admin user, without a sandbox. @throws KeygridError as `createOrganization` */
  addOrganization(caller: Caller, owner: AdminUser, given: NewOrganization): Promise<Organization>;
  /** By the link that the operator got. @throws KeygridError `mail_token_invalid` */
  activateOrganization(organization: Organization, token: unknown): Promise<void>;
  /** Asks for the approval again, where one is missing. @throws KeygridError `throttled` */
  reactivateOrganization(organization: Organization, origin: Origin): Promise<void>;
}

export interface SignUpOptions {
  tenancy: Tenancy;
  access: Pick<Access, 'isSuperuser'>;
  accounts: AdminAccounts;
  activation: AdminActivation;
  mailLimit: MailLimit;
  settings: {
    signup: 'open' | 'closed';
    /** The operator approves new organizations. */
    requireOrganizationApproval: boolean;
  };
}

export function createSignUp(options: SignUpOptions): SignUp {
  const { tenancy, access, accounts, activation, mailLimit, settings } = options;

  /** Whether the caller is the superuser, who is always let in. */
  async function requireOpen(caller: Caller): Promise<boolean> {
    const isSuperuser = await access.isSuperuser(caller);
    if (isSuperuser || settings.signup === 'open') return isSuperuser;
    throw new KeygridError('signup_closed', 'Public organization registration is disabled');
  }

  async function ownerOf(given: NewAdminUser, bySuperuser: boolean): Promise<AdminUser | NewOwner> {
    const isKnown = bySuperuser && !given.password && typeof given.email === 'string';
    const known = isKnown ? await accounts.find(given.email as string) : undefined;
    if (known) return known;
    requireAcceptablePassword(given.password ?? '');
    return accounts.prepare(given);
  }

  async function create(
    { name, properties = {} }: NewOrganization,
    owner: AdminUser | NewOwner,
    { sandbox, bySuperuser, actor }: DoneBy & { sandbox: boolean; bySuperuser: boolean },
  ): Promise<Organization> {
    const activated = bySuperuser || !settings.requireOrganizationApproval;
    const organization = await tenancy.createOrganization(
      requireName(name),
      requireProperties(properties),
      'user' in owner ? owner : owner.uuid,
      { sandbox, activated, actor },
    );
    if (!activated) await activation.requestOrganizationApproval(organization);
    return organization;
  }

  return {
    async createOrganization(caller, given, ownerGiven) {
      const bySuperuser = await requireOpen(caller);
      requireName(given.name);
      const owner = await ownerOf(ownerGiven, bySuperuser);
      const how = { sandbox: true, bySuperuser, actor: caller.principal };
      const organization = await create(given, owner, how);
      if (!('user' in owner)) return { organization, owner };
      await accounts.welcome(owner.user);
      return { organization, owner: owner.user };
    },
    async createAdminUser(caller, given) {
      await requireOpen(caller);
      requireAcceptablePassword(given.password ?? '');
      return accounts.create(given, { actor: caller.principal });
    },
    async addOrganization(caller, owner, given) {
      const bySuperuser = await requireOpen(caller);
      return create(given, owner, { sandbox: false, bySuperuser, actor: caller.principal });
    },
    async activateOrganization(organization, token) {
      await activation.useOrganizationApproval(organization, token);
      await tenancy.setOrganizationActivated(organization);
    },
    async reactivateOrganization(organization, { address }) {
      mailLimit.take({ realm: managementPlace.realm, reference: organization.uuid, address });
      if (!organization.activated) await activation.requestOrganizationApproval(organization);
    },
  };
}

/** @throws KeygridError `invalid_argument` */
function requireName(name: unknown): string {
  if (typeof name === 'string' && name !== '') return requireOrganizationName(name);
  throw new KeygridError('invalid_argument', 'The organization parameter was missing');
}
