/** Counts a call against its client's allowance, and tells what is left. APS-95, APS-96. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { parseBasicCredentials } from '../../core/clients/basic-credentials.ts';
import { KeygridError } from '../../core/errors.ts';
import { type FormFields, fieldOf } from './form.ts';
import type { LimitedEndpoint, RateLimits } from './rate-limits.ts';

/** A caller that names no client is its address. */
export const callerOf = (request: FastifyRequest): string => request.namedClient ?? `address ${request.ip}`;

/** @throws KeygridError `throttled`, and whatever the work throws */
export async function withinLimit<Result>(
  limits: RateLimits,
  endpoint: LimitedEndpoint,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
  work: () => Promise<Result>,
): Promise<Result> {
  const caller = callerOf(request);
  const { limit, remaining } = limits.take(endpoint, caller);
  reply.header('ratelimit-value', String(limit)).header('ratelimit-remaining', String(remaining));
  try {
    return await work();
  } catch (error) {
    if (error instanceof KeygridError && error.code === 'invalid_client') limits.giveBack(endpoint, caller);
    throw error;
  }
}

/** The client that the header or the body names. */
export function nameClient(request: FastifyRequest, fields: FormFields): void {
  const basic = parseBasicCredentials(request.headers.authorization ?? '');
  request.namedClient = basic?.clientId ?? fieldOf(fields, 'client_id');
}
