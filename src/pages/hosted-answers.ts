/** Sends what authorization decided: one of our pages, or the client's answer. Shared by all dialects. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type {
  AuthorizationOutcome,
  AuthorizationPage,
  AuthorizationResponse,
} from '../core/oauth/authorize/authorization-service.ts';
import { setCookies } from '../http/browser-cookies.ts';
import { noteRefusal } from '../http/note-refusal.ts';
import { chooseAccountPage } from './choose-account-page.ts';
import { consentPage } from './consent-page.ts';
import { formPostPage } from './form-post-page.ts';
import { forgottenPasswordPath, frameOf, type HostedOptions, refusalFacts } from './hosted-context.ts';
import { type Frame, type Page, sendPage } from './layout.ts';
import { type SignInProblem, signInPage } from './sign-in-page.ts';
import { tokenShownPage } from './token-shown-page.ts';

/** Paths of an interaction, below its own. hosted-routes.ts serves them. */
export const interactionPath = (interaction: string, form?: InteractionForm): string =>
  `/account/interaction/${interaction}${form === undefined ? '' : `/${form}`}`;

export type InteractionForm = 'sign-in' | 'choose' | 'consent' | 'switch';

/** Why the sign-in form is shown again, and what was typed into it. */
export interface FailedSignIn {
  status: number;
  problem: SignInProblem;
  username: string | undefined;
}

export async function sendOutcome(
  options: HostedOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  outcome: AuthorizationOutcome,
  failed?: FailedSignIn,
): Promise<FastifyReply> {
  if (outcome.cookie) setCookies(reply, [outcome.cookie], options.place);
  if (outcome.kind === 'response') return sendResponse(request, reply, outcome.response);
  const { page } = outcome;
  const frame = await frameOf(options, page.realm, request);
  const forgottenPassword = await forgottenPasswordPath(options, page.realm);
  const shown = renderInteraction(page, frame, { failed, forgottenPassword });
  return sendPage(reply, shown, { status: failed?.status ?? 200 });
}

interface AroundSignIn {
  failed: FailedSignIn | undefined;
  forgottenPassword: string | undefined;
}

function renderInteraction(
  page: AuthorizationPage,
  frame: Frame,
  { failed, forgottenPassword }: AroundSignIn,
): Page {
  const interaction = page.interaction ?? '';
  const switchAccount = interactionPath(interaction, 'switch');
  switch (page.kind) {
    case 'sign_in': {
      const shown = { ...page, username: failed?.username ?? page.username };
      const action = interactionPath(interaction, 'sign-in');
      return signInPage({ page: shown, action, problem: failed?.problem, forgottenPassword }, frame);
    }
    case 'choose_account':
      return chooseAccountPage(
        { page, action: interactionPath(interaction, 'choose'), switchAccount },
        frame,
      );
    case 'consent':
      return consentPage({ page, action: interactionPath(interaction, 'consent'), switchAccount }, frame);
  }
}

/** S022: after a form 303, so that nothing of it is ever sent on. */
export function sendResponse(
  request: FastifyRequest,
  reply: FastifyReply,
  response: AuthorizationResponse,
): FastifyReply {
  const { error } = response;
  const status = request.method === 'POST' ? 303 : 302;
  if (error) {
    const { code, message: description } = error;
    noteRefusal(request, () => ({ status, code, description, facts: refusalFacts(error, request) }));
  }
  switch (response.kind) {
    case 'redirect':
      return sendRedirect(reply, status, response.location);
    case 'form_post':
      return sendPage(reply, formPostPage(response));
    case 'shown_token':
      return sendPage(reply, tokenShownPage(response));
  }
}

/** S040: neither kept nor told to the page that it leads to. */
export function sendRedirect(reply: FastifyReply, status: 302 | 303, location: string): FastifyReply {
  return reply
    .code(status)
    .header('location', location)
    .header('cache-control', 'no-store')
    .header('pragma', 'no-cache')
    .header('referrer-policy', 'no-referrer')
    .header('x-frame-options', 'DENY')
    .header('content-security-policy', "default-src 'none'; frame-ancestors 'none'")
    .send();
}
