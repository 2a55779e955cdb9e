/** How many entities an application and its collections hold. usergrid-auth.md 8.3. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Core } from '../../core/core.ts';
import { type Answer, paramsOf, type Routes } from './context.ts';
import { sendEnvelope } from './envelope.ts';
import { collectionName } from './inflection.ts';
import { accessibleApplication, managementResource } from './management-request.ts';
import { applicationParams, collectionParams } from './management-schemas.ts';
import { countsByCollection } from './render-application.ts';

export const managementApplicationSizeRoutes: Routes = (app, { core }) => {
  const path = '/management/organizations/:organization/applications/:application';
  const size = (suffix: string, summary: string, answer: Answer): void =>
    managementResource(app, path + suffix, {
      GET: {
        summary,
        schema: { params: suffix.includes(':') ? collectionParams : applicationParams },
        answer,
      },
    });
  size('/_size', 'Number of entities', async (request, reply) => {
    const { name, counts } = await countsOf(request, core);
    return sendSizes(request, reply, { [name]: [...counts.values()].reduce((sum, count) => sum + count, 0) });
  });
  size('/collections/_size', 'Number of entities of each collection', async (request, reply) => {
    const { counts } = await countsOf(request, core);
    return sendSizes(request, reply, Object.fromEntries(counts));
  });
  size('/:collection/_size', 'Number of entities of a collection', async (request, reply) => {
    const { counts } = await countsOf(request, core);
    const name = collectionName(paramsOf(request).collection ?? '');
    return sendSizes(request, reply, Object.fromEntries([[name, counts.get(name) ?? 0]]));
  });
};

async function countsOf(
  request: FastifyRequest,
  core: Core,
): Promise<{ name: string; counts: Map<string, number> }> {
  const application = await accessibleApplication(request, core);
  const collections = countsByCollection(await core.entities.of(application).collections());
  const counts = new Map([...collections].map(([name, { count }]) => [name, count] as const));
  return { name: application.name, counts };
}

const sendSizes = (
  request: FastifyRequest,
  reply: FastifyReply,
  size: Record<string, number>,
): FastifyReply => sendEnvelope(request, reply, { action: 'get', metadata: { aggregation: { size } } });
