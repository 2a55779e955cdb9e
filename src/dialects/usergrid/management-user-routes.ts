/** Admin users: creating, showing, changing, passwords. usergrid-auth.md 8.5. */
import type { FastifyRequest } from 'fastify';
import type { Core } from '../../core/core.ts';
import { bodyFields, fieldsOf, firstValues, requireBody } from './body.ts';
import type { Answer, Routes, UsergridOptions } from './context.ts';
import { type QueryParameters, sendEnvelope } from './envelope.ts';
import { adminUserReference, managementResource, newAdminUser, ownAdminUser } from './management-request.ts';
import { newUserBody, passwordBody, userBody, userParams } from './management-schemas.ts';
import { renderAdminUser } from './render-accounts.ts';
import { renderOrganizationsOf } from './whole-organization.ts';

export const managementUserRoutes: Routes = (app, options) => {
  const schema = { params: userParams };
  managementResource(app, '/management/users', {
    POST: {
      summary: 'Creates an admin user without an organization',
      schema: { body: newUserBody },
      answer: createUser(options),
    },
  });
  managementResource(app, '/management/users/:user', {
    GET: {
      summary: 'An admin user with its organizations',
      schema,
      delegated: 'account:read',
      answer: showUser(options),
    },
    PUT: {
      summary: 'Changes names, address, properties, and the password if both are sent',
      schema: { ...schema, body: userBody },
      answer: updateUser(options),
    },
  });
  const password = {
    summary: 'Changes the password: the old one is the proof, a token is not needed',
    schema: { ...schema, body: passwordBody },
    answer: setPassword(options),
  };
  managementResource(app, '/management/users/:user/password', { PUT: password, POST: password });
};

const createUser =
  ({ core }: UsergridOptions): Answer =>
  async (request, reply) => {
    requireBody(request);
    const given = newAdminUser(request, { propertiesAreOfTheUser: true });
    const user = await core.signUp.createAdminUser(request.caller, given);
    return sendEnvelope(request, reply, {
      action: 'create user',
      status: 'ok',
      data: { user: renderAdminUser(user) },
    });
  };

const showUser =
  ({ core }: UsergridOptions): Answer =>
  async (request, reply) => {
    const user = await ownAdminUser(request, core);
    const shallow = firstValues(request.query as QueryParameters).shallow === 'true';
    reply.header('cache-control', 'no-store');
    return sendEnvelope(request, reply, {
      action: 'get admin user',
      status: 'ok',
      data: {
        ...renderAdminUser(user),
        organizations: await renderOrganizationsOf(core, user, { shallow }),
        // The portal takes its session's token from here (usergrid-auth.md 8.5).
        token: request.caller.token?.text,
      },
    });
  };

const updateUser =
  ({ core }: UsergridOptions): Answer =>
  async (request, reply) => {
    const user = await ownAdminUser(request, core);
    requireBody(request);
    const fields = bodyFields(request);
    if (fields.newpassword) await changePassword(request, core, user.uuid, fields);
    const bySuperuser = await core.access.isSuperuser(request.caller);
    await core.adminAccounts.update(user, fields, { bySuperuser });
    return sendEnvelope(request, reply, { action: 'update user info' });
  };

const setPassword =
  ({ core }: UsergridOptions): Answer =>
  async (request, reply) => {
    const reference = await adminUserReference(request, core);
    requireBody(request);
    await changePassword(request, core, reference, fieldsOf(request));
    return sendEnvelope(request, reply, { action: 'set user password' });
  };

async function changePassword(
  request: FastifyRequest,
  core: Core,
  reference: string,
  { oldpassword, newpassword }: Record<string, unknown>,
): Promise<void> {
  await core.adminAccounts.changePassword(
    reference,
    { oldPassword: oldpassword, newPassword: newpassword },
    {
      privileged: await core.access.isSuperuser(request.caller),
      keep: request.caller.token,
      address: request.ip,
      actor: request.caller.principal,
    },
  );
}
