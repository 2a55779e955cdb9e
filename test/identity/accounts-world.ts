/** The account flows over a store of their own, with a clock that moves when told and an outbox to read. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEntities } from '../../src/core/entities/entities.ts';
import { createAccountMail } from '../../src/core/identity/account-mail.ts';
import type { AccountTokenRevocation, AccountTokens } from '../../src/core/identity/account-tokens.ts';
import { createAdminAccounts } from '../../src/core/identity/admin-accounts.ts';
import {
  type AdminAccountSettings,
  createAdminActivation,
} from '../../src/core/identity/admin-activation.ts';
import { createApplicationAccounts } from '../../src/core/identity/application-accounts.ts';
import { createApplicationActivation } from '../../src/core/identity/application-activation.ts';
import { createLogin } from '../../src/core/identity/login.ts';
import { createMailTokens } from '../../src/core/identity/mail-tokens.ts';
import { createPasswordReset } from '../../src/core/identity/password-reset.ts';
import { createPasswords } from '../../src/core/identity/passwords.ts';
import { createLoginThrottle, createMailLimit } from '../../src/core/identity/throttle.ts';
import type { Log, MailMessage, PasswordHasher } from '../../src/core/ports.ts';
import type { Application, Properties } from '../../src/core/tenancy/tenancy.ts';
import { createUuidSource } from '../../src/core/uuid.ts';
import { createOutboxMailer, createPasswordHasher, createRandomSource } from '../../src/platform/index.ts';
import { openSqliteStorage } from '../../src/storage/sqlite/index.ts';

export interface Revoked extends AccountTokenRevocation {
  uuid: string;
}

const quiet: Log = { debug() {}, info() {}, warn() {}, error() {} };
const noSettings: AdminAccountSettings = { requireConfirmation: false, requireApproval: false };

export const publicUrl = 'https://keygrid.example';
export const origin = { address: '192.0.2.1' };

export type AccountsWorld = Awaited<ReturnType<typeof openAccountsWorld>>;

/** `close` removes everything. */
export async function openAccountsWorld(settings: Partial<AdminAccountSettings> = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'keygrid-accounts-'));
  const clock = { time: 1_700_000_000_000, now: () => clock.time };
  const storage = await openSqliteStorage({ directory, exclusive: true, clock, log: quiet });
  const random = createRandomSource();
  const uuids = createUuidSource(clock, random);
  const cheap = { memoryKibibytes: 8, passes: 1, lanes: 1 };
  const argon2id = createPasswordHasher({ random, concurrency: 2, parameters: cheap });
  const verifications = { count: 0 };
  const hasher: PasswordHasher = {
    hash: argon2id.hash,
    verify(hash, password, tenant) {
      verifications.count += 1;
      return argon2id.verify(hash, password, tenant);
    },
  };

  const adminSettings = { ...noSettings, ...settings };
  const passwords = createPasswords({ hasher, credentials: storage.credentials, clock });
  const throttle = createLoginThrottle({ clock });
  const mailTokens = createMailTokens({ store: storage.mailTokens, random, clock });
  const mailLimit = createMailLimit({ clock });
  const mailer = createOutboxMailer({ store: storage.outbox, clock });
  const mail = createAccountMail({ mailer, place: { publicUrl }, adminMail: 'operator@example.test' });
  const reset = createPasswordReset({ passwords, mailTokens, mail, mailLimit });
  const activation = createAdminActivation({
    ...{ adminUsers: storage.adminUsers, mailTokens, mail, mailLimit, clock },
    settings: adminSettings,
  });

  const entities = createEntities({ storeFor: storage.entities, clock, uuids });
  const applicationActivation = createApplicationActivation({
    ...{ entities, mailTokens, mail, mailLimit },
    administratorsOf: async () => ['admin@example.test', 'second@example.test'],
  });

  const revoked: Revoked[] = [];
  const tokens: AccountTokens = {
    revokeTokensOfAdminUser: async (uuid, revocation) => void revoked.push({ uuid, ...revocation }),
    revokeTokensOfApplicationUser: async (_, uuid, revocation) => void revoked.push({ uuid, ...revocation }),
  };
  const passwordHistory: Properties[] = [];
  const audited: Record<string, unknown>[] = [];
  const log: Log = { ...quiet, info: (line) => void audited.push(line) };
  const accounts = createAdminAccounts({
    ...{ adminUsers: storage.adminUsers, activation, passwords, throttle, reset, tokens, uuids, clock },
    log,
    organizationsOf: async () => passwordHistory.map((properties) => ({ properties })),
  });
  const applicationAccounts = createApplicationAccounts({
    ...{ entities, passwords, throttle, reset, tokens, clock, log },
    activation: applicationActivation,
  });
  const login = createLogin({
    ...{ throttle, passwords, adminUsers: storage.adminUsers, entities, clock, log: quiet },
    requireConfirmation: adminSettings.requireConfirmation,
  });

  return {
    ...{ accounts, activation, login, clock, storage, revoked, mail, mailTokens },
    ...{ applicationAccounts, applicationActivation, entities },
    /** How many passwords were compared with a proof, a real one or that of nobody. */
    verifications,
    /** The audit log of admin users and application users. */
    audited,
    /** What the user's organizations say of the password history. */
    passwordHistory,
    /** Oldest first. */
    async mails(): Promise<MailMessage[]> {
      return (await storage.outbox.list(1000, undefined)).reverse();
    },
    async lastToken(): Promise<string> {
      const [last] = await storage.outbox.list(1, undefined);
      return last?.text.split('token=').at(-1) ?? '';
    },
    async close(): Promise<void> {
      await storage.close();
      await rm(directory, { recursive: true });
    },
  };
}

/** An application of the properties, as far as accounts look at one. */
export const applicationOf = (properties: Properties = {}, key = 2): Application => ({
  key,
  uuid: `aaaaaaaa-0000-0000-0000-00000000000${key}`,
  organizationUuid: 'bbbbbbbb-0000-0000-0000-000000000001',
  organizationName: 'Acme',
  name: 'shop',
  properties,
  sealedClientSecret: '',
  created: 1,
  modified: 1,
  deletedAt: undefined,
});
