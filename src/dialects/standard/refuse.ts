/** Every refusal of the endpoints that answer programs: a JSON body, never kept (S071), explained to the operator. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { parseBasicCredentials } from '../../core/clients/basic-credentials.ts';
import { KeygridError } from '../../core/errors.ts';
import { fieldOf, formOf } from '../../http/form-body.ts';
import { causeFacts, noteRefusal } from '../../http/note-refusal.ts';
import { errorHeaders, fault, safeDescription, toWireError, type WireError } from './errors.ts';

export function sendJson(reply: FastifyReply, status: number, body: object): FastifyReply {
  return neverKept(reply).code(status).header('content-type', 'application/json').send(JSON.stringify(body));
}

export const neverKept = (reply: FastifyReply): FastifyReply =>
  reply
    .header('cache-control', 'no-store')
    .header('pragma', 'no-cache')
    .header('x-content-type-options', 'nosniff');

export function sendError(
  error: Error | FastifyError | KeygridError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (error instanceof KeygridError) {
    const wire = toWireError(error);
    if (wire === fault) return sendFault(error, request, reply);
    return sendRefusal(error, wire, request, reply);
  }
  const status = ('statusCode' in error ? error.statusCode : undefined) ?? 500;
  if (status >= 500) return sendFault(error, request, reply);
  // What the HTTP layer itself refuses: too large a body, a broken request.
  const refusal = new KeygridError('invalid_request', error.message);
  return sendRefusal(refusal, { status, error: 'invalid_request' }, request, reply);
}

function sendRefusal(
  error: KeygridError,
  wire: WireError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const { status } = wire;
  const description = safeDescription(error.message);
  noteRefusal(request, () => ({ status, description, code: error.code, facts: factsOf(error, request) }));
  reply.headers(errorHeaders(error, wire));
  return sendJson(reply, status, { error: wire.error, error_description: description });
}

function sendFault(error: Error, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const path = request.url.split('?')[0];
  request.log.error({ err: error, requestId: request.id, path }, 'a request failed');
  const description = `Something went wrong here; the operator can look it up as ${request.id}`;
  noteRefusal(request, () => ({ status: 500, description, code: 'fault', facts: causeFacts(error) }));
  return sendJson(reply, fault.status, { error: fault.error, error_description: description });
}

const clientIdPattern = /^[A-Za-z0-9._-]{1,100}$/;
const grantTypePattern = /^[a-z_:-]{1,80}$/;

/** Which client called itself so, and what it asked for; never what it proved it with. */
function factsOf(error: KeygridError, request: FastifyRequest): Record<string, string> {
  const form = readable(request);
  const basic = parseBasicCredentials(request.headers.authorization ?? '');
  const clientId = basic?.clientId ?? fieldOf(form, 'client_id') ?? '';
  const grantType = fieldOf(form, 'grant_type') ?? '';
  const { parameter } = error.subject;
  return {
    ...(clientIdPattern.test(clientId) && { clientId }),
    ...(grantTypePattern.test(grantType) && { grantType }),
    ...(typeof parameter === 'string' && { parameter }),
    ...(typeof error.cause === 'string'
      ? { cause: error.cause }
      : (causeFacts(error) as Record<string, string>)),
  };
}

function readable(request: FastifyRequest): ReturnType<typeof formOf> {
  try {
    return formOf(request);
  } catch {
    return [];
  }
}
