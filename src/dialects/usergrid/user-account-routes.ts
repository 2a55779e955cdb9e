/** What application users' accounts can do: password, token, revocation, deactivation. usergrid-auth.md 6.2 and 9. */

import { callingUser } from '../../core/identity/user-reference.ts';
import { Type } from '../../http/json-schema.ts';
import { requireEntity, segmentAt } from './addressed-entities.ts';
import { bodyFields, firstValues } from './body.ts';
import type { Answer, Routes, UsergridOptions } from './context.ts';
import { applicationMembers, type QueryParameters, rawJsonArray, sendEnvelope } from './envelope.ts';
import { inBothNumbers, spellings } from './holder-paths.ts';
import { renderEntity } from './render-entity.ts';
import { type Method, type Operation, resource } from './resource.ts';
import { sendTokenAnswer } from './token-routes.ts';

const passwordBody = Type.Object({
  oldpassword: Type.Optional(Type.String({ description: 'Not asked of administrators of the application' })),
  newpassword: Type.String(),
});
const tokenQuery = Type.Object({ token: Type.String({ description: 'One of the user’s own' }) });
const ttlQuery = Type.Object({
  ttl: Type.Optional(Type.Integer({ minimum: 0, description: 'Lifetime in milliseconds' })),
});

export const userAccountRoutes: Routes = (app, options) => {
  const userResource = (name: string, operations: Partial<Record<Method, Operation>>): void => {
    const { path, aliases } = spellings(inBothNumbers('users'), ':owner', name);
    resource(app, path, operations, aliases);
  };
  const password: Operation = {
    summary: 'Sets the password; whoever knows the old one needs no token',
    answer: changePassword(options),
    guard: 'none',
    schema: { body: passwordBody },
  };
  const deactivate: Operation = {
    summary: 'Deactivates the user and ends the tokens',
    answer: deactivateUser(options),
  };
  const revokeAll: Operation = {
    summary: 'Ends every token of the user',
    answer: revokeTokens(options),
  };
  const revokeOne: Operation = {
    summary: 'Ends one token of the user',
    answer: revokeToken(options),
    schema: { querystring: tokenQuery },
  };
  userResource('password', { POST: password, PUT: password });
  userResource('deactivate', { POST: deactivate, PUT: deactivate });
  userResource('revoketokens', { POST: revokeAll, PUT: revokeAll });
  userResource('revoketoken', { POST: revokeOne, PUT: revokeOne });
  userResource('token', {
    GET: {
      summary: 'A token for the user, to administrators of the application',
      answer: tokenForUser(options),
      guard: 'none',
      schema: { querystring: ttlQuery },
    },
  });
};

const userOf = ({ core }: UsergridOptions, request: Parameters<Answer>[0]) =>
  requireEntity(core, request, 'user', segmentAt(request, 1));

function changePassword(options: UsergridOptions): Answer {
  const { core } = options;
  return async (request, reply) => {
    const { application, caller } = request;
    const { oldpassword: oldPassword, newpassword: newPassword } = bodyFields(request);
    const privileged = await core.access.isApplicationAdmin(caller, application);
    const user = await userOf(options, request);
    const isOwn = callingUser(caller, application) === user.uuid;
    await core.applicationAccounts.changePassword(
      application,
      user.uuid,
      { oldPassword, newPassword },
      {
        ...{ privileged, address: request.ip, actor: caller.principal },
        keep: isOwn ? caller.token : undefined,
      },
    );
    return sendEnvelope(request, reply, { action: 'set user password' });
  };
}

function deactivateUser(options: UsergridOptions): Answer {
  const { core, place } = options;
  return async (request, reply) => {
    const { application, caller } = request;
    const user = await core.applicationAccounts.deactivate(application, await userOf(options, request), {
      actor: caller.principal,
    });
    return sendEnvelope(request, reply, {
      ...applicationMembers(request, { application, publicUrl: place.publicUrl }, '/users'),
      action: 'Deactivate user',
      entities: rawJsonArray([renderEntity(user, '/users')]),
    });
  };
}

const revokeTokens =
  (options: UsergridOptions): Answer =>
  async (request, reply) => {
    await options.core.userTokens.revokeAll(request.application, await userOf(options, request));
    return sendEnvelope(request, reply, { action: 'revoked user tokens' });
  };

const revokeToken =
  (options: UsergridOptions): Answer =>
  async (request, reply) => {
    const { token } = firstValues(request.query as QueryParameters);
    await options.core.userTokens.revokeOne(request.application, await userOf(options, request), token);
    return sendEnvelope(request, reply, { action: 'revoked user token' });
  };

function tokenForUser(options: UsergridOptions): Answer {
  const { core } = options;
  return async (request, reply) => {
    const { application, caller } = request;
    await core.userTokens.requireIssuer(caller, application);
    const { ttl } = firstValues(request.query as QueryParameters);
    const answer = core.userTokens.issueFor(application, await userOf(options, request), ttl);
    return sendTokenAnswer(options, request, reply, answer);
  };
}
