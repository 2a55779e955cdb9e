/** Who stands behind an access token: OpenID Connect Core §5.3, S104, S105, S124 to S126. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { andThen } from '../../core/awaitable.ts';
import { KeygridError } from '../../core/errors.ts';
import { endpointPaths } from '../../core/oidc/discovery.ts';
import { carriesForm, fieldOf, formOf, queryOf } from '../../http/form-body.ts';
import { realmOf, type StandardOptions } from './context.ts';
import { addEndpoint } from './endpoint.ts';
import { neverKept, sendJson } from './refuse.ts';

export function userinfoRoutes(app: FastifyInstance, options: StandardOptions): void {
  const { tokens, userinfo } = options.core;
  addEndpoint(app, options, endpointPaths.userinfo_endpoint, {
    summary: 'Claims about the user of an access token',
    methods: ['GET', 'POST'],
    cors: 'any',
    answer: (request, reply) => {
      const text = presentedToken(request);
      if (text === undefined) {
        // S105: who brought nothing is told how, not that anything was wrong.
        return neverKept(reply).code(401).header('www-authenticate', 'Bearer realm="Keygrid"').send();
      }
      const claims = andThen(tokens.check(text), (token) => userinfo.claims(realmOf(request), token));
      return andThen(claims, (known) => sendJson(reply, 200, known));
    },
  });
}

/** @throws KeygridError `invalid_request` for a token in the URL, or in two places (S104) */
function presentedToken(request: FastifyRequest): string | undefined {
  if (queryOf(request).some(([name]) => name === 'access_token')) {
    throw wronglySent('An access token does not belong into the URL');
  }
  const header = /^bearer +(.*)$/i.exec(request.headers.authorization ?? '')?.[1]?.trim();
  // RFC 6750 §2.2: a token is in a form or in no body at all, so that what else a body holds does not matter.
  const form = request.method === 'POST' && carriesForm(request) ? formOf(request) : [];
  const body = fieldOf(form, 'access_token');
  const isRepeated = form.filter(([name]) => name === 'access_token').length > 1;
  if (isRepeated || (header !== undefined && body !== undefined)) {
    throw wronglySent('The access token is sent in more than one way');
  }
  return header ?? body;
}

/** RFC 6750 §3: a request whose token cannot be taken gets a challenge, whatever its status (S105). */
const wronglySent = (description: string): KeygridError =>
  new KeygridError('invalid_request', description, { subject: { carrier: 'bearer' } });
