/** What a new application user needs before the first sign-in, as the application's properties say. usergrid-auth.md 9.6. */
import type { StoredEntity } from '../entities/entity-store.ts';
import type { Application } from '../tenancy/tenancy.ts';
import type { AccountMail } from './account-mail.ts';
import { type Origin, placeOf } from './account-place.ts';
import type { MailTokenPurpose } from './accounts.ts';
import { type ApplicationUser, applicationUserOf } from './application-user.ts';
import type { MailTokenBinding, MailTokens } from './mail-tokens.ts';
import type { MailLimit } from './throttle.ts';
import type { UserEntitiesSource } from './user-entities.ts';

export interface ApplicationActivation {
  requiresConfirmation(application: Application): boolean;
  /** Whether new users may sign in at once. */
  activatesAtOnce(application: Application): boolean;
  /** Sends the mail that asks for what is missing. Whether there was any to send. */
  welcome(application: Application, user: StoredEntity): Promise<boolean>;
  /** @throws KeygridError `mail_token_invalid` */
  confirm(
    application: Application,
    user: StoredEntity,
    token: unknown,
  ): Promise<{ user: StoredEntity; awaitsApproval: boolean }>;
  /** By the link that the application's administrators got. @throws KeygridError `mail_token_invalid` */
  activate(application: Application, user: StoredEntity, token: unknown): Promise<StoredEntity>;
  /**
   * The mail of `welcome` again. Whether mail was sent: not for the caller's eyes.
   * @throws KeygridError `throttled`, for unknown references as well.
   */
  reactivate(application: Application, reference: string, origin: Origin): Promise<boolean>;
}

export interface ApplicationActivationOptions {
  entities: UserEntitiesSource;
  /** Addresses of those who approve new users: the members of the organization. */
  administratorsOf(application: Application): Promise<string[]>;
  mailTokens: MailTokens;
  mail: AccountMail;
  mailLimit: MailLimit;
}

const isOn = (value: unknown): boolean => value === true || value === 'true';

const requiresConfirmation = ({ properties }: Application): boolean =>
  isOn(properties.registration_requires_email_confirmation);
const requiresApproval = ({ properties }: Application): boolean =>
  isOn(properties.registration_requires_admin_approval);

export function createApplicationActivation(options: ApplicationActivationOptions): ApplicationActivation {
  const { entities, mailTokens, mail, mailLimit } = options;

  async function sendApproval(application: Application, user: ApplicationUser): Promise<boolean> {
    const token = await mailTokens.issue(bindingOf(application, user, 'activate'));
    return mail.approvalOfUser(
      placeOf(application),
      user,
      token,
      await options.administratorsOf(application),
    );
  }

  async function sendConfirmation(application: Application, user: ApplicationUser): Promise<boolean> {
    if (user.email === undefined) return false;
    const token = await mailTokens.issue(bindingOf(application, user, 'confirm'));
    return mail.confirmation(placeOf(application), user, token);
  }

  async function welcome(application: Application, entity: StoredEntity): Promise<boolean> {
    const user = applicationUserOf(entity);
    if (requiresConfirmation(application) && !user.confirmed) return sendConfirmation(application, user);
    return !user.activated && sendApproval(application, user);
  }

  return {
    requiresConfirmation,
    activatesAtOnce: (application) => !requiresConfirmation(application) && !requiresApproval(application),
    welcome,
    async confirm(application, entity, token) {
      const user = applicationUserOf(entity);
      await mailTokens.use(String(token), bindingOf(application, user, 'confirm'));
      const needsApproval = requiresApproval(application) || user.deactivated;
      const activated = user.activated || !needsApproval;
      const patch = { confirmed: true, activated };
      const updated = await entities.of(application).update('user', entity, patch);
      if (!activated && !user.deactivated) await sendApproval(application, user);
      return { user: updated, awaitsApproval: !activated };
    },
    async activate(application, entity, token) {
      const user = applicationUserOf(entity);
      await mailTokens.use(String(token), bindingOf(application, user, 'activate'));
      const patch = { activated: true, deactivated: null };
      const activated = await entities.of(application).update('user', entity, patch);
      await mail.activated(user);
      return activated;
    },
    async reactivate(application, reference, { address }) {
      mailLimit.take({ realm: application.key, reference, address });
      const entity = await entities.of(application).resolve('user', reference);
      if (!entity) return false;
      const { disabled, deactivated } = applicationUserOf(entity);
      // Whom an administrator shut out does not come back by mail.
      return !disabled && !deactivated && welcome(application, entity);
    },
  };
}

/** A confirmation proves the address that it was sent to; an approval was sent to others. */
const bindingOf = (
  { key }: Application,
  { uuid, email }: ApplicationUser,
  purpose: MailTokenPurpose,
): MailTokenBinding => ({
  realm: key,
  subject: uuid,
  purpose,
  ...(purpose === 'confirm' ? { address: email ?? '' } : {}),
});
