/** Every refusal of this dialect, in the form that its endpoint answers. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { KeygridError } from '../../core/errors.ts';
import { renderEnvelope, sendJson } from './envelope.ts';
import { describeError, isOAuthForm, toWireError, type WireError } from './errors.ts';
import { explainFault, explainRefusal } from './refusal-facts.ts';

const internal: WireError = { status: 500, error: 'internal', exception: 'keygrid.internal' };

export function sendRefusal(
  request: FastifyRequest,
  reply: FastifyReply,
  error: KeygridError,
  wire: WireError = toWireError(error),
): FastifyReply {
  if (wire.headers) reply.headers(wire.headers);
  const description = describeError(error);
  explainRefusal(request, wire.status, error, description);
  if (isOAuthForm(error.code)) {
    const body = { error: wire.error, error_description: description };
    return sendJson(request, reply, wire.status, JSON.stringify(body));
  }
  const members = { error: wire.error, error_description: description, exception: wire.exception };
  return sendJson(request, reply, wire.status, renderEnvelope(members, request.startedAt, 0));
}

/** A fault of ours: logged whole under the request id, shown without detail. */
export function sendFault(request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
  request.log.error(
    { err: error, requestId: request.id, path: request.url.split('?')[0] },
    'a request failed',
  );
  const description = 'Something went wrong here; the operator can look it up by error_id';
  explainFault(request, error, description);
  const members = {
    error: internal.error,
    error_description: description,
    exception: internal.exception,
    error_id: request.id,
  };
  return sendJson(request, reply, internal.status, renderEnvelope(members, request.startedAt, 0));
}
