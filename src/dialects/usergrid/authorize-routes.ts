/**
 * The sign-in page of clients: `/management/authorize` for admin users, `/{org}/{app}/authorize` for the users of an
 * application. The page and its fields are those of seeds 000 and 001; what may follow a sign-in the core decides.
 * usergrid-auth.md 5.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ErrorCode, KeygridError } from '../../core/errors.ts';
import type { AuthorizationInput, RawParameters } from '../../core/oauth/authorize/authorization-service.ts';
import { managementRealmKey, type RealmKey } from '../../core/tenancy/tenancy.ts';
import { browserOf, setCookies } from '../../http/browser-cookies.ts';
import { isFormFromAnotherSite } from '../../http/cross-site.ts';
import { fieldOf, queryOf } from '../../http/form-body.ts';
import { interactionPath, sendOutcome, sendRedirect } from '../../pages/hosted-answers.ts';
import { frameOf, type HostedOptions, sendErrorPage } from '../../pages/hosted-context.ts';
import { noteFailedSignIn } from '../../pages/hosted-routes.ts';
import { sendPage } from '../../pages/layout.ts';
import { usergridSignInPage } from '../../pages/usergrid-sign-in-page.ts';
import { authorizeBody, authorizeQuery } from './authorize-schemas.ts';
import { bodyFields } from './body.ts';
import type { Answer, Routes } from './context.ts';
import { withoutCorsHeaders } from './cors.ts';
import { resource } from './resource.ts';

export const managementAuthorizeRoutes: Routes = (app, options) => {
  const { show, take } = createAnswers(options, () => managementRealmKey);
  const schema = { querystring: authorizeQuery };
  resource(app, '/management/authorize', {
    GET: {
      summary: 'The sign-in page for admin users of a client',
      answer: show,
      delegated: 'ignored',
      schema,
    },
    POST: {
      summary: 'Signs an admin user in, and goes on to the client',
      answer: take,
      delegated: 'ignored',
      schema: { body: authorizeBody },
    },
  });
};

export const applicationAuthorizeRoutes: Routes = (app, options) => {
  const { show, take } = createAnswers(options, ({ application }) => application.key);
  const schema = { querystring: authorizeQuery };
  const showForClient: Answer = async (request, reply) => {
    if (looksLikeClientId(fieldOf(queryOf(request), 'client_id'))) return show(request, reply);
    const error = new KeygridError('invalid_request', 'client_id is missing or malformed');
    return sendErrorPage(options, request.application.key, request, withoutCorsHeaders(reply), error);
  };
  resource(app, '/:organization/:application/authorize', {
    GET: {
      summary: "The sign-in page for the application's users",
      answer: showForClient,
      guard: 'none',
      schema,
    },
    POST: {
      summary: 'Signs a user of the application in, and goes on to the client',
      answer: take,
      guard: 'none',
      schema: { body: authorizeBody },
    },
  });
};

/**
 * usergrid-auth.md 5.3: of applications a client has to be named, as an owner's own (26 characters) or a registered one
 * is called. Whether there is one is looked at later.
 */
const looksLikeClientId = (clientId: string | undefined): boolean =>
  /^(?:[A-Za-z0-9_-]{26}|[A-Za-z0-9]{32})$/.test(clientId ?? '');

