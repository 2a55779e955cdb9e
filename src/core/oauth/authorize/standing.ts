/** Where a request stands: what is asked, who is signed in, and what follows from both. */
import type { Client } from '../../clients/client.ts';
import { KeygridError } from '../../errors.ts';
import type { Clock } from '../../ports.ts';
import type { BrowserValue } from '../../sessions/browser-value.ts';
import type { LiveSession, Sessions } from '../../sessions/session-service.ts';
import type { RealmKey } from '../../tenancy/tenancy.ts';
import type { Grant } from '../authorization.ts';
import type { IssueMoment } from '../token-authority.ts';
import type { TokenUser } from '../token-users.ts';
import { type RealmAccounts, userUuidOf } from './accounts.ts';
import type { Allowances } from './allowance.ts';
import type { Answerable } from './answers.ts';
import type { CookieChange } from './authorization-service.ts';
import { consentPolicyFor } from './consent-policy.ts';
import { decide, type Plan } from './decide.ts';
import type { OpenInteraction } from './interactions.ts';

export interface SignedInUser {
  user: TokenUser;
  session: LiveSession;
}

export interface Standing extends Answerable {
  client: Client;
  /** What the client is told instead of an answer, as soon as somebody is signed in (S025). */
  refusal: KeygridError | undefined;
  /** Undefined: a browser that has shown no cookie of ours. */
  value: BrowserValue | undefined;
  signedIn: SignedInUser | undefined;
  /** Undefined while nothing had to be shown. */
  open: OpenInteraction | undefined;
  cookie: CookieChange | undefined;
  /** Epoch seconds: see `Situation`. */
  provedAt: number | undefined;
  since: IssueMoment;
}

export interface PlannedStanding {
  plan: Plan;
  /** What the user allowed the client so far. */
  grant: Grant | undefined;
}

export interface StandingParts {
  accounts: RealmAccounts;
  sessions: Sessions;
  allowances: Allowances;
  clock: Clock;
}

/** Who is signed in in the browser, their account looked at anew. */
export async function findSignedIn(
  { sessions, accounts }: Pick<StandingParts, 'sessions' | 'accounts'>,
  realm: RealmKey,
  value: BrowserValue | undefined,
): Promise<SignedInUser | undefined> {
  const session = await sessions.find(realm, value);
  const user = session && (await accounts.find(realm, session.user));
  return session && user && { session, user };
}

/** @throws KeygridError where there is no redirect URI, and the user is none of those who are shown the token */
export async function planFor(standing: Standing, parts: StandingParts): Promise<PlannedStanding> {
  const { request, client, signedIn, refusal, provedAt } = standing;
  const { accounts, allowances, clock } = parts;
  if (!signedIn) return { plan: decide({ ...unknownUser, request, provedAt }), grant: undefined };
  if (refusal) return { plan: { kind: 'refuse', error: refusal }, grant: undefined };
  if (request.redirectUri === undefined) await requireShownToken(standing, signedIn.user, accounts);
  const user = userUuidOf(signedIn.user);
  const grant = await allowances.find(request.realm, user, client.clientId);
  const plan = decide({
    request,
    provedAt,
    session: signedIn.session,
    allowedScopes: grant?.scopes,
    consentPolicy: await policyOf(standing, signedIn.user, accounts),
    nowSeconds: Math.floor(clock.now() / 1000),
  });
  return { plan, grant };
}

/** What is not looked at before there is a user. */
const unknownUser = {
  session: undefined,
  allowedScopes: undefined,
  consentPolicy: 'always',
  nowSeconds: 0,
} as const;

/** The member has just signed in to see the token; nobody else gets it. */
const policyOf = async (
  { request: { redirectUri }, client }: Standing,
  user: TokenUser,
  accounts: RealmAccounts,
) => (redirectUri === undefined ? 'silent' : consentPolicyFor(client, redirectUri, user, accounts));

/**
 * design.md 3: without a redirect URI, a member of the client's own organization is shown the token.
 * @throws KeygridError `invalid_request`
 */
export async function requireShownToken(
  { request, client }: Pick<Standing, 'request' | 'client'>,
  user: TokenUser,
  accounts: Pick<RealmAccounts, 'isMember'>,
): Promise<void> {
  const isMember = await accounts.isMember(user, client.organizationUuid);
  if (request.responseType === 'token' && isMember) return;
  const subject = { parameter: 'redirect_uri' };
  throw new KeygridError('invalid_request', 'redirect_uri is missing', { subject });
}
