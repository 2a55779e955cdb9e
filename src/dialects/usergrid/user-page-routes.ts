/** The pages for application users that links in mail lead to, and asking for that mail. usergrid-auth.md 9.6. */
import type { FastifyRequest } from 'fastify';
import type { Core } from '../../core/core.ts';
import { KeygridError } from '../../core/errors.ts';
import { placeOf } from '../../core/identity/account-place.ts';
import { type AccountPageRealm, createAccountPages } from './account-page-flow.ts';
import { segmentAt } from './addressed-entities.ts';
import type { Answer, Routes } from './context.ts';
import { sendEnvelope } from './envelope.ts';
import { inBothNumbers, spellings } from './holder-paths.ts';
import { type Method, type Operation, resource } from './resource.ts';

export const userPageRoutes: Routes = (app, { core }) => {
  const pages = createAccountPages(
    (request) => realmOf(core, request),
    (request) => segmentAt(request, 1),
  );
  const open = (parts: string[], answers: Partial<Record<'GET' | 'POST', [string, Answer]>>): void => {
    const { path, aliases } = spellings(inBothNumbers('users'), ...parts);
    const operations = Object.entries(answers).map(([method, [summary, answer]]) => [
      method,
      { summary, answer, guard: 'none' },
    ]);
    resource(app, path, Object.fromEntries(operations), aliases);
  };
  open(['resetpw'], {
    GET: ['Page to ask for a new password', pages.forgottenPassword],
    POST: ['Sends the mail with the link, if there is such an account', pages.forgottenPassword],
  });
  open([':owner', 'resetpw'], {
    GET: ['Page to choose a new password', pages.newPassword],
    POST: ['Sets the new password; with nothing sent, mails the link', pages.newPassword],
  });
  open([':owner', 'confirm'], { GET: ['Page that confirms an email address', pages.confirm] });
  open([':owner', 'activate'], { GET: ['Page that activates an account', pages.activate] });
  open([':owner', 'reactivate'], {
    GET: ['Sends the activation mail again, if there is such an account', reactivate(core)],
  });
};

function realmOf(core: Core, request: FastifyRequest): AccountPageRealm {
  const { application, ip: address } = request;
  const { applicationAccounts: accounts, applicationActivation: activation } = core;
  return {
    path: placeOf(application).path,
    requestPasswordReset: (reference) => accounts.requestPasswordReset(application, reference, { address }),
    acceptsResetToken: (reference, token) => accounts.acceptsResetToken(application, reference, token),
    resetPassword: (reference, given) => accounts.resetPassword(application, reference, given),
    confirm: async (reference, token) =>
      activation.confirm(application, await accounts.require(application, reference), token),
    activate: async (reference, token) =>
      activation.activate(application, await accounts.require(application, reference), token),
  };
}

/** The same answer whether or not there is such a user. */
const reactivate =
  (core: Core): Answer =>
  async (request, reply) => {
    const { application, ip: address } = request;
    const reference = segmentAt(request, 1);
    await core.applicationActivation.reactivate(application, reference, { address });
    return sendEnvelope(request, reply, { action: 'reactivate user' });
  };

/** What the original has and this server leaves out, so that no generic route takes it for something else. */
export const leftOutUserRoutes: Routes = (app) => {
  const all: Method[] = ['GET', 'POST', 'PUT'];
  const refuse = (name: string, error: () => KeygridError): void => {
    const { path, aliases } = spellings(inBothNumbers('users'), ':owner', name);
    const operation: Operation = {
      summary: 'Left out',
      async answer() {
        throw error();
      },
    };
    resource(app, path, Object.fromEntries(all.map((method) => [method, operation])), aliases);
  };
  const noPins = () => new KeygridError('invalid_grant', 'This server signs nobody in by PIN');
  refuse('sendpin', noPins);
  refuse('setpin', noPins);
  refuse('credentials', () => new KeygridError('resource_not_found', 'Stored credentials are never shown'));
};