function createAnswers(options: HostedOptions, realmOf: (request: FastifyRequest) => RealmKey) {
  const { authorize } = options.core.authorization;

  const inputOf = (request: FastifyRequest, parameters: RawParameters): AuthorizationInput => ({
    parameters,
    dialect: 'usergrid',
    realm: realmOf(request),
    browser: browserOf(request, options.place),
  });

  const show: Answer = async (request, reply) => {
    withoutCorsHeaders(reply);
    const parameters = queryOf(request);
    const { cookie } = await authorize.begin(inputOf(request, parameters));
    if (cookie) setCookies(reply, [cookie], options.place);
    return sendForm(options, request, reply, { realm: realmOf(request), parameters });
  };

  const take: Answer = async (request, reply) => {
    withoutCorsHeaders(reply);
    const realm = realmOf(request);
    try {
      const { parameters, username, password } = readForm(request);
      return await signIn(request, reply, inputOf(request, parameters), { username, password });
    } catch (error) {
      return sendErrorPage(options, realm, request, reply, error);
    }
  };

  async function signIn(
    request: FastifyRequest,
    reply: FastifyReply,
    input: AuthorizationInput,
    typed: { username: unknown; password: unknown },
  ): Promise<FastifyReply> {
    const hasCookie = input.browser.valueFor(realmOf(request)) !== undefined;
    const fromAnotherSite = isFormFromAnotherSite(request, options.place, hasCookie);
    try {
      const outcome = await authorize.signInWithRequest(input, { ...typed, fromAnotherSite });
      const page = outcome.kind === 'page' ? outcome.page : undefined;
      if (page?.interaction === undefined) return sendOutcome(options, request, reply, outcome);
      // Questions have a page of their own, which can be reloaded.
      if (outcome.cookie) setCookies(reply, [outcome.cookie], options.place);
      return sendRedirect(reply, 303, interactionPath(page.interaction));
    } catch (error) {
      const failure = failureOf(error);
      if (!failure) throw error;
      noteFailedSignIn(request, reply, failure, error as KeygridError);
      const { parameters } = input;
      return sendForm(options, request, reply, { realm: realmOf(request), parameters }, failure);
    }
  }

  return { show, take };
}

/** The form's own fields count before those of the address that it was sent to, which repeats them. */
function readForm(request: FastifyRequest): {
  parameters: RawParameters;
  username: unknown;
  password: unknown;
} {
  const { username, password, ...others } = bodyFields(request);
  const sent = Object.entries(others).filter(
    (field): field is [string, string] => typeof field[1] === 'string',
  );
  const inAddress = queryOf(request).filter(([name]) => !Object.hasOwn(others, name) && !isTyped(name));
  return { parameters: [...sent, ...inAddress], username, password };
}

/** Never read from an address, which others get to see. */
const isTyped = (name: string): boolean => name === 'username' || name === 'password';

interface Failure {
  status: number;
  message: string;
}

const mismatch = 'Username or password do not match';

/** What is said above the form when it comes again, in the original's words where it has any (5.2, 5.3). */
const failures: Partial<Record<ErrorCode, Failure>> = {
  invalid_grant: { status: 200, message: mismatch },
  invalid_argument: { status: 200, message: mismatch },
  account_inactive: { status: 200, message: 'user not activated' },
  account_disabled: { status: 200, message: 'user disabled' },
  account_unconfirmed: { status: 200, message: 'user not confirmed' },
  form_token_mismatch: {
    status: 403,
    message: 'Another site sent this form. Sign in here only if you want to.',
  },
  throttled: { status: 429, message: 'Too many attempts. Wait a while, then try again.' },
  overloaded: { status: 503, message: 'Very many people are signing in right now. Try again in a moment.' },
};

/** Undefined for what the user cannot mend by typing. */
function failureOf(error: unknown): Failure | undefined {
  if (!(error instanceof KeygridError)) return undefined;
  const nowhereToGo = error.code === 'invalid_request' && error.message === 'redirect_uri is missing';
  if (nowhereToGo) return { status: 200, message: 'There is nowhere to go on to: redirect_uri is missing' };
  return failures[error.code];
}

async function sendForm(
  options: HostedOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  { realm, parameters }: Pick<AuthorizationInput, 'parameters'> & { realm: RealmKey },
  failure?: Failure,
): Promise<FastifyReply> {
  const fields = {
    response_type: fieldOf(parameters, 'response_type'),
    client_id: fieldOf(parameters, 'client_id'),
    redirect_uri: fieldOf(parameters, 'redirect_uri'),
    scope: fieldOf(parameters, 'scope'),
    state: fieldOf(parameters, 'state'),
  };
  const frame = await frameOf(options, realm, request);
  const page = usergridSignInPage({ request: fields, message: failure?.message }, frame);
  return sendPage(reply, page, { status: failure?.status ?? 200 });
}
