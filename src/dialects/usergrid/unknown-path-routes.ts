/** Paths of the management API that lead nowhere, and an organization alone at the root. usergrid-auth.md 1.4. */
import type { FastifySchema } from 'fastify';
import { KeygridError } from '../../core/errors.ts';
import { reservedOrganizationNames } from '../../core/tenancy/names.ts';
import { paramsOf, type Routes } from './context.ts';
import { sendRefusal } from './refuse.ts';
import { allMethods } from './resource.ts';

const hidden = { schema: { hide: true } as FastifySchema };
const notAllowed = { status: 405, error: 'not_allowed', exception: 'keygrid.not_allowed' };

export const unknownPathRoutes: Routes = (app) => {
  for (const url of ['/management', '/management/*']) {
    app.route({
      method: allMethods,
      url,
      ...hidden,
      handler: async (_request, reply) => reply.callNotFound(),
    });
  }
  app.all('/:organization', hidden, async (request, reply) => {
    const { organization = '' } = paramsOf(request);
    if (reservedOrganizationNames.has(organization.toLowerCase())) return reply.callNotFound();
    if (request.method === 'DELETE') {
      throw new KeygridError('not_implemented', 'Organizations are not deleted');
    }
    const refusal = new KeygridError('not_implemented', 'This path does not take this method');
    return sendRefusal(request, reply, refusal, notAllowed);
  });
};
