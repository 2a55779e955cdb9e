/** What no dialect claims: errors of routes outside of them. Dialects answer in words of their own. */
import type { FastifyError, FastifyInstance } from 'fastify';
import { causeFacts, noteRefusal } from './note-refusal.ts';

/** A fault of ours is logged whole under the request id, and shown without detail. */
export function answerUnforeseen(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 400 && status < 500) {
      const body = { error: 'bad_request', error_description: error.message, request_id: request.id };
      return reply.code(status).header('content-type', 'application/json').send(JSON.stringify(body));
    }
    const path = request.url.split('?')[0];
    request.log.error({ err: error, requestId: request.id, path }, 'a request failed');
    const description = 'Something went wrong here; the operator can look it up by request_id';
    noteRefusal(request, () => ({ status: 500, description, code: 'fault', facts: causeFacts(error) }));
    const body = { error: 'server_error', error_description: description, request_id: request.id };
    return reply.code(500).header('content-type', 'application/json').send(JSON.stringify(body));
  });
}
