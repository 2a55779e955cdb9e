/** `/`, `/status`, `/lb-status`: usergrid-auth.md 8.9. */
import type { Routes } from './context.ts';
import { sendEnvelope } from './envelope.ts';
import { resource } from './resource.ts';

export const statusRoutes: Routes = (app, { clock, version }) => {
  const started = clock.now();
  resource(app, '/', {
    GET: {
      summary: 'Redirects to /status',
      answer: async (_request, reply) => reply.redirect('/status', 307),
    },
  });
  resource(app, '/status', {
    GET: {
      summary: 'Version and uptime (ms)',
      answer: async (request, reply) =>
        sendEnvelope(request, reply, {
          status: {
            started,
            uptime: clock.now() - started,
            version,
            // Names of the original's parts, which its monitors look for.
            cassandraAvailable: true,
            cassandraStatus: 'GREEN',
            managementAppIndexStatus: 'GREEN',
          },
        }),
    },
  });
  resource(app, '/lb-status', {
    GET: { summary: 'Empty while in service', answer: async (_request, reply) => reply.code(200).send('') },
  });
};
