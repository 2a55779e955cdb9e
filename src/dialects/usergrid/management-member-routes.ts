/** Who belongs to an organization. usergrid-auth.md 8.2. */
import { fieldsOf, requireBody } from './body.ts';
import type { Answer, Routes, UsergridOptions } from './context.ts';
import { sendEnvelope } from './envelope.ts';
import {
  accessibleOrganization,
  adminUserOf,
  managementResource,
  newAdminUser,
} from './management-request.ts';
import { memberParams, newMemberBody, organizationParams } from './management-schemas.ts';
import { renderAdminUser } from './render-accounts.ts';

export const managementMemberRoutes: Routes = (app, options) => {
  const schema = { params: memberParams };
  managementResource(app, '/management/organizations/:organization/users', {
    GET: { summary: 'The members', schema: { params: organizationParams }, answer: listMembers(options) },
    POST: {
      summary: 'Adds a member: an admin user of that address, or a new one',
      schema: { params: organizationParams, body: newMemberBody },
      answer: inviteMember(options),
    },
  });
  managementResource(app, '/management/organizations/:organization/users/:user', {
    PUT: { summary: 'Adds an admin user as a member', schema, answer: addMember(options) },
    DELETE: { summary: 'Ends a membership', schema, answer: removeMember(options) },
  });
};

const listMembers =
  ({ core }: UsergridOptions): Answer =>
  async (request, reply) => {
    const members = await core.members.list(await accessibleOrganization(request, core));
    return sendEnvelope(request, reply, {
      action: 'get organization users',
      data: members.map(renderAdminUser),
    });
  };

const inviteMember =
  ({ core }: UsergridOptions): Answer =>
  async (request, reply) => {
    const organization = await accessibleOrganization(request, core);
    requireBody(request);
    const { invite } = fieldsOf(request);
    const user = await core.members.invite(
      request.caller,
      organization,
      newAdminUser(request, { propertiesAreOfTheUser: true }),
      { mayExist: invite !== false && invite !== 'false' },
    );
    return sendEnvelope(request, reply, {
      action: 'create user',
      status: 'ok',
      data: { user: renderAdminUser(user) },
    });
  };

const addMember =
  ({ core }: UsergridOptions): Answer =>
  async (request, reply) => {
    const organization = await accessibleOrganization(request, core);
    const user = await adminUserOf(request, core);
    await core.members.add(request.caller, organization, user);
    return sendEnvelope(request, reply, {
      action: 'add user to organization',
      status: 'ok',
      data: { user: renderAdminUser(user) },
    });
  };

const removeMember =
  ({ core }: UsergridOptions): Answer =>
  async (request, reply) => {
    const organization = await accessibleOrganization(request, core);
    const user = await adminUserOf(request, core);
    await core.members.remove(request.caller, organization, user);
    return sendEnvelope(request, reply, {
      action: 'remove user from organization',
      status: 'ok',
      data: { user: renderAdminUser(user) },
    });
  };
