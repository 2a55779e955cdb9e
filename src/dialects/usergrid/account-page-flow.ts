/**
 * The pages that links in account mail lead to, the same for admin users and for users of an application: choosing a
 * new password, confirming an address, activating. Whether an account exists, they do not tell. usergrid-auth.md 8.6,
 * 8.7 and 9.6.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { KeygridError } from '../../core/errors.ts';
import type { NewPasswords } from '../../core/identity/password-reset.ts';
import {
  activatedPage,
  confirmedPage,
  type ForgottenPasswordProblem,
  forgottenPasswordPage,
  invalidLinkPage,
  type MailLink,
  newPasswordPage,
  passwordSetPage,
  resetMailSentPage,
} from '../../pages/account-pages.ts';
import { type Page, sendPage } from '../../pages/layout.ts';
import { fieldsOf, firstValues } from './body.ts';
import type { Answer } from './context.ts';
import { withoutCorsHeaders } from './cors.ts';
import type { QueryParameters } from './envelope.ts';

/** The accounts of the realm that a request is about. References are uuid, username or email address. */
export interface AccountPageRealm {
  /** Path before `/users/…`. */
  path: string;
  /** @throws KeygridError `throttled` */
  requestPasswordReset(reference: string): Promise<unknown>;
  /** @throws KeygridError when there is no such account */
  acceptsResetToken(reference: string, token: unknown): Promise<boolean>;
  /** @throws KeygridError `mail_token_invalid`, `invalid_argument`, `password_policy`, `password_reused` */
  resetPassword(reference: string, given: NewPasswords): Promise<unknown>;
  /** @throws KeygridError `mail_token_invalid` */
  confirm(reference: string, token: unknown): Promise<{ awaitsApproval: boolean }>;
  /** @throws KeygridError `mail_token_invalid` */
  activate(reference: string, token: unknown): Promise<unknown>;
}

export interface AccountPages {
  /** GET and POST of `/users/resetpw`. */
  forgottenPassword: Answer;
  /** GET and POST of `/users/{u}/resetpw`. */
  newPassword: Answer;
  confirm: Answer;
  activate: Answer;
}

/** `accountOf`: the reference in the request's path. */
export function createAccountPages(
  realmOf: (request: FastifyRequest) => AccountPageRealm,
  accountOf: (request: FastifyRequest) => string,
): AccountPages {
  return {
    async forgottenPassword(request, reply) {
      const realm = realmOf(request);
      if (request.method !== 'POST') return sendResetPage(reply, forgotten(realm));
      const { email } = fieldsOf(request);
      const reference = typeof email === 'string' ? email.trim() : '';
      if (reference === '') return sendResetPage(reply, forgotten(realm, 'no_email'));
      return sendMail(reply, realm, reference);
    },
    async newPassword(request, reply) {
      const realm = realmOf(request);
      const reference = accountOf(request);
      const { token, password1, password2 } = fieldsOf(request);
      if (request.method !== 'POST') return showForm(reply, realm, reference, token);
      if (!token && !password1 && !password2) return sendMail(reply, realm, reference);
      return setPassword(reply, realm, reference, { token, password1, password2 });
    },
    confirm: followLink('confirmation', async (request, token) => {
      const { awaitsApproval } = await realmOf(request).confirm(accountOf(request), token);
      return awaitsApproval ? confirmedPage() : activatedPage('account');
    }),
    activate: followLink('activation', async (request, token) => {
      await realmOf(request).activate(accountOf(request), token);
      return activatedPage('account');
    }),
  };
}

async function sendMail(
  reply: FastifyReply,
  realm: AccountPageRealm,
  reference: string,
): Promise<FastifyReply> {
  try {
    await realm.requestPasswordReset(reference);
  } catch (error) {
    if (!(error instanceof KeygridError) || error.code !== 'throttled') throw error;
    reply.header('retry-after', String(Math.ceil(error.retryAfterSeconds ?? 60)));
    return sendResetPage(reply, forgotten(realm, 'throttled'), 429);
  }
  return sendResetPage(reply, resetMailSentPage());
}

async function showForm(
  reply: FastifyReply,
  realm: AccountPageRealm,
  reference: string,
  token: unknown,
): Promise<FastifyReply> {
  const isGood = typeof token === 'string' && (await realm.acceptsResetToken(reference, token));
  if (isGood) return sendResetPage(reply, newPasswordPage({ action: resetPath(realm, reference), token }));
  return sendResetPage(reply, forgotten(realm, token ? 'invalid_token' : undefined));
}

async function setPassword(
  reply: FastifyReply,
  realm: AccountPageRealm,
  reference: string,
  given: NewPasswords,
): Promise<FastifyReply> {
  try {
    await realm.resetPassword(reference, given);
  } catch (error) {
    return sendResetPage(reply, pageOfRefusal(error, realm, reference, given));
  }
  return sendResetPage(reply, passwordSetPage());
}

/** What the holder of the link can mend is asked for again. @throws what is not about the form */
function pageOfRefusal(
  error: unknown,
  realm: AccountPageRealm,
  reference: string,
  { token }: NewPasswords,
): Page {
  if (!(error instanceof KeygridError)) throw error;
  const form = { action: resetPath(realm, reference), token: typeof token === 'string' ? token : '' };
  switch (error.code) {
    case 'mail_token_invalid':
      return forgotten(realm, 'invalid_token');
    case 'invalid_argument':
      return newPasswordPage({ ...form, problem: 'mismatch' });
    case 'password_policy':
    case 'password_reused':
      return newPasswordPage({ ...form, problem: { rule: error.message } });
    default:
      throw error;
  }
}

function followLink(
  link: MailLink,
  follow: (request: FastifyRequest, token: unknown) => Promise<Page>,
): Answer {
  return async (request, reply) => {
    const { token } = firstValues(request.query as QueryParameters);
    return followMailLink(reply, link, () => follow(request, token));
  };
}

/** The page that `follow` leads to, or the one for links that are used, expired or wrong. */
export async function followMailLink(
  reply: FastifyReply,
  link: MailLink,
  follow: () => Promise<Page>,
): Promise<FastifyReply> {
  try {
    return sendPage(withoutCorsHeaders(reply), await follow());
  } catch (error) {
    if (!(error instanceof KeygridError) || error.code !== 'mail_token_invalid') throw error;
    return sendPage(withoutCorsHeaders(reply), invalidLinkPage(link));
  }
}

/** Usergrid's portal shows these pages in a frame (usergrid-auth.md 5.4). */
const sendResetPage = (reply: FastifyReply, page: Page, status = 200): FastifyReply =>
  sendPage(withoutCorsHeaders(reply), page, { status, framing: 'allowed' });

const forgotten = ({ path }: AccountPageRealm, problem?: ForgottenPasswordProblem): Page =>
  forgottenPasswordPage(`${path}/users/resetpw`, problem);

const resetPath = ({ path }: AccountPageRealm, reference: string): string =>
  `${path}/users/${encodeURIComponent(reference)}/resetpw`;
