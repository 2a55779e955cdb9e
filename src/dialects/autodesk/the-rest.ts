/** Paths of this dialect that lead nowhere, and methods that its endpoints do not take, are told in its own words. */
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import { KeygridError } from '../../core/errors.ts';
import { sendNoSuchPage, takesPage } from '../../pages/hosted-context.ts';
import { sendRefusal } from './answers.ts';
import { type AutodeskOptions, undescribed } from './context.ts';

/** HEAD comes as GET. */
const methods: readonly HTTPMethods[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** To be called before the routes are added; what it returns, after them. */
export function refuseTheRest(app: FastifyInstance, options: AutodeskOptions): () => void {
  const { place } = options;
  const taken = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    const known = taken.get(url) ?? new Set();
    for (const name of [method].flat()) known.add(name);
    taken.set(url, known);
  });

  const refuse = (
    request: FastifyRequest,
    reply: FastifyReply,
    status: number,
    why: string,
  ): FastifyReply => {
    const wire = { status, error: 'invalid_request', errorCode: 'ERR-002', headers: {} };
    return sendRefusal(request, reply, new KeygridError('invalid_request', why), place.publicUrl, wire);
  };

  return () => {
    for (const [url, known] of [...taken]) {
      const allowed = [...known].join(', ');
      if (url.includes('*')) continue;
      app.route({
        ...undescribed,
        url,
        method: methods.filter((name) => !known.has(name)),
        handler: async (request, reply) =>
          refuse(request, reply.header('allow', allowed), 405, `This endpoint takes ${allowed}`),
      });
    }
    for (const url of ['/authentication/*', '/userprofile/*']) {
      app.route({
        ...undescribed,
        url,
        method: [...methods],
        handler: async (request, reply) =>
          takesPage(request)
            ? sendNoSuchPage(options, undefined, request, reply)
            : refuse(request, reply, 404, 'There is no such endpoint'),
      });
    }
  };
}
