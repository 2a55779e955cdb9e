/** `GET /api/v1/outbox`: the mail that stayed here since no mail server is set. Its links open accounts. */
import type { FastifyInstance, FastifySchema } from 'fastify';
import type { Core } from '../core/core.ts';
import { KeygridError } from '../core/errors.ts';
import { Type } from '../http/json-schema.ts';
import { forSuperuser } from './superuser-request.ts';

const usualLimit = 50;
const longestPage = 1000;

const querystring = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: longestPage, default: usualLimit })),
  before: Type.Optional(Type.Integer({ description: 'Only mail older than the one of this id' })),
});

/** Newest first. */
export function outboxRoutes(
  app: FastifyInstance,
  core: Pick<Core, 'authenticator' | 'access' | 'outbox'>,
): void {
  const summary = 'Mail that was not sent since no mail server is set, newest first; superuser only';
  app.get(
    '/api/v1/outbox',
    { schema: { summary, querystring } as FastifySchema },
    forSuperuser(core, async (request, reply) => {
      const { limit, before } = readPage(request.query as Record<string, unknown>);
      const found = await core.outbox.list(limit, before);
      const messages = found.map(({ id, to, subject, text, sentAt }) => ({ id, to, subject, text, sentAt }));
      const body = { messages, before: found.length < limit ? undefined : found.at(-1)?.id };
      return reply.header('content-type', 'application/json').send(JSON.stringify(body));
    }),
  );
}

/** @throws KeygridError `invalid_argument` */
function readPage(query: Record<string, unknown>): { limit: number; before: number | undefined } {
  const whole = (name: string): number | undefined => {
    const value = query[name];
    if (value === undefined) return undefined;
    if (typeof value === 'string' && /^[1-9]\d{0,14}$/.test(value)) return Number(value);
    throw new KeygridError('invalid_argument', `${name} must be a whole number from 1`);
  };
  return { limit: Math.min(whole('limit') ?? usualLimit, longestPage), before: whole('before') };
}
