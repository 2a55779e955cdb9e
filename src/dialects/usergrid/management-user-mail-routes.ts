/** What mail to admin users leads to: new passwords, confirmation, activation. usergrid-auth.md 8.6 and 8.7. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { KeygridError } from '../../core/errors.ts';
import { activatedPage, confirmedPage, invalidLinkPage, type MailLink } from '../../pages/account-pages.ts';
import { type Page, sendPage } from '../../pages/layout.ts';
import { fieldsOf } from './body.ts';
import type { Routes, UsergridOptions } from './context.ts';
import { sendEnvelope } from './envelope.ts';
import { adminUserOf, adminUserReference, managementResource } from './management-request.ts';
import { mailTokenQuery, userParams } from './management-schemas.ts';
import {
  forgottenPasswordAnswers,
  newPasswordAnswers,
  type ResettableAccount,
  type ResettableAccounts,
} from './password-reset-answers.ts';

export const managementUserMailRoutes: Routes = (app, options) => {
  const { core } = options;
  const schema = { params: userParams };
  const link = { schema: { ...schema, querystring: mailTokenQuery } };
  const forgotten = forgottenPasswordAnswers((request) => resettable(options, request));
  const reset = newPasswordAnswers((request) => resettableUser(options, request));
  managementResource(app, '/management/users/resetpw', {
    GET: { summary: 'Page to ask for a new password', answer: forgotten.GET },
    POST: { summary: 'Sends the mail with the link, if there is such an account', answer: forgotten.POST },
  });
  managementResource(app, '/management/users/:user/resetpw', {
    GET: { summary: 'Page to choose a new password', ...link, answer: reset.GET },
    POST: { summary: 'Sets the new password; with nothing sent, mails the link', schema, answer: reset.POST },
  });
  managementResource(app, '/management/users/:user/confirm', {
    GET: {
      summary: 'Page that confirms an email address',
      ...link,
      answer: async (request, reply) => {
        const user = await adminUserOf(request, core);
        return followMailLink(reply, 'confirmation', async () => {
          const { awaitsApproval } = await core.adminActivation.confirm(user, fieldsOf(request).token);
          return awaitsApproval ? confirmedPage() : activatedPage('account');
        });
      },
    },
  });
  managementResource(app, '/management/users/:user/activate', {
    GET: {
      summary: 'Page that activates an account which waited for approval',
      ...link,
      answer: async (request, reply) => {
        const user = await adminUserOf(request, core);
        return followMailLink(reply, 'activation', async () => {
          await core.adminActivation.activate(user, fieldsOf(request).token);
          return activatedPage('account');
        });
      },
    },
  });
  managementResource(app, '/management/users/:user/reactivate', {
    GET: {
      summary: 'Sends the activation mail again, if there is such an account',
      schema,
      answer: async (request, reply) => {
        const reference = await adminUserReference(request, core);
        const { adminActivation, adminAccounts } = core;
        await adminActivation.reactivate(reference, adminAccounts.find, { address: request.ip });
        return sendEnvelope(request, reply, { action: 'reactivate user' });
      },
    },
  });
};

/** The page that `follow` leads to, or the one for links that are used, expired or wrong. */
export async function followMailLink(
  reply: FastifyReply,
  link: MailLink,
  follow: () => Promise<Page>,
): Promise<FastifyReply> {
  try {
    return sendPage(reply, await follow());
  } catch (error) {
    if (!(error instanceof KeygridError) || error.code !== 'mail_token_invalid') throw error;
    return sendPage(reply, invalidLinkPage(link));
  }
}

const resettable = ({ core }: UsergridOptions, request: FastifyRequest): ResettableAccounts => ({
  formPath: '/management/users/resetpw',
  request: (reference) => core.adminAccounts.requestPasswordReset(reference, { address: request.ip }),
});

async function resettableUser(options: UsergridOptions, request: FastifyRequest): Promise<ResettableAccount> {
  const { adminAccounts } = options.core;
  const { uuid } = await adminUserOf(request, options.core);
  return {
    ...resettable(options, request),
    path: `/management/users/${uuid}/resetpw`,
    reference: uuid,
    accepts: (token) => adminAccounts.acceptsResetToken(uuid, token),
    reset: (given) => adminAccounts.resetPassword(uuid, given),
  };
}
