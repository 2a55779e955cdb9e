/** Endpoints that browsers are sent to: GET and POST, answers are pages or redirects, no other origin reads them (S023). */
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify';
import type { RawParameters } from '../../core/oauth/authorize/authorization-service.ts';
import { browserOf } from '../../http/browser-cookies.ts';
import { formOf, queryOf } from '../../http/form-body.ts';
import { takenMethods } from '../../http/taken-methods.ts';
import { sendRedirect } from '../../pages/hosted-answers.ts';
import { realmOf, type StandardOptions } from './context.ts';
import type { Answer, Method } from './endpoint.ts';

/** What the URL, or the body of a POST alone, says. @throws KeygridError `invalid_request` */
export const parametersOf = (request: FastifyRequest): RawParameters =>
  request.method === 'POST' ? formOf(request) : queryOf(request);

/** Without its query; as other hosts see it. */
export const pathBelow = (request: FastifyRequest, { place }: StandardOptions, path: string): string =>
  `${request.issuer.url.slice(new URL(place.publicUrl).origin.length)}${path}`;

export function addBrowserEndpoint(
  app: FastifyInstance,
  path: string,
  summary: string,
  answer: Answer,
): void {
  const methods: Method[] = ['GET', 'POST'];
  const { allow, refused } = takenMethods(methods);
  app.route({ method: methods, url: path, schema: { summary } as FastifySchema, handler: answer });
  app.route({
    method: [...refused, 'OPTIONS'],
    url: path,
    schema: { hide: true } as FastifySchema,
    handler: async (request, reply) => {
      const status = request.method === 'OPTIONS' ? 204 : 405;
      return reply.code(status).header('allow', allow).header('cache-control', 'no-store').send();
    },
  });
}

/** Longer ones are for the endpoint itself to refuse. */
const longestQuery = 14_000;

/**
 * Browsers keep our cookie back when another site sends a form (SameSite). A POST without it comes again as a GET, with
 * which they send it; so that nobody's session is overwritten by a new one.
 */
export function comeAgain(
  request: FastifyRequest,
  reply: FastifyReply,
  options: StandardOptions,
  path: string,
): FastifyReply | undefined {
  if (request.method !== 'POST') return undefined;
  if (browserOf(request, options.place).valueFor(realmOf(request)) !== undefined) return undefined;
  const query = new URLSearchParams(
    formOf(request).map(([name, value]): [string, string] => [name, value]),
  ).toString();
  if (query.length > longestQuery) return undefined;
  return sendRedirect(reply, 303, `${pathBelow(request, options, path)}?${query}`);
}
