/** Applications of an organization: listing, creating, showing, deleting, restoring. usergrid-auth.md 8.3. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { KeygridError } from '../../core/errors.ts';
import type { Application } from '../../core/tenancy/tenancy.ts';
import { fieldsOf, firstValues } from './body.ts';
import { type Answer, paramsOf, type Routes, type UsergridOptions } from './context.ts';
import { applicationMembers, type EnvelopeMembers, type QueryParameters, sendEnvelope } from './envelope.ts';
import { accessibleApplication, accessibleOrganization, managementResource } from './management-request.ts';
import {
  applicationParams,
  deletionQuery,
  newApplicationBody,
  organizationParams,
} from './management-schemas.ts';
import { renderApplicationMap } from './render-accounts.ts';
import { renderApplication } from './render-application.ts';

const applicationPath = '/management/organizations/:organization/applications/:application';

export const managementApplicationRoutes: Routes = (app, options) => {
  const schema = { params: applicationParams };
  managementResource(app, '/management/organizations/:organization/applications', {
    GET: {
      summary: 'The applications by full name',
      delegated: 'account:read',
      schema: { params: organizationParams },
      answer: listApplications(options),
    },
    POST: {
      summary: 'Creates an application',
      delegated: 'account:write',
      schema: { params: organizationParams, body: newApplicationBody },
      answer: createApplication(options),
    },
  });
  managementResource(app, applicationPath, {
    GET: { summary: 'An application', schema, delegated: 'account:read', answer: showApplication(options) },
    PUT: {
      summary: 'Restores a deleted application, named by its UUID',
      schema,
      answer: restoreApplication(options),
    },
    DELETE: {
      summary: 'Deletes an application; it can be restored',
      schema: { ...schema, querystring: deletionQuery },
      answer: deleteApplication(options),
    },
  });
  managementResource(app, `${applicationPath}/status`, {
    GET: { summary: 'Empty while the application is in service', schema, answer: applicationStatus(options) },
  });
};

const listApplications =
  ({ core }: UsergridOptions): Answer =>
  async (request, reply) => {
    const { uuid } = await accessibleOrganization(request, core);
    return sendEnvelope(request, reply, {
      action: 'get organization application',
      data: renderApplicationMap(await core.tenancyStore.listApplications(uuid)),
    });
  };

const createApplication =
  (options: UsergridOptions): Answer =>
  async (request, reply) => {
    const { core } = options;
    const organization = await accessibleOrganization(request, core);
    const { name } = fieldsOf(request);
    if (typeof name !== 'string' || name === '') {
      throw new KeygridError('invalid_argument', "The 'name' parameter is required and must be a string");
    }
    const application = await core.tenancy.createApplication(organization, name, request.caller.principal);
    return sendApplication(options, request, reply, application, {
      action: 'new application for organization',
      data: renderApplicationMap([application]),
      entities: await entitiesOf(options, application),
    });
  };

const showApplication =
  (options: UsergridOptions): Answer =>
  async (request, reply) => {
    const application = await accessibleApplication(request, options.core);
    const entities = await entitiesOf(options, application);
    return sendApplication(options, request, reply, application, { action: 'get', entities });
  };

const deleteApplication =
  (options: UsergridOptions): Answer =>
  async (request, reply) => {
    const application = await accessibleApplication(request, options.core);
    requireConfirmation(request);
    await options.core.tenancy.deleteApplication(application, request.caller.principal);
    return sendApplication(options, request, reply, application, { action: 'delete' });
  };

const restoreApplication =
  (options: UsergridOptions): Answer =>
  async (request, reply) => {
    const application = await accessibleApplication(request, options.core, { deleted: true });
    await options.core.tenancy.restoreApplication(application, request.caller.principal);
    return sendApplication(options, request, reply, application, { action: 'restore' });
  };

const applicationStatus =
  ({ core }: UsergridOptions): Answer =>
  async (request, reply) => {
    await accessibleApplication(request, core);
    return reply.code(200).send('');
  };

/** The name or uuid once more, in the form that the path has. @throws KeygridError `invalid_argument` */
function requireConfirmation(request: FastifyRequest): void {
  const { confirm_application_identifier: identifier, confirm_application_id: id } = firstValues(
    request.query as QueryParameters,
  );
  const { application = '' } = paramsOf(request);
  if ((identifier ?? id ?? '').toLowerCase() === application.toLowerCase()) return;
  throw new KeygridError(
    'invalid_argument',
    'Cannot delete application without supplying correct application identifier in confirm_application_identifier',
  );
}

const entitiesOf = async ({ core }: UsergridOptions, application: Application): Promise<unknown[]> => [
  renderApplication(application, await core.entities.of(application).collections()),
];

function sendApplication(
  { place }: UsergridOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  application: Application,
  members: EnvelopeMembers,
): FastifyReply {
  const context = { application, publicUrl: place.publicUrl };
  return sendEnvelope(request, reply, { ...applicationMembers(request, context), ...members });
}
