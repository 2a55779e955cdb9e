/** How this dialect answers: always JSON, always typed as such, never stored (aps-auth.md 0.1, rules 4 and 7). */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { KeygridError } from '../../core/errors.ts';
import { causeFacts, isExplained, noteRefusal } from '../../http/note-refusal.ts';
import { versionOf } from './context.ts';
import { renderError, toWireError, type WireError } from './errors.ts';

const unstored = {
  'cache-control': 'no-store',
  pragma: 'no-cache',
  'x-content-type-options': 'nosniff',
};

/** `body` as JSON text; empty where there is nothing to say. */
export const sendJson = (reply: FastifyReply, status: number, body: string): FastifyReply =>
  reply.code(status).headers(unstored).header('content-type', 'application/json').send(body);

export function sendRefusal(
  request: FastifyRequest,
  reply: FastifyReply,
  error: KeygridError,
  publicUrl: string,
  wire: WireError = toWireError(error, versionOf(request)),
): FastifyReply {
  explain(request, error, wire);
  reply.headers(wire.headers);
  return sendJson(reply, wire.status, renderError(wire, error.message, publicUrl));
}

/** A fault of ours: logged whole under the request id, shown without detail. */
export function sendFault(
  request: FastifyRequest,
  reply: FastifyReply,
  error: Error,
  publicUrl: string,
): FastifyReply {
  const path = request.url.split('?')[0];
  request.log.error({ err: error, requestId: request.id, path }, 'a request failed');
  const description = `Something went wrong here; the operator can look it up by ${request.id}`;
  noteRefusal(request, () => ({ status: 500, description, code: 'fault', facts: causeFacts(error) }));
  const wire = { error: 'server_error', errorCode: 'ERR-003' };
  return sendJson(reply, 500, renderError(wire, description, publicUrl));
}

const longestName = 100;

/** Whatever one of these endpoints refuses is about credentials or grants. */
export function explain(request: FastifyRequest, error: KeygridError, wire: WireError): void {
  if (!isExplained(wire.status) && wire.status !== 400) return;
  noteRefusal(request, () => ({
    status: wire.status,
    description: error.message,
    code: error.code,
    facts: {
      dialect: 'autodesk',
      errorCode: wire.errorCode,
      ...(request.namedClient !== undefined && { client: request.namedClient.slice(0, longestName) }),
      ...causeFacts(error),
    },
  }));
}

/** What the HTTP layer itself refuses: too large a body, a broken request. */
export function asKeygridError(error: Error & { statusCode?: number }): KeygridError | undefined {
  if (error instanceof KeygridError) return error;
  const status = error.statusCode ?? 500;
  if (status < 400 || status >= 500) return undefined;
  return new KeygridError('invalid_request', error.message, { cause: error });
}
