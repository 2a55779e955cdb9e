/** Signing out at a client's wish: OpenID Connect RP-Initiated Logout, S141 to S143. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RawParameters } from '../../core/oauth/authorize/authorization-service.ts';
import type { LogoutInput, LogoutOutcome } from '../../core/oauth/authorize/logout.ts';
import { endpointPaths } from '../../core/oidc/discovery.ts';
import { browserOf, setCookies } from '../../http/browser-cookies.ts';
import { fieldOf } from '../../http/form-body.ts';
import { formFields } from '../../pages/form-fields.ts';
import { sendRedirect } from '../../pages/hosted-answers.ts';
import { frameOf } from '../../pages/hosted-context.ts';
import { sendPage } from '../../pages/layout.ts';
import { signOutConfirmPage } from '../../pages/sign-out-confirm-page.ts';
import { signedOutPage } from '../../pages/signed-out-page.ts';
import { addBrowserEndpoint, comeAgain, parametersOf, pathBelow } from './browser-endpoint.ts';
import { realmOf, type StandardOptions } from './context.ts';

const path = endpointPaths.end_session_endpoint;

export function logoutRoutes(app: FastifyInstance, options: StandardOptions): void {
  const { logout } = options.core.authorization;
  addBrowserEndpoint(app, path, 'Signs the user out, at the wish of a client', async (request, reply) => {
    const again = comeAgain(request, reply, options, path);
    if (again) return again;
    const received = parametersOf(request);
    const formToken = request.method === 'POST' ? fieldOf(received, formFields.formToken) : undefined;
    const input: LogoutInput = {
      parameters: received.filter(([name]) => name !== formFields.formToken),
      dialect: 'standard',
      realm: realmOf(request),
      browser: browserOf(request, options.place),
    };
    const outcome =
      formToken === undefined ? await logout.request(input) : await logout.confirm(input, { formToken });
    return send(options, request, reply, outcome, input.parameters);
  });
}

async function send(
  options: StandardOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  outcome: LogoutOutcome,
  parameters: RawParameters,
): Promise<FastifyReply> {
  const realm = realmOf(request);
  if (outcome.kind === 'confirm') return askFirst(options, request, reply, outcome, parameters);
  setCookies(reply, outcome.cookies, options.place);
  if (outcome.kind === 'redirect') {
    return sendRedirect(reply, request.method === 'POST' ? 303 : 302, outcome.location);
  }
  return sendPage(reply, signedOutPage({}, await frameOf(options, realm, request)));
}

/** The form repeats the request as it came. */
async function askFirst(
  options: StandardOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  { formToken, client }: Extract<LogoutOutcome, { kind: 'confirm' }>,
  parameters: RawParameters,
): Promise<FastifyReply> {
  const { ownSignIn } = options.core.authorization;
  const visitor = await ownSignIn.find(realmOf(request), browserOf(request, options.place));
  const redirectUri = fieldOf(parameters, 'post_logout_redirect_uri') ?? '';
  const page = signOutConfirmPage(
    {
      action: pathBelow(request, options, path),
      ...{ formToken, hidden: parameters, client: client?.name, account: visitor?.account },
      destination: URL.canParse(redirectUri) ? new URL(redirectUri).host : undefined,
    },
    await frameOf(options, realmOf(request), request),
  );
  return sendPage(reply, page);
}
