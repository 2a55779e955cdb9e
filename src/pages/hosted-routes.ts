/**
 * The forms of an authorization request under way, of whatever dialect it came in: sign-in, choice of the account,
 * consent. Each answers with 303, so that a reload never sends a form twice (S022).
 */
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify';
import { type ErrorCode, KeygridError } from '../core/errors.ts';
import type {
  AuthorizationOutcome,
  Browser,
  RawParameters,
} from '../core/oauth/authorize/authorization-service.ts';
import type { RealmKey } from '../core/tenancy/tenancy.ts';
import { browserOf, setCookies } from '../http/browser-cookies.ts';
import { fieldOf, formOf, keepBodies } from '../http/form-body.ts';
import { noteRefusal } from '../http/note-refusal.ts';
import { formFields } from './form-fields.ts';
import { type FailedSignIn, interactionPath, sendOutcome, sendRedirect } from './hosted-answers.ts';
import { type HostedOptions, refusalFacts, sendErrorPage } from './hosted-context.ts';
import type { SignInProblem } from './sign-in-page.ts';

interface Visit {
  interaction: string;
  form: RawParameters;
  browser: Browser;
  request: FastifyRequest;
  reply: FastifyReply;
}

const hidden = { schema: { hide: true } as FastifySchema };
const base = '/account/interaction/:interaction';

export function hostedRoutes(app: FastifyInstance, options: HostedOptions): void {
  app.register(async (scope) => openScope(scope, options));
}

function openScope(app: FastifyInstance, options: HostedOptions): void {
  const { authorize } = options.core.authorization;
  keepBodies(app);
  app.setErrorHandler((error, request, reply) =>
    sendErrorPage(options, realmOfInteraction(request), request, reply, error),
  );

  const visitOf = (request: FastifyRequest, reply: FastifyReply): Visit => ({
    interaction: (request.params as { interaction: string }).interaction,
    form: formOf(request),
    browser: browserOf(request, options.place),
    request,
    reply,
  });
  const show = (path: string, answer: (visit: Visit) => Promise<AuthorizationOutcome>) =>
    app.get(path, hidden, async (request, reply) =>
      sendOutcome(options, request, reply, await answer(visitOf(request, reply))),
    );
  const take = (path: string, answer: (visit: Visit) => Promise<AuthorizationOutcome>) =>
    app.post(path, hidden, async (request, reply) => {
      const visit = visitOf(request, reply);
      const form = { formToken: fieldOf(visit.form, formFields.formToken) };
      const isRefused = fieldOf(visit.form, formFields.decision) === 'refuse';
      const outcome = isRefused
        ? await authorize.cancel(visit.interaction, form, visit.browser)
        : await answer(visit);
      return goOn(options, request, reply, outcome);
    });

  show(base, ({ interaction, browser }) => authorize.resume(interaction, browser));
  show(`${base}/switch`, ({ interaction, browser }) => authorize.switchAccount(interaction, browser));
  // Whoever reloads the address of a form, or comes back to it, is shown where the request stands.
  for (const form of ['sign-in', 'choose', 'consent'] as const) {
    app.get(`${base}/${form}`, hidden, async (request, reply) =>
      sendRedirect(reply, 303, interactionPath(visitOf(request, reply).interaction)),
    );
  }
  take(`${base}/choose`, ({ interaction, form, browser }) =>
    authorize.keepAccount(interaction, { formToken: fieldOf(form, formFields.formToken) }, browser),
  );
  take(`${base}/consent`, ({ interaction, form, browser }) =>
    authorize.consent(
      interaction,
      { formToken: fieldOf(form, formFields.formToken), scopes: chosenScopes(form) },
      browser,
    ),
  );
  app.post(`${base}/sign-in`, hidden, async (request, reply) => {
    const visit = visitOf(request, reply);
    try {
      return await goOn(options, request, reply, await signInOrCancel(options, visit));
    } catch (error) {
      const failed = signInFailure(error, visit.form);
      if (!failed) throw error;
      return showFormAgain(options, visit, failed, error as KeygridError);
    }
  });
}

