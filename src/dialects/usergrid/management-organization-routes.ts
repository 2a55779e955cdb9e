/** Organizations: creating, listing, showing, changing. usergrid-auth.md 8.1. */
import { KeygridError } from '../../core/errors.ts';
import { bodyFields, fieldsOf, requireBody } from './body.ts';
import type { Answer, Routes, UsergridOptions } from './context.ts';
import { echoedParameters, type QueryParameters, sendEnvelope } from './envelope.ts';
import {
  accessibleOrganization,
  managementResource,
  newAdminUser,
  organizationOf,
} from './management-request.ts';
import { newOrganizationBody, organizationParams, pageQuery, propertiesBody } from './management-schemas.ts';
import { readPageRequest, renderCursor } from './page-request.ts';
import { renderAdminUser, renderApplicationMap, renderOrganization } from './render-accounts.ts';
import { renderWholeOrganization } from './whole-organization.ts';

export const managementOrganizationRoutes: Routes = (app, options) => {
  const schema = { params: organizationParams };
  managementResource(app, '/management/organizations', {
    GET: {
      summary: 'All organizations; superuser only',
      schema: { querystring: pageQuery },
      answer: listOrganizations(options),
    },
    POST: {
      summary: 'Creates an organization with its owner and a sandbox application',
      schema: { body: newOrganizationBody },
      answer: createOrganization(options),
    },
  });
  managementResource(app, '/management/organizations/:organization', {
    GET: {
      summary: 'An organization with its applications and members',
      schema,
      delegated: 'account:read',
      answer: showOrganization(options),
    },
    PUT: {
      summary: 'Merges properties into those of the organization',
      schema: { ...schema, body: propertiesBody },
      answer: updateOrganization(options),
    },
    DELETE: {
      summary: 'Not offered: organizations are not deleted',
      schema,
      answer: deleteOrganization(options),
    },
  });
};

const usualPage = 10;

const listOrganizations =
  ({ core }: UsergridOptions): Answer =>
  async (request, reply) => {
    await core.access.requireSuperuser(request.caller);
    const { limit, cursor } = readPageRequest(request, usualPage);
    const page = await core.tenancyStore.listOrganizations(limit, cursor);
    const organizations = await Promise.all(
      page.items.map(async (organization) => {
        const { name, uuid, properties } = organization;
        const applications = await core.tenancyStore.listApplications(uuid);
        return { name, uuid, properties, applications: renderApplicationMap(applications) };
      }),
    );
    return sendEnvelope(request, reply, {
      organizations,
      count: organizations.length,
      cursor: renderCursor(page.cursor),
    });
  };

const createOrganization =
  ({ core }: UsergridOptions): Answer =>
  async (request, reply) => {
    requireBody(request);
    const { organization: name } = fieldsOf(request);
    const { properties } = bodyFields(request);
    const { organization, owner } = await core.signUp.createOrganization(
      request.caller,
      { name, properties },
      newAdminUser(request, { propertiesAreOfTheUser: false }),
    );
    return sendEnvelope(request, reply, {
      action: 'new organization',
      status: 'ok',
      data: { owner: renderAdminUser(owner), organization: renderOrganization(organization) },
    });
  };

const showOrganization =
  ({ core }: UsergridOptions): Answer =>
  async (request, reply) => {
    const organization = await accessibleOrganization(request, core);
    return sendEnvelope(request, reply, { organization: await renderWholeOrganization(core, organization) });
  };

const updateOrganization =
  ({ core }: UsergridOptions): Answer =>
  async (request, reply) => {
    const organization = await accessibleOrganization(request, core);
    requireBody(request);
    await core.tenancy.updateOrganization(organization, bodyFields(request).properties);
    const params = echoedParameters(request.query as QueryParameters);
    return sendEnvelope(request, reply, { action: 'put', params });
  };

const deleteOrganization =
  ({ core }: UsergridOptions): Answer =>
  async (request) => {
    await organizationOf(request, core);
    throw new KeygridError('not_implemented', 'Organizations are not deleted');
  };
