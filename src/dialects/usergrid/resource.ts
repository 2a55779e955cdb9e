/** One path with its methods: what is not among them answers 405, and every method is in the API description. */
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify';
import { KeygridError } from '../../core/errors.ts';
import type { ManagementScope } from '../../core/identity/delegated-reach.ts';
import { unlessSent } from '../../http/unless-sent.ts';
import type { Answer } from './context.ts';
import { sendRefusal } from './refuse.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/**
 * Who may call a path below an application: whoever has the path's permission (the default), application admins, or
 * the handler sees to it itself.
 */
export type Guard = 'permission' | 'application_admin' | 'none';

/** What a token that was given to a client needs for a management path; `ignored`: the path looks at no token. */
export type DelegatedGuard = ManagementScope | 'ignored';

declare module 'fastify' {
  interface FastifyContextConfig {
    guard?: Guard;
    delegated?: DelegatedGuard;
    basicNamesClient?: boolean;
  }
}

export interface Operation {
  summary: string;
  answer: Answer;
  guard?: Guard;
  /** Absent: such tokens are refused. Below an application their scopes say it (path-permission.ts). */
  delegated?: DelegatedGuard;
  /** Basic credentials are a client's, whatever its id looks like, and never the superuser's. */
  basicNamesClient?: boolean;
  schema?: Omit<FastifySchema, 'summary'>;
}

/** PATCH, which no path takes, is refused by one route for all. */
export const allMethods: Method[] = ['GET', 'POST', 'PUT', 'DELETE'];

/** `aliases` are other spellings of the same path, left out of the API description. */
export function resource(
  app: FastifyInstance,
  path: string,
  operations: Partial<Record<Method, Operation>>,
  aliases: string[] = [],
): void {
  for (const url of [path, ...aliases]) {
    for (const method of allMethods) {
      const operation = operations[method];
      if (operation) addRoute(app, method, url, operation, url !== path);
    }
    const refused = allMethods.filter((method) => !operations[method]);
    if (refused.length > 0) refuseMethods(app, refused, url);
  }
}

/** Answers 405. */
export function refuseMethods(app: FastifyInstance, method: string[], url: string): void {
  app.route({
    method,
    url,
    schema: { hide: true } as FastifySchema,
    config: { guard: 'none' },
    handler: async (request, reply) => refuseMethod(request, reply),
  });
}

export const refuseMethod = (
  request: FastifyRequest,
  reply: FastifyReply,
  description = 'This path does not take this method',
): FastifyReply => sendRefusal(request, reply, new KeygridError('not_implemented', description), notAllowed);

const notAllowed = { status: 405, error: 'not_allowed', exception: 'keygrid.not_allowed' };

function addRoute(
  app: FastifyInstance,
  method: Method,
  url: string,
  operation: Operation,
  hide: boolean,
): void {
  app.route({
    method,
    url,
    schema: {
      summary: operation.summary,
      ...operation.schema,
      ...(hide ? { hide: true } : {}),
    } as FastifySchema,
    config: {
      ...(operation.guard ? { guard: operation.guard } : {}),
      ...(operation.delegated ? { delegated: operation.delegated } : {}),
      ...(operation.basicNamesClient ? { basicNamesClient: true } : {}),
    },
    handler: (request, reply) => unlessSent(operation.answer(request, reply)),
  });
}
