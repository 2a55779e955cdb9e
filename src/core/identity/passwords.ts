/** Setting and proving the passwords of any realm's accounts. */
import { KeygridError } from '../errors.ts';
import type { Clock, PasswordHasher } from '../ports.ts';
import type { RealmKey } from '../tenancy/tenancy.ts';
import type { Uuid } from '../uuid.ts';
import type { AccountPlace } from './account-place.ts';
import type { Credential, CredentialStore } from './accounts.ts';
import { requireAcceptablePassword } from './password-policy.ts';

export interface Passwords {
  /**
   * The credential that the password proves. Takes the same time when there is no such account, or none with a
   * password. @throws KeygridError `overloaded`
   */
  prove(place: AccountPlace, account: Uuid | undefined, password: string): Promise<Credential | undefined>;
  /** For a new account; nothing is stored. @throws KeygridError `password_policy`, `overloaded` */
  prepare(place: AccountPlace, password: unknown): Promise<Credential>;
  store(place: AccountPlace, account: Uuid, credential: Credential): Promise<void>;
  /**
   * The credential that `store` is to keep. With `historySize` above 0, neither the current password nor any of the
   * last `historySize` before it may come again.
   * @throws KeygridError `password_policy`, `password_reused`, `overloaded`
   */
  prepareChange(
    place: AccountPlace,
    account: Uuid,
    password: unknown,
    historySize: number,
  ): Promise<Credential>;
  /** Milliseconds since the epoch; undefined without a password. */
  changedAt(place: AccountPlace, account: Uuid): Promise<number | undefined>;
}

export interface PasswordsOptions {
  hasher: PasswordHasher;
  credentials(realm: RealmKey): CredentialStore;
  clock: Clock;
}

/** Each is a hash to compute at every change. */
export const longestPasswordHistory = 24;

export function createPasswords({ hasher, credentials, clock }: PasswordsOptions): Passwords {
  const credentialOf = ({ realm }: AccountPlace, account: Uuid) => credentials(realm).find(account);

  async function prepare({ tenant }: AccountPlace, password: unknown): Promise<Credential> {
    const passwordHash = await hasher.hash(requireAcceptablePassword(password), tenant);
    return { passwordHash, changedAt: clock.now(), history: [] };
  }

  return {
    prepare,
    async prove(place, account, password) {
      const credential = account === undefined ? undefined : await credentialOf(place, account);
      const proven = await hasher.verify(credential?.passwordHash, password, place.tenant);
      return proven ? credential : undefined;
    },
    store: ({ realm }, account, credential) => credentials(realm).set(account, credential),
    async prepareChange(place, account, password, historySize) {
      const accepted = requireAcceptablePassword(password);
      const kept = Math.min(historySize, longestPasswordHistory);
      const current = await credentialOf(place, account);
      const earlier = current && kept > 0 ? [current.passwordHash, ...current.history] : [];
      for (const hash of earlier.slice(0, kept + 1)) {
        if (await hasher.verify(hash, accepted, place.tenant)) throw reused();
      }
      return { ...(await prepare(place, accepted)), history: earlier.slice(0, kept) };
    },
    changedAt: async (place, account) => (await credentialOf(place, account))?.changedAt,
  };
}

const reused = (): KeygridError =>
  new KeygridError('password_reused', 'The new password is the current one or was used recently');
