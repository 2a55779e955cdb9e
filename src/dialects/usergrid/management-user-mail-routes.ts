/** What mail to admin users leads to: new passwords, confirmation, activation. usergrid-auth.md 8.6 and 8.7. */
import type { FastifyRequest } from 'fastify';
import type { Core } from '../../core/core.ts';
import { managementPlace } from '../../core/identity/account-place.ts';
import { type AccountPageRealm, createAccountPages } from './account-page-flow.ts';
import { paramsOf, type Routes } from './context.ts';
import { sendEnvelope } from './envelope.ts';
import { adminUserReference, managementResource } from './management-request.ts';
import { mailTokenQuery, userParams } from './management-schemas.ts';

export const managementUserMailRoutes: Routes = (app, { core }) => {
  const schema = { params: userParams };
  const link = { params: userParams, querystring: mailTokenQuery };
  const pages = createAccountPages(
    (request) => adminUsers(core, request),
    (request) => paramsOf(request).user ?? '',
  );
  managementResource(app, '/management/users/resetpw', {
    GET: { summary: 'Page to ask for a new password', answer: pages.forgottenPassword },
    POST: {
      summary: 'Sends the mail with the link, if there is such an account',
      answer: pages.forgottenPassword,
    },
  });
  managementResource(app, '/management/users/:user/resetpw', {
    GET: { summary: 'Page to choose a new password', schema: link, answer: pages.newPassword },
    POST: {
      summary: 'Sets the new password; with nothing sent, mails the link',
      schema,
      answer: pages.newPassword,
    },
  });
  managementResource(app, '/management/users/:user/confirm', {
    GET: { summary: 'Page that confirms an email address', schema: link, answer: pages.confirm },
  });
  managementResource(app, '/management/users/:user/activate', {
    GET: {
      summary: 'Page that activates an account which waited for approval',
      schema: link,
      answer: pages.activate,
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

function adminUsers({ adminAccounts, adminActivation }: Core, request: FastifyRequest): AccountPageRealm {
  return {
    path: managementPlace.path,
    requestPasswordReset: (reference) =>
      adminAccounts.requestPasswordReset(reference, { address: request.ip }),
    acceptsResetToken: adminAccounts.acceptsResetToken,
    resetPassword: adminAccounts.resetPassword,
    confirm: async (reference, token) =>
      adminActivation.confirm(await adminAccounts.require(reference), token),
    activate: async (reference, token) =>
      adminActivation.activate(await adminAccounts.require(reference), token),
  };
}