/** Whose look an error has; whether there is such an interaction, it does not tell. */
function realmOfInteraction({ params }: FastifyRequest): RealmKey | undefined {
  const { interaction = '' } = (params ?? {}) as { interaction?: string };
  const realm = /^([1-9]\d{0,14})\./.exec(interaction)?.[1];
  return realm === undefined ? undefined : Number(realm);
}

/** Pages have an address of their own, which can be reloaded. */
async function goOn(
  options: HostedOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  outcome: AuthorizationOutcome,
): Promise<FastifyReply> {
  if (outcome.kind === 'response' || outcome.page.interaction === undefined) {
    return sendOutcome(options, request, reply, outcome);
  }
  if (outcome.cookie) setCookies(reply, [outcome.cookie], options.place);
  return sendRedirect(reply, 303, interactionPath(outcome.page.interaction));
}

function signInOrCancel({ core }: HostedOptions, visit: Visit): Promise<AuthorizationOutcome> {
  const { interaction, form, browser } = visit;
  const { authorize } = core.authorization;
  const formToken = fieldOf(form, formFields.formToken);
  if (fieldOf(form, formFields.decision) === 'refuse') {
    return authorize.cancel(interaction, { formToken }, browser);
  }
  const username = fieldOf(form, formFields.username);
  const password = fieldOf(form, formFields.password);
  return authorize.signIn(interaction, { formToken, username, password }, browser);
}

/** S044: undefined for a page that let nobody choose. */
function chosenScopes(form: RawParameters): string[] | undefined {
  if (fieldOf(form, formFields.scopesChosen) !== '1') return undefined;
  return form.filter(([name]) => name === formFields.scope).map(([, value]) => value);
}

interface SignInFailure {
  status: number;
  kind: SignInProblem['kind'];
}

const failures: Partial<Record<ErrorCode, SignInFailure>> = {
  invalid_grant: { status: 400, kind: 'credentials' },
  account_inactive: { status: 400, kind: 'inactive' },
  account_disabled: { status: 400, kind: 'disabled' },
  account_unconfirmed: { status: 400, kind: 'unconfirmed' },
  throttled: { status: 429, kind: 'throttled' },
  overloaded: { status: 503, kind: 'overloaded' },
};

/** What is said above the form when it comes again; undefined for what has nothing to do with what was typed. */
export function signInFailure(error: unknown, form: RawParameters): FailedSignIn | undefined {
  if (!(error instanceof KeygridError)) return undefined;
  const failure = failures[error.code];
  if (!failure) return undefined;
  const { status, kind } = failure;
  const retryAfterSeconds = Math.ceil(error.retryAfterSeconds ?? 1);
  const problem: SignInProblem = kind === 'throttled' ? { kind, retryAfterSeconds } : { kind };
  return { status, problem, username: fieldOf(form, formFields.username) };
}

/** A failed sign-in for the operator, and for well-behaved programs the time to wait. */
export function noteFailedSignIn(
  request: FastifyRequest,
  reply: FastifyReply,
  { status }: Pick<FailedSignIn, 'status'>,
  error: KeygridError,
): void {
  const { code, message: description, retryAfterSeconds } = error;
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(Math.ceil(retryAfterSeconds)));
  noteRefusal(request, () => ({ status, code, description, facts: refusalFacts(error, request) }));
}

async function showFormAgain(
  options: HostedOptions,
  { interaction, browser, request, reply }: Visit,
  failed: FailedSignIn,
  error: KeygridError,
): Promise<FastifyReply> {
  const { authorize } = options.core.authorization;
  noteFailedSignIn(request, reply, failed, error);
  const now = await authorize.resume(interaction, browser);
  const isForm = now.kind === 'page' && now.page.kind === 'sign_in';
  const outcome = isForm ? now : await authorize.switchAccount(interaction, browser);
  return sendOutcome(options, request, reply, outcome, failed);
}
