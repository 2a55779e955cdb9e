/** A new password by mail, in any realm. usergrid-auth.md 8.6. */
import { KeygridError } from '../errors.ts';
import type { AccountMail } from './account-mail.ts';
import type { AccountPlace, MailableAccount, Origin } from './account-place.ts';
import type { MailTokenBinding, MailTokens } from './mail-tokens.ts';
import type { Passwords } from './passwords.ts';
import type { MailLimit } from './throttle.ts';

export interface NewPasswords {
  token: unknown;
  password1: unknown;
  password2: unknown;
}

export interface PasswordReset {
  /**
   * Whether mail was sent; the caller must not show it, lest strangers learn who has an account.
   * @throws KeygridError `throttled`, for unknown references as well.
   */
  request(
    place: AccountPlace,
    reference: string,
    find: () => Promise<MailableAccount | undefined>,
    origin: Origin,
  ): Promise<boolean>;
  /** On behalf of who may have it sent: nothing is counted. Whether there was an address to send to. */
  send(place: AccountPlace, account: MailableAccount): Promise<boolean>;
  /** Whether `complete` would accept the token. */
  accepts(place: AccountPlace, account: MailableAccount, token: unknown): Promise<boolean>;
  /**
   * Sets the password. The token is used up only when all else is right.
   * @throws KeygridError `mail_token_invalid`, `invalid_argument` (the two differ), `password_policy`,
   *   `password_reused`
   */
  complete(
    place: AccountPlace,
    account: MailableAccount,
    given: NewPasswords,
    historySize: number,
  ): Promise<void>;
}

export interface PasswordResetOptions {
  passwords: Passwords;
  mailTokens: MailTokens;
  mail: AccountMail;
  mailLimit: MailLimit;
}

export function createPasswordReset(options: PasswordResetOptions): PasswordReset {
  const { passwords, mailTokens, mail, mailLimit } = options;

  async function send(place: AccountPlace, account: MailableAccount): Promise<boolean> {
    if (account.email === undefined) return false;
    return mail.passwordReset(place, account, await mailTokens.issue(bindingOf(place, account)));
  }

  return {
    send,
    async request(place, reference, find, { address }) {
      mailLimit.take({ realm: place.realm, reference, address });
      const account = await find();
      return account ? send(place, account) : false;
    },
    async accepts(place, account, token) {
      try {
        await mailTokens.check(String(token), bindingOf(place, account));
        return true;
      } catch (error) {
        if (error instanceof KeygridError && error.code === 'mail_token_invalid') return false;
        throw error;
      }
    },
    async complete(place, account, { token, password1, password2 }, historySize) {
      const binding = bindingOf(place, account);
      await mailTokens.check(String(token), binding);
      if (password1 !== password2) {
        throw new KeygridError('invalid_argument', "Passwords didn't match", {
          subject: { property: 'password2' },
        });
      }
      const credential = await passwords.prepareChange(place, account.uuid, password1, historySize);
      await mailTokens.use(String(token), binding);
      await passwords.store(place, account.uuid, credential);
    },
  };
}

const bindingOf = ({ realm }: AccountPlace, { uuid, email }: MailableAccount): MailTokenBinding => ({
  realm,
  subject: uuid,
  purpose: 'reset_password',
  address: email ?? '',
});
