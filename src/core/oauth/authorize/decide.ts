/** What comes next for a sound request: a sign-in, a question or the answer. OpenID Connect Core §3.1.2.3-3.1.2.4. */
import { KeygridError } from '../../errors.ts';
import type { Uuid } from '../../uuid.ts';
import type { ValidAuthorizationRequest } from '../authorization.ts';

export type Plan =
  | { kind: 'sign_in'; again: 'asked_by_client' | 'other_account' | undefined }
  | { kind: 'choose_account' }
  | { kind: 'consent' }
  | { kind: 'answer' }
  | { kind: 'refuse'; error: KeygridError };

/**
 * `silent`: the client is the operator's own, nobody is asked. `remembered`: once. `always`: who gets the answer cannot
 * be known, so what was allowed before is no reason not to ask (S049).
 */
export type ConsentPolicy = 'silent' | 'remembered' | 'always';

export interface Situation {
  request: ValidAuthorizationRequest;
  session: { user: Uuid; authenticatedAt: number } | undefined;
  /**
   * Epoch seconds: since when, in this interaction, the account counts as chosen or freshly proved. Undefined before.
   * An interaction's own memory, so that no editing of URLs can skip the sign-in (S027).
   */
  provedAt: number | undefined;
  /** What the user allowed the client so far; undefined: nothing. */
  allowedScopes: readonly string[] | undefined;
  consentPolicy: ConsentPolicy;
  nowSeconds: number;
}

export function decide(situation: Situation): Plan {
  const { request, session } = situation;
  const silent = request.prompts.includes('none');
  const signIn = whySignIn(situation);
  if (signIn) return silent ? refuse('login_required', 'The user has to sign in') : signIn;
  if (isOtherThanHinted(situation)) {
    return refuse('login_required', 'Another user than the one hinted at signed in');
  }
  const mustChoose = request.prompts.includes('select_account') && situation.provedAt === undefined;
  if (session && mustChoose) return { kind: 'choose_account' };
  if (!needsConsent(situation)) return { kind: 'answer' };
  return silent ? refuse('consent_required', 'The user has to consent') : { kind: 'consent' };
}

function whySignIn(situation: Situation): Plan | undefined {
  const { request, session, provedAt, nowSeconds } = situation;
  if (!session) return { kind: 'sign_in', again: undefined };
  // Who is signed in now has proved it in this interaction, or after.
  if (provedAt !== undefined && session.authenticatedAt >= provedAt) return undefined;
  if (isOtherThanHinted(situation)) return { kind: 'sign_in', again: 'other_account' };
  const { prompts, maxAge } = request;
  const isTooOld = maxAge !== undefined && (maxAge === 0 || nowSeconds - session.authenticatedAt > maxAge);
  if (prompts.includes('login') || prompts.includes('create') || isTooOld) {
    return { kind: 'sign_in', again: 'asked_by_client' };
  }
  return undefined;
}

const isOtherThanHinted = ({ request: { hintedUser }, session }: Situation): boolean =>
  hintedUser !== undefined && session !== undefined && session.user !== hintedUser;

function needsConsent({ request, allowedScopes, consentPolicy }: Situation): boolean {
  if (request.prompts.includes('consent')) return true;
  if (consentPolicy !== 'remembered') return consentPolicy === 'always';
  return allowedScopes === undefined || !request.scopes.every((name) => allowedScopes.includes(name));
}

const refuse = (code: 'login_required' | 'consent_required', description: string): Plan => ({
  kind: 'refuse',
  error: new KeygridError(code, description),
});
