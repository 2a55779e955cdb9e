import type { FastifyReply } from 'fastify';
import type { Awaitable } from '../core/awaitable.ts';

/** What a handler returns: a reply is thenable too, and the framework would wait for one that is sent already. */
export const unlessSent = (answer: Awaitable<FastifyReply>): Promise<FastifyReply> | undefined =>
  answer instanceof Promise ? answer : undefined;
