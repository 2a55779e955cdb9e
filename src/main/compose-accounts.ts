/** The account services of the core: sign-in, admin users, application users, and the mail about them. */
import type { Configuration } from '../config/index.ts';
import type { AccountServices } from '../core/core.ts';
import type { Entities } from '../core/entities/entities.ts';
import { createAccountMail } from '../core/identity/account-mail.ts';
import { managementPlace } from '../core/identity/account-place.ts';
import type { AccountTokens } from '../core/identity/account-tokens.ts';
import { createAdminAccounts } from '../core/identity/admin-accounts.ts';
import { createAdminActivation } from '../core/identity/admin-activation.ts';
import { createApplicationAccounts } from '../core/identity/application-accounts.ts';
import { createApplicationActivation } from '../core/identity/application-activation.ts';
import { createLogin } from '../core/identity/login.ts';
import { createMailTokens } from '../core/identity/mail-tokens.ts';
import { createPasswordReset } from '../core/identity/password-reset.ts';
import { createPasswords } from '../core/identity/passwords.ts';
import { createMailLimit, type LoginThrottle } from '../core/identity/throttle.ts';
import type { Mailer, PasswordHasher } from '../core/ports.ts';
import type { UuidSource } from '../core/uuid.ts';
import type { Storage } from '../storage/storage.ts';
import type { Ports } from './ports.ts';

export interface AccountParts extends Ports {
  configuration: Configuration;
  storage: Storage;
  entities: Entities;
  accountTokens: AccountTokens;
  throttle: LoginThrottle;
  hasher: PasswordHasher;
  mailer: Mailer;
  uuids: UuidSource;
  place: { publicUrl: string };
}

export function composeAccounts(parts: AccountParts): AccountServices {
  const { configuration, storage, entities, throttle, clock, log, random, uuids, mailer, place } = parts;
  const tokens = parts.accountTokens;
  const { adminMail, adminConfirmation, adminApproval } = configuration;
  const adminUsers = storage.adminUsers;
  const mailLimit = createMailLimit({ clock });
  const passwords = createPasswords({ hasher: parts.hasher, credentials: storage.credentials, clock });
  const mailTokens = createMailTokens({ store: storage.mailTokens, random, clock });
  const mail = createAccountMail({ mailer, place, adminMail });
  const reset = createPasswordReset({ passwords, mailTokens, mail, mailLimit });
  const settings = { requireConfirmation: adminConfirmation, requireApproval: adminApproval };
  const activation = createAdminActivation({ adminUsers, mailTokens, mail, mailLimit, settings, clock });
  const applicationActivation = createApplicationActivation({
    entities,
    async administratorsOf({ organizationUuid }) {
      const members = await adminUsers.findMany(await storage.tenancy.memberUuids(organizationUuid));
      return members.map((member) => member.email);
    },
    mailTokens,
    mail,
    mailLimit,
  });
  const organizationsOf = (uuid: string) => storage.tenancy.organizationsOfMember(uuid);
  return {
    login: createLogin({
      ...{ throttle, passwords, adminUsers, entities, clock, log },
      requireConfirmation: adminConfirmation,
    }),
    adminAccounts: createAdminAccounts({
      adminUsers,
      organizationsOf,
      activation,
      passwords,
      throttle,
      reset,
      tokens,
      uuids,
      clock,
      log,
    }),
    adminActivation: activation,
    applicationAccounts: createApplicationAccounts({
      entities,
      activation: applicationActivation,
      passwords,
      throttle,
      reset,
      tokens,
      clock,
      log,
    }),
    applicationActivation,
    passwordChangedAt: async (uuid) => (await passwords.changedAt(managementPlace, uuid)) ?? 0,
  };
}
