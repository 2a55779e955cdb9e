/** The token endpoints: `/token`, `/management/token`, `/management/me`, `/{org}/{app}/token`. usergrid-auth.md 2. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Awaitable, andThen } from '../../core/awaitable.ts';
import { KeygridError } from '../../core/errors.ts';
import { requireManagementScope } from '../../core/identity/delegated-reach.ts';
import { renderScope } from '../../core/oauth/scope.ts';
import type { TokenAnswer, TokenSubject } from '../../core/oauth/token-request.ts';
import { basicCredentials } from './authenticate.ts';
import { fieldsOf, requireBody } from './body.ts';
import type { Answer, Routes, UsergridOptions } from './context.ts';
import { sendJson } from './envelope.ts';
import { renderAdminUser } from './render-accounts.ts';
import { resource } from './resource.ts';
import { renderOrganizationsOf, renderWholeOrganization } from './whole-organization.ts';

const summary = 'Issues an access token';

export const managementTokenRoutes: Routes = (app, options) => {
  const issue = issueToken(options, false);
  const whoAmI = issueOrEcho(options, issue);
  for (const path of ['/management/token', '/token', '/management/me']) {
    const basicNamesClient = path !== '/management/me';
    const operation = { summary, answer: whoAmI, delegated: 'ignored', basicNamesClient } as const;
    resource(app, path, { GET: operation, POST: operation });
  }
};

export const applicationTokenRoutes: Routes = (app, options) => {
  const answer = issueToken(options, true);
  const operation = { summary, answer, guard: 'none', basicNamesClient: true } as const;
  resource(app, '/:organization/:application/token', { GET: operation, POST: operation });
};

function issueToken(options: UsergridOptions, ofApplication: boolean): Answer {
  return (request, reply) => {
    if (request.method === 'POST') requireBody(request);
    const fields = withBasic(request, fieldsOf(request));
    const answering = options.core.tokenEndpoint.answer({
      application: ofApplication ? request.application : undefined,
      grantType: fields.grant_type,
      parameters: fields,
      ttl: fields.ttl,
      address: request.ip,
    });
    return andThen(answering, (answer) => sendTokenAnswer(options, request, reply, answer));
  };
}

/** Basic credentials stand in for the body's `client_id` and `client_secret` (usergrid-auth.md 2.2). */
function withBasic(request: FastifyRequest, fields: Record<string, unknown>): Record<string, unknown> {
  const basic = basicCredentials(request.headers.authorization ?? '');
  if (basic?.kind === 'client') {
    return { ...fields, client_id: basic.clientId, client_secret: basic.clientSecret };
  }
  if (basic?.kind !== 'superuser' || !request.routeOptions.config.basicNamesClient) return fields;
  return { ...fields, client_id: basic.username, client_secret: basic.password };
}

/**
 * With an admin user's token and no credentials in the request, that token again with its user: how the portal keeps
 * its session (usergrid-auth.md 2.6). Nothing is renewed.
 */
function issueOrEcho(options: UsergridOptions, issue: Answer): Answer {
  return async (request, reply) => {
    const { token } = request.caller;
    if (!token || fieldsOf(request).grant_type !== undefined) return issue(request, reply);
    requireManagementScope(request.caller, 'account:read');
    if (token.principal.kind !== 'admin_user') throw noUser();
    const membership = await options.core.tenancyCache.membership(token.principal.uuid);
    if (!membership) throw noUser();
    const passwordChangedAt = await options.core.passwordChangedAt(membership.user.uuid);
    const subject: TokenSubject = { kind: 'admin_user', user: membership.user, passwordChangedAt };
    const expiresInSeconds = Math.floor(Math.max(0, token.expiresAt - request.startedAt) / 1000);
    return sendTokenAnswer(options, request, reply, { token, expiresInSeconds, subject });
  };
}

const noUser = (): KeygridError => new KeygridError('invalid_grant', 'invalid username or password');

export function sendTokenAnswer(
  options: UsergridOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  { token, expiresInSeconds, subject, delegated }: TokenAnswer,
): Awaitable<FastifyReply> {
  reply.header('cache-control', 'no-store');
  reply.header('pragma', 'no-cache');
  const expiresIn = Number.isFinite(expiresInSeconds) ? String(expiresInSeconds) : neverExpires;
  const head = `{"access_token":"${token.text}","expires_in":${expiresIn}${renderDelegated(delegated)}`;
  return andThen(renderSubject(options, subject), (rest) =>
    sendJson(request, reply, 200, `${head},${rest}}`),
  );
}

/** What Usergrid had no name for, by the names of RFC 6749 §5.1 and OpenID Connect Core §3.1.3.3. */
function renderDelegated(delegated: TokenAnswer['delegated']): string {
  if (!delegated) return '';
  const { scopes, refreshToken, idToken } = delegated;
  const members = { scope: renderScope(scopes), refresh_token: refreshToken, id_token: idToken };
  return `,${JSON.stringify(members).slice(1, -1)}`;
}

/** usergrid-auth.md 6.1: what the original reports for a token that never expires; text, as it is no exact double. */
const neverExpires = '9223372036854775';

function renderSubject(options: UsergridOptions, subject: TokenSubject): Awaitable<string> {
  if (subject.kind === 'application_client') return `"application":"${subject.application.uuid}"`;
  if (subject.kind === 'application_user') return `"user":${subject.user.body}`;
  return renderAccount(options, subject);
}

async function renderAccount(
  options: UsergridOptions,
  subject: Extract<TokenSubject, { kind: 'organization_client' | 'admin_user' }>,
): Promise<string> {
  switch (subject.kind) {
    case 'organization_client':
      return `"organization":${JSON.stringify(await renderWholeOrganization(options.core, subject.organization))}`;
    case 'admin_user': {
      const user = {
        ...renderAdminUser(subject.user),
        organizations: await renderOrganizationsOf(options.core, subject.user),
      };
      return `"passwordChanged":${subject.passwordChangedAt},"user":${JSON.stringify(user)}`;
    }
  }
}
