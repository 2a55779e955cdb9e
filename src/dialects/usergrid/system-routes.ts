/** What only the superuser may see or start. usergrid-auth.md 8.9. */
import type { FastifySchema } from 'fastify';
import { firstValues } from './body.ts';
import type { Answer, Routes, UsergridOptions } from './context.ts';
import { type QueryParameters, sendEnvelope } from './envelope.ts';
import { pageQuery } from './management-schemas.ts';
import { longestPage, readPageRequest, renderCursor } from './page-request.ts';
import { renderApplicationMap } from './render-accounts.ts';
import { resource } from './resource.ts';

export const systemRoutes: Routes = (app, options) => {
  resource(
    app,
    '/applications',
    {
      GET: {
        summary: 'All applications by full name; superuser only',
        schema: { querystring: pageQuery },
        answer: listApplications(options),
      },
    },
    ['/apps'],
  );
  for (const path of ['/system/database/setup', '/system/database/bootstrap']) {
    resource(app, path, { PUT: { summary: 'Nothing to do here', answer: done(options, 'cassandra setup') } });
  }
  resource(app, '/system/superuser/setup', {
    GET: { summary: 'Nothing to do here', answer: done(options, 'superuser setup') },
  });
  resource(app, '/system/queue/size', {
    GET: {
      summary: 'Always 0: nothing is queued',
      answer: async (request, reply) => {
        await options.core.access.requireSuperuser(request.caller);
        return sendEnvelope(request, reply, { action: 'queue size', status: 'ok', data: { queueDepth: 0 } });
      },
    },
  });
  app.all('/system/*', { schema: { hide: true } as FastifySchema }, async (request, reply) => {
    await options.core.access.requireSuperuser(request.caller);
    return reply.callNotFound();
  });
};

/** The database is set up at the start, and so is the superuser; scripts written for the original ask for it again. */
const done =
  ({ core }: UsergridOptions, action: string): Answer =>
  async (request, reply) => {
    await core.access.requireSuperuser(request.caller);
    return sendEnvelope(request, reply, { action, status: 'ok' });
  };

/** The store's cursor is the key of an application. */
const applicationCursors = /^\d{1,15}$/;

const listApplications =
  ({ core }: UsergridOptions): Answer =>
  async (request, reply) => {
    await core.access.requireSuperuser(request.caller);
    const { limit, cursor } = readPageRequest(request, longestPage, applicationCursors);
    const deleted = firstValues(request.query as QueryParameters).deleted === 'true';
    const page = await core.tenancyStore.listAllApplications(deleted, limit, cursor);
    return sendEnvelope(request, reply, {
      action: 'get applications',
      status: 'ok',
      applications: renderApplicationMap(page.items),
      count: page.items.length,
      cursor: renderCursor(page.cursor),
    });
  };
