/** The account services of the core: sign-in, admin users, application users, and the mail about them. */
import type { Configuration } from '../config/index.ts';
import type { AccountServices } from '../core/core.ts';
import type { Entities } from '../core/entities/entities.ts';
import { createAccountMail } from '../core/identity/account-mail.ts';
import { managementPlace } from '../core/identity/account-place.ts';
import type { AccountTokenRevocation, AccountTokens } from '../core/identity/account-tokens.ts';
import { createAdminAccounts } from '../core/identity/admin-accounts.ts';
import { createAdminActivation } from '../core/identity/admin-activation.ts';
import { createApplicationAccounts } from '../core/identity/application-accounts.ts';
import { createApplicationActivation } from '../core/identity/application-activation.ts';
import { createLogin } from '../core/identity/login.ts';
import { createMailTokens } from '../core/identity/mail-tokens.ts';
import { createPasswordReset } from '../core/identity/password-reset.ts';
import { createPasswords } from '../core/identity/passwords.ts';
import type { Principal } from '../core/identity/principal.ts';
import { createMailLimit, type LoginThrottle } from '../core/identity/throttle.ts';
import type { TokenAuthority } from '../core/oauth/token-authority.ts';
import type { Mailer, PasswordHasher } from '../core/ports.ts';
import { managementRealmKey } from '../core/tenancy/tenancy.ts';
import { longestUserTokenLifetime, maximumTokenLifetime } from '../core/tenancy/token-lifetimes.ts';
import type { UuidSource } from '../core/uuid.ts';
import type { Storage } from '../storage/storage.ts';
import type { Ports } from './ports.ts';

export interface AccountParts extends Ports {
  configuration: Configuration;
  storage: Storage;
  entities: Entities;
  tokens: TokenAuthority;
  throttle: LoginThrottle;
  hasher: PasswordHasher;
  mailer: Mailer;
  uuids: UuidSource;
  place: { publicUrl: string };
}

export function composeAccounts(parts: AccountParts): AccountServices {
  const { configuration, storage, entities, throttle, clock, random, uuids, mailer, place } = parts;
  const { adminMail, adminConfirmation, adminApproval } = configuration;
  const adminUsers = storage.adminUsers;
  const mailLimit = createMailLimit({ clock });
  const passwords = createPasswords({ hasher: parts.hasher, credentials: storage.credentials, clock });
  const mailTokens = createMailTokens({ store: storage.mailTokens, random, clock });
  const mail = createAccountMail({ mailer, place, adminMail });
  const reset = createPasswordReset({ passwords, mailTokens, mail, mailLimit });
  const settings = { requireConfirmation: adminConfirmation, requireApproval: adminApproval };
  const activation = createAdminActivation({ adminUsers, mailTokens, mail, mailLimit, settings, clock });
  const tokens = accountTokens(parts.tokens, storage);
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
      ...{ throttle, passwords, adminUsers, entities, clock, log: parts.log },
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
    }),
    applicationActivation,
    passwordChangedAt: async (uuid) => (await passwords.changedAt(managementPlace, uuid)) ?? 0,
  };
}

/**
 * S054: tokens first, by one write with what clients could get new ones with, so that a sign-in that was under way
 * meanwhile finds them gone, and leaves no session behind; then what the user has in browsers.
 */
function accountTokens(tokens: TokenAuthority, storage: Pick<Storage, 'sessions' | 'grants'>): AccountTokens {
  async function end(
    principal: Principal,
    { reason, keep }: AccountTokenRevocation,
    longestLifetime: number,
  ): Promise<void> {
    const { realm, uuid } = principal;
    await tokens.revokePrincipal(principal, reason, longestLifetime, keep, (revocations) =>
      storage.grants(realm).revokeAllOfUser(uuid, revocations),
    );
    await storage.sessions(realm).endAllOfUser(uuid);
  }
  return {
    revokeTokensOfAdminUser: (uuid, revocation) =>
      end({ kind: 'admin_user', realm: managementRealmKey, uuid }, revocation, maximumTokenLifetime),
    revokeTokensOfApplicationUser: (application, uuid, revocation) =>
      end(
        { kind: 'application_user', realm: application.key, uuid },
        revocation,
        longestUserTokenLifetime(application),
      ),
  };
}
