/** Where users are sent to sign in and to consent, and where they sign out: aps-auth.md 1.1, 1.2, 3.1, 3.6. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { KeygridError } from '../../core/errors.ts';
import type { CookieChange } from '../../core/oauth/authorize/authorization-service.ts';
import { issuerPath } from '../../core/oidc/issuer.ts';
import { managementRealmKey } from '../../core/tenancy/tenancy.ts';
import { browserOf, setCookies } from '../../http/browser-cookies.ts';
import { fieldOf, queryOf } from '../../http/form-body.ts';
import { authorizationErrorPage } from '../../pages/authorization-error-page.ts';
import { sendOutcome, sendRedirect } from '../../pages/hosted-answers.ts';
import { frameOf, takesPage } from '../../pages/hosted-context.ts';
import { sendPage } from '../../pages/layout.ts';
import { signedOutPage } from '../../pages/signed-out-page.ts';
import { explain, sendRefusal } from './answers.ts';
import { type AutodeskOptions, described, versionOf } from './context.ts';
import { type AutodeskVersion, toWireError, type WireError } from './errors.ts';
import { withinLimit } from './limited.ts';
import type { LimitedEndpoint } from './rate-limits.ts';

export function authorizeRoutes(app: FastifyInstance, options: AutodeskOptions): void {
  const { core, limits, place } = options;
  const { authorize, logout } = core.authorization;

  /** What is thrown has no address that it may be sent to. */
  const get = (path: string, endpoint: LimitedEndpoint, summary: string, answer: Answer): void => {
    const version: AutodeskVersion = endpoint.startsWith('v1') ? 'v1' : 'v2';
    app.get(path, described(version, summary), async (request, reply) => {
      request.namedClient = fieldOf(queryOf(request), 'client_id') || undefined;
      try {
        return await withinLimit(limits, endpoint, { request, reply }, () => answer(request, reply));
      } catch (error) {
        if (!(error instanceof KeygridError)) throw error;
        return sendLocalError(options, request, reply, error);
      }
    });
  };

  for (const version of ['v1', 'v2'] as const) {
    get(
      `/authentication/${version}/authorize`,
      `${version}/authorize`,
      'Sends a user to sign in and to consent',
      async (request, reply) => {
        const outcome = await authorize.begin({
          parameters: queryOf(request),
          dialect: `autodesk_${version}`,
          realm: undefined,
          browser: browserOf(request, place),
        });
        return sendOutcome(options, request, reply, outcome);
      },
    );
  }

  get('/authentication/v2/logout', 'v2/logout', 'Ends the session in the browser', async (request, reply) => {
    const outcome = await logout.request({
      parameters: queryOf(request),
      dialect: 'autodesk_v2',
      realm: undefined,
      browser: browserOf(request, place),
    });
    if (outcome.kind !== 'confirm') setCookies(reply, outcome.cookies, place);
    if (outcome.kind === 'redirect') return sendRedirect(reply, 302, outcome.location);
    const signIn = outcome.kind === 'signed_out' ? await signInPath(options, outcome.cookies) : undefined;
    if (signIn !== undefined) return sendRedirect(reply, 302, signIn);
    return sendPage(reply, signedOutPage({}, await frameOf(options, undefined, request)));
  });
}

/** APS-94: back to where the user signed in; undefined where that was nowhere, or in several places. */
async function signInPath(
  { core }: AutodeskOptions,
  ended: readonly CookieChange[],
): Promise<string | undefined> {
  const [only, ...others] = ended;
  if (!only || others.length > 0) return undefined;
  if (only.realm === managementRealmKey) return '/account/management';
  const application = await core.tenancyCache.applicationByKey(only.realm);
  return application && `/account/${issuerPath(application)}`;
}

type Answer = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** aps-auth.md 1.2: a page for a browser, the API's JSON for everything else. Never a redirect. */
async function sendLocalError(
  options: AutodeskOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  error: KeygridError,
): Promise<FastifyReply> {
  const told = withReceivedUri(error);
  const wire = wireOf(error, versionOf(request));
  if (!takesPage(request)) return sendRefusal(request, reply, told, options.place.publicUrl, wire);
  explain(request, told, wire);
  const frame = await frameOf(options, undefined, request);
  const model = { description: `${told.message} (${wire.errorCode})`, requestId: request.id };
  reply.headers(wire.headers);
  return sendPage(reply, authorizationErrorPage(model, frame), { status: wire.status });
}

/** APS-19: a client that is unknown here is told as one that may not use the interface. */
function wireOf(error: KeygridError, version: AutodeskVersion): WireError {
  if (error.code !== 'invalid_client') return toWireError(error, version);
  return { status: 403, error: 'invalid_client', errorCode: 'AUTH-001', headers: {} };
}

/** aps-auth.md 7, pain 1: says what was received. */
function withReceivedUri(error: KeygridError): KeygridError {
  const { redirectUri } = error.subject;
  if (redirectUri === undefined) return error;
  return new KeygridError(error.code, `${error.message}. Received: ${redirectUri}`, {
    subject: error.subject,
  });
}
