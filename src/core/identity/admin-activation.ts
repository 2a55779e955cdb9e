/** What a new admin user needs before the first sign-in: a confirmed address, an approval. usergrid-auth.md 8.7. */
import type { Clock } from '../ports.ts';
import type { Organization } from '../tenancy/tenancy.ts';
import type { AccountMail } from './account-mail.ts';
import { managementPlace, type Origin } from './account-place.ts';
import type { AdminUser, AdminUserStore, MailTokenPurpose } from './accounts.ts';
import type { MailTokenBinding, MailTokens } from './mail-tokens.ts';
import type { MailLimit } from './throttle.ts';

export interface AdminAccountSettings {
  /** New admin users confirm their address before they sign in. */
  requireConfirmation: boolean;
  /** The operator approves new admin users. */
  requireApproval: boolean;
}

export interface AdminActivation {
  stateOfNew(superuser: boolean): Pick<AdminUser, 'activated' | 'confirmed'>;
  requiresConfirmation(user: AdminUser): boolean;
  /** Sends the mail that asks for what is missing. Whether there was any to send. */
  welcome(user: AdminUser): Promise<boolean>;
  /** Notes that the owner of the account reads mail to its address; activates, unless an approval is to come. */
  addressProven(user: AdminUser): Promise<AdminUser>;

  /** @throws KeygridError `mail_token_invalid` */
  confirm(user: AdminUser, token: unknown): Promise<{ user: AdminUser; awaitsApproval: boolean }>;
  /** By the link that the operator got. @throws KeygridError `mail_token_invalid` */
  activate(user: AdminUser, token: unknown): Promise<AdminUser>;
  /** By the superuser, without a link. */
  approve(user: AdminUser): Promise<AdminUser>;
  /**
   * The mail of `welcome` again; the confirmation again where nothing is missing. Whether mail was sent: not for the
   * caller's eyes. @throws KeygridError `throttled`, for unknown references as well.
   */
  reactivate(
    reference: string,
    find: (reference: string) => Promise<AdminUser | undefined>,
    origin: Origin,
  ): Promise<boolean>;
  /** Tells a user of a new membership. */
  invite(user: AdminUser, organization: Pick<Organization, 'name'>): Promise<boolean>;

  /** Asks the operator to approve an organization. */
  requestOrganizationApproval(organization: Pick<Organization, 'uuid' | 'name'>): Promise<boolean>;
  /** Uses up the operator's link; the organization is the caller's to change. @throws KeygridError `mail_token_invalid` */
  useOrganizationApproval(organization: Pick<Organization, 'uuid'>, token: unknown): Promise<void>;
}

export interface AdminActivationOptions {
  adminUsers: Pick<AdminUserStore, 'update'>;
  mailTokens: MailTokens;
  mail: AccountMail;
  mailLimit: MailLimit;
  settings: AdminAccountSettings;
  clock: Clock;
}

export function createAdminActivation(options: AdminActivationOptions): AdminActivation {
  const { adminUsers, mailTokens, mail, mailLimit, settings, clock } = options;
  const { requireConfirmation, requireApproval } = settings;

  async function sendConfirmation(user: AdminUser): Promise<boolean> {
    return mail.confirmation(managementPlace, user, await mailTokens.issue(confirmationOf(user)));
  }

  async function sendApproval(user: AdminUser): Promise<boolean> {
    const token = await mailTokens.issue(bindingOf(user.uuid, 'activate'));
    return mail.approvalOfUser(managementPlace, user, token);
  }

  const requiresConfirmation = (user: AdminUser): boolean => requireConfirmation && !user.superuser;

  async function welcome(user: AdminUser): Promise<boolean> {
    if (requiresConfirmation(user) && !user.confirmed) return sendConfirmation(user);
    return user.activated ? false : sendApproval(user);
  }

  async function store(user: AdminUser): Promise<AdminUser> {
    const stored = { ...user, modified: clock.now() };
    await adminUsers.update(stored);
    return stored;
  }

  async function approve(user: AdminUser): Promise<AdminUser> {
    if (user.activated) return user;
    const activated = await store({ ...user, activated: true });
    await mail.activated(activated);
    return activated;
  }

  async function addressProven(user: AdminUser): Promise<AdminUser> {
    if (user.confirmed) return user;
    const confirmed = await store({
      ...user,
      confirmed: true,
      activated: user.activated || !requireApproval,
    });
    if (!confirmed.activated) await sendApproval(confirmed);
    return confirmed;
  }

  return {
    requiresConfirmation,
    welcome,
    approve,
    addressProven,
    stateOfNew: (superuser) => ({
      confirmed: superuser || !requireConfirmation,
      activated: superuser || !(requireConfirmation || requireApproval),
    }),
    async confirm(user, token) {
      await mailTokens.use(String(token), confirmationOf(user));
      const confirmed = await addressProven(user);
      return { user: confirmed, awaitsApproval: !confirmed.activated };
    },
    async activate(user, token) {
      await mailTokens.use(String(token), bindingOf(user.uuid, 'activate'));
      return approve(user);
    },
    async reactivate(reference, find, { address }) {
      mailLimit.take({ realm: managementPlace.realm, reference, address });
      const user = await find(reference);
      if (!user || user.disabled) return false;
      return user.confirmed && user.activated ? sendConfirmation(user) : welcome(user);
    },
    invite: (user, { name }) => mail.invitation(user, name),
    async requestOrganizationApproval({ uuid, name }) {
      const token = await mailTokens.issue(bindingOf(uuid, 'activate_organization'));
      return mail.approvalOfOrganization({ uuid, name }, token);
    },
    useOrganizationApproval: ({ uuid }, token) =>
      mailTokens.use(String(token), bindingOf(uuid, 'activate_organization')),
  };
}

const bindingOf = (subject: string, purpose: MailTokenPurpose): MailTokenBinding => ({
  realm: managementPlace.realm,
  subject,
  purpose,
});

const confirmationOf = ({ uuid, email }: AdminUser): MailTokenBinding => ({
  ...bindingOf(uuid, 'confirm'),
  address: email,
});
