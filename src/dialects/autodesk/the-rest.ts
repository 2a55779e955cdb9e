/** Paths of this dialect that lead nowhere, and methods that its endpoints do not take, are told in its own words. */
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import { KeygridError } from '../../core/errors.ts';
import { allMethods, takenMethods } from '../../http/taken-methods.ts';
import { sendNoSuchPage, takesPage } from '../../pages/hosted-context.ts';
import { sendRefusal } from './answers.ts';
import { type AutodeskOptions, undescribed } from './context.ts';
import { preflightHeaders } from './cors.ts';

/** To be called before the routes are added; what it returns, after them. */
export function refuseTheRest(app: FastifyInstance, options: AutodeskOptions): () => void {
  const { place } = options;
  const taken = new Map<string, Set<HTTPMethods>>();
  app.addHook('onRoute', ({ url, method }) => {
    const known = taken.get(url) ?? new Set();
    for (const name of [method].flat()) known.add(name as HTTPMethods);
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
      const { allow, refused, refusal } = takenMethods(known);
      app.options(url, undescribed, async (_request, reply) =>
        reply
          .code(204)
          .headers({ allow, ...preflightHeaders(url) })
          .send(),
      );
      app.route({
        ...undescribed,
        url,
        method: refused,
        handler: async (request, reply) => refuse(request, reply.header('allow', allow), 405, refusal),
      });
    }
    // Without a route of its own, the usergrid dialect would answer, and says yes to every origin.
    app.options('/authentication/*', undescribed, async (_request, reply) => reply.code(204).send());
    for (const url of ['/authentication/*', '/userprofile/*']) {
      app.route({
        ...undescribed,
        url,
        method: [...allMethods],
        handler: async (request, reply) =>
          takesPage(request)
            ? sendNoSuchPage(options, undefined, request, reply)
            : refuse(request, reply, 404, 'There is no such endpoint'),
      });
    }
  };
}
