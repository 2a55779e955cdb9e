/**
 * A new password by mail, as pages: the same for admin users and for application users. usergrid-auth.md 8.6 and 9.6.
 * Whether an account exists, the pages do not tell. They may stand in a frame: the portal shows them so, and their
 * buttons do nothing without what is typed or mailed.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { KeygridError } from '../../core/errors.ts';
import type { NewPasswords } from '../../core/identity/password-reset.ts';
import {
  forgottenPasswordPage,
  newPasswordPage,
  passwordSetPage,
  resetMailSentPage,
} from '../../pages/account-pages.ts';
import { type Page, sendPage } from '../../pages/layout.ts';
import { fieldsOf } from './body.ts';
import type { Answer } from './context.ts';

/** The accounts of one realm, as the request's path names it. */
export interface ResettableAccounts {
  /** Path of the form for who forgot the password. */
  formPath: string;
  /** Sends the mail, if there is such an account. @throws KeygridError `throttled` */
  request(reference: string): Promise<unknown>;
}

/** The account that the path names. */
export interface ResettableAccount extends ResettableAccounts {
  /** Path of the form for the new password, with the account's uuid. */
  path: string;
  reference: string;
  accepts(token: unknown): Promise<boolean>;
  /** @throws KeygridError `mail_token_invalid`, `invalid_argument`, `password_policy`, `password_reused` */
  reset(given: NewPasswords): Promise<unknown>;
}

export function forgottenPasswordAnswers(
  accountsOf: (request: FastifyRequest) => ResettableAccounts | Promise<ResettableAccounts>,
): { GET: Answer; POST: Answer } {
  return {
    GET: async (request, reply) => show(reply, forgottenPasswordPage((await accountsOf(request)).formPath)),
    POST: async (request, reply) => {
      const accounts = await accountsOf(request);
      const { email } = fieldsOf(request);
      if (typeof email !== 'string' || email.trim() === '') {
        return show(reply, forgottenPasswordPage(accounts.formPath, 'no_email'));
      }
      return sendMail(reply, accounts, email.trim());
    },
  };
}

/** `accountOf` throws where there is no such account: whoever has the link has the account's uuid. */
export function newPasswordAnswers(accountOf: (request: FastifyRequest) => Promise<ResettableAccount>): {
  GET: Answer;
  POST: Answer;
} {
  return {
    GET: async (request, reply) => {
      const account = await accountOf(request);
      const { token } = fieldsOf(request);
      if (typeof token === 'string' && (await account.accepts(token))) {
        return show(reply, newPasswordPage({ action: account.path, token }));
      }
      return show(reply, forgottenPasswordPage(account.formPath, token ? 'invalid_token' : undefined));
    },
    POST: async (request, reply) => {
      const account = await accountOf(request);
      const { token, password1, password2 } = fieldsOf(request);
      const isEmpty = !token && !password1 && !password2;
      if (isEmpty) return sendMail(reply, account, account.reference);
      return setPassword(reply, account, {
        token: typeof token === 'string' ? token : '',
        password1,
        password2,
      });
    },
  };
}

async function sendMail(
  reply: FastifyReply,
  accounts: ResettableAccounts,
  reference: string,
): Promise<FastifyReply> {
  try {
    await accounts.request(reference);
  } catch (error) {
    if (!(error instanceof KeygridError) || error.code !== 'throttled') throw error;
    reply.header('retry-after', String(error.retryAfterSeconds ?? 60));
    return show(reply, forgottenPasswordPage(accounts.formPath, 'throttled'), 429);
  }
  return show(reply, resetMailSentPage());
}

async function setPassword(
  reply: FastifyReply,
  account: ResettableAccount,
  given: NewPasswords & { token: string },
): Promise<FastifyReply> {
  try {
    await account.reset(given);
  } catch (error) {
    return show(reply, pageAbout(error, account, given.token));
  }
  return show(reply, passwordSetPage());
}

/** @throws what is not about the form. */
function pageAbout(error: unknown, { path, formPath }: ResettableAccount, token: string): Page {
  if (!(error instanceof KeygridError)) throw error;
  switch (error.code) {
    case 'mail_token_invalid':
      return forgottenPasswordPage(formPath, 'invalid_token');
    case 'invalid_argument':
      return newPasswordPage({ action: path, token, problem: 'mismatch' });
    case 'password_policy':
    case 'password_reused':
      return newPasswordPage({ action: path, token, problem: { rule: error.message } });
    default:
      throw error;
  }
}

const show = (reply: FastifyReply, page: Page, status = 200): FastifyReply =>
  sendPage(reply, page, { framing: 'allowed', status });
