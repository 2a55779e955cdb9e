/** Client id and secret of organizations and applications, for who administers them. usergrid-auth.md 8.1, 8.3, 8.4. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Core } from '../../core/core.ts';
import type { Application, Organization } from '../../core/tenancy/tenancy.ts';
import type { Answer, Routes } from './context.ts';
import { sendEnvelope } from './envelope.ts';
import { accessibleApplication, accessibleOrganization, managementResource } from './management-request.ts';
import { applicationParams, organizationParams } from './management-schemas.ts';
import { type Method, type Operation, resource } from './resource.ts';

type Owner = Organization | Application;

export const managementCredentialsRoutes: Routes = (app, { core }) => {
  managementResource(
    app,
    '/management/organizations/:organization/credentials',
    credentials(core, 'organization client credentials', (request) => accessibleOrganization(request, core)),
  );
  managementResource(
    app,
    '/management/organizations/:organization/applications/:application/credentials',
    credentials(core, 'application client credentials', (request) => accessibleApplication(request, core)),
  );
};

export const applicationCredentialsRoutes: Routes = (app, { core }) => {
  resource(
    app,
    '/:organization/:application/credentials',
    credentials(core, 'application keys', async (request) => request.application),
  );
};

function credentials(
  core: Core,
  what: string,
  ownerOf: (request: FastifyRequest) => Promise<Owner>,
): Partial<Record<Method, Operation>> {
  const ofApplication = what.startsWith('application');
  const shared = {
    schema: { params: ofApplication ? applicationParams : organizationParams },
    guard: 'application_admin',
  } as const;
  const show: Answer = async (request, reply) => {
    const owner = await ownerOf(request);
    return sendCredentials(request, reply, `get ${what}`, core.tenancy.credentialsOf(owner));
  };
  const regenerate: Answer = async (request, reply) => {
    const owner = await ownerOf(request);
    return sendCredentials(
      request,
      reply,
      `generate ${what}`,
      await core.tenancy.regenerateCredentials(owner, request.caller.principal),
    );
  };
  return {
    GET: { summary: `Shows the ${what}`, answer: show, ...shared },
    POST: { summary: `Makes a new secret; tokens of the client end`, answer: regenerate, ...shared },
  };
}

function sendCredentials(
  request: FastifyRequest,
  reply: FastifyReply,
  action: string,
  { clientId, clientSecret }: { clientId: string; clientSecret: string },
): FastifyReply {
  reply.header('cache-control', 'no-store');
  return sendEnvelope(request, reply, {
    action,
    status: 'ok',
    credentials: { client_id: clientId, client_secret: clientSecret },
  });
}
