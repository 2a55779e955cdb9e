/** The organizations of an admin user. usergrid-auth.md 8.5. */
import { fieldsOf, requireBody } from './body.ts';
import type { Answer, Routes, UsergridOptions } from './context.ts';
import { sendEnvelope } from './envelope.ts';
import {
  accessibleOrganization,
  adminUserOf,
  managementResource,
  ownAdminUser,
} from './management-request.ts';
import { organizationBody, userOrganizationParams, userParams } from './management-schemas.ts';
import { renderOrganization } from './render-accounts.ts';

export const managementUserOrganizationRoutes: Routes = (app, options) => {
  const schema = { params: userOrganizationParams };
  managementResource(app, '/management/users/:user/organizations', {
    GET: {
      summary: 'The organizations of an admin user: name to UUID',
      delegated: 'account:read',
      schema: { params: userParams },
      answer: listOrganizations(options),
    },
    POST: {
      summary: 'Creates an organization, without a sandbox, for an admin user',
      schema: { params: userParams, body: organizationBody },
      answer: addOrganization(options),
    },
  });
  managementResource(app, '/management/users/:user/organizations/:organization', {
    PUT: { summary: 'Adds the admin user to an organization', schema, answer: join(options) },
    DELETE: { summary: 'Takes the admin user out of an organization', schema, answer: leave(options) },
  });
};

const listOrganizations =
  ({ core }: UsergridOptions): Answer =>
  async (request, reply) => {
    const user = await ownAdminUser(request, core);
    const organizations = await core.tenancyStore.organizationsOfMember(user.uuid);
    return sendEnvelope(request, reply, {
      action: 'get user management',
      data: Object.fromEntries(organizations.map(({ name, uuid }) => [name.toLowerCase(), uuid])),
    });
  };

const addOrganization =
  ({ core }: UsergridOptions): Answer =>
  async (request, reply) => {
    const user = await ownAdminUser(request, core);
    requireBody(request);
    const { organization: name } = fieldsOf(request);
    const organization = await core.signUp.addOrganization(request.caller, user, { name });
    return sendEnvelope(request, reply, {
      action: 'new organization for user',
      data: renderOrganization(organization),
    });
  };

/** A member lets anybody in and takes anybody out, as at the organization's own path (8.2). */
const join =
  ({ core }: UsergridOptions): Answer =>
  async (request, reply) => {
    const organization = await accessibleOrganization(request, core);
    const user = await adminUserOf(request, core);
    await core.members.add(request.caller, organization, user);
    return sendEnvelope(request, reply, {
      action: 'add user to organization',
      data: renderOrganization(organization),
    });
  };

const leave =
  ({ core }: UsergridOptions): Answer =>
  async (request, reply) => {
    const organization = await accessibleOrganization(request, core);
    const user = await adminUserOf(request, core);
    await core.members.remove(request.caller, organization, user);
    return sendEnvelope(request, reply, {
      action: 'remove user from organization',
      data: renderOrganization(organization),
    });
  };
