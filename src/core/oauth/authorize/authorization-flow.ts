/** What arrives from browsers, each looked at whether it may be: then the journey goes on. */
import type { Client } from '../../clients/client.ts';
import { matchRedirectUri } from '../../clients/redirect-uri.ts';
import { KeygridError } from '../../errors.ts';
import { newBrowserValue, parseBrowserValue } from '../../sessions/browser-value.ts';
import type { FormTokenKind, FormTokens } from '../../sessions/form-tokens.ts';
import type { Interaction } from '../../sessions/session-store.ts';
import { managementRealmKey } from '../../tenancy/tenancy.ts';
import { scopesLeftTo } from '../scope.ts';
import type { TokenAuthority } from '../token-authority.ts';
import { reduceScopes } from './allowance.ts';
import type {
  AuthorizationInput,
  AuthorizationService,
  Browser,
  FormToken,
} from './authorization-service.ts';
import { checkRequest } from './check-request.ts';
import { dialectRules } from './dialect-rules.ts';
import type { OpenInteraction } from './interactions.ts';
import { createJourney, type JourneyParts } from './journey.ts';
import { cookieOf } from './page-maker.ts';
import type { SignInDesk } from './sign-in-desk.ts';
import { findSignedIn, planFor, requireShownToken, type SignedInUser, type Standing } from './standing.ts';
import type { StepPorts } from './step.ts';

export interface AuthorizationFlowParts extends JourneyParts {
  steps: StepPorts;
  desk: SignInDesk;
  formTokens: FormTokens;
  tokens: Pick<TokenAuthority, 'moment'>;
}

export function createAuthorizationFlow(parts: AuthorizationFlowParts): AuthorizationService {
  const { steps, desk, formTokens, tokens, interactions, accounts, random, pages } = parts;
  const journey = createJourney(parts);

  /** @throws KeygridError what is shown on a page of our own */
  async function requireReadable(input: AuthorizationInput) {
    const checked = await checkRequest(input, steps);
    if (checked.kind === 'local_error') throw checked.error;
    const { request, responseMode, client, silent } = checked;
    const refusal = checked.kind === 'redirect_error' ? checked.error : undefined;
    return { request, responseMode, client, silent, refusal };
  }

  /** Client and redirect URI may have changed since the request came. @throws KeygridError */
  async function requireClient({ request }: Interaction): Promise<Client> {
    const client = await steps.findClient(request.clientId);
    if (!client || client.disabled || client.realm !== request.realm) {
      throw new KeygridError('invalid_client', 'There is no such client here');
    }
    const { redirectUri, dialect } = request;
    if (redirectUri !== undefined && !matchRedirectUri(client, redirectUri, dialectRules[dialect])) {
      throw new KeygridError('invalid_redirect_uri', 'The redirect URI is not registered any more');
    }
    return client;
  }

  /** Where an interaction stands for the one who is signed in in its browser now. */
  async function takeUp(open: OpenInteraction): Promise<Standing> {
    const since = tokens.moment();
    const client = await requireClient(open.stored);
    const { request, responseMode, refusal, authenticatedAt } = open.stored;
    return {
      ...{ responseMode, client, open, since, cookie: undefined },
      request: { ...request, scopes: scopesLeftTo(client, request.scopes) },
      refusal: refusal && new KeygridError(refusal.code, refusal.description, subjectOf(refusal)),
      value: open.value,
      signedIn: await findSignedIn(parts, open.realm, open.value),
      provedAt: authenticatedAt,
    };
  }

  async function openForm(
    reference: string,
    { formToken }: FormToken,
    browser: Browser,
    kinds: readonly FormTokenKind[],
  ): Promise<Standing & { open: OpenInteraction }> {
    const open = await interactions.open(reference, browser);
    formTokens.require(kinds, open.value, formToken);
    return { ...(await takeUp(open)), open };
  }

  async function requireUser(standing: Standing, user: string): Promise<SignedInUser['user']> {
    const found = await accounts.find(standing.request.realm, user);
    if (!found) throw new KeygridError('invalid_grant', 'invalid username or password');
    return found;
  }

  return {
    async begin(input) {
      const since = tokens.moment();
      const { browser, dialect } = input;
      if (dialectRules[dialect].signInFirst) {
        const realm = input.realm ?? managementRealmKey;
        const known = parseBrowserValue(browser.valueFor(realm));
        const value = known ?? newBrowserValue(random);
        const cookie = known ? undefined : cookieOf(realm, value);
        return { kind: 'page', page: pages.makeBareSignIn(realm, dialect, value), cookie };
      }
      const { silent, ...readable } = await requireReadable(input);
      const value = parseBrowserValue(browser.valueFor(readable.request.realm));
      const signedIn = await findSignedIn(parts, readable.request.realm, value);
      const nothing = { open: undefined, cookie: undefined, provedAt: undefined };
      const standing: Standing = { ...readable, ...nothing, value, signedIn, since };
      // A page would be needed before the client is told (S025), and may not be shown (S026).
      if (silent && readable.refusal) return journey.refuse(standing, readable.refusal);
      return journey.proceed(standing);
    },

    async resume(reference, browser) {
      return journey.proceed(await takeUp(await interactions.open(reference, browser)));
    },

    async switchAccount(reference, browser) {
      const standing = await takeUp(await interactions.open(reference, browser));
      return journey.show(standing, { kind: 'sign_in', again: 'other_account' }, undefined);
    },

    async signIn(reference, form, browser) {
      const standing = await openForm(reference, form, browser, ['browser']);
      const { realm, value } = standing.open;
      const proof = await desk.prove(realm, form, browser);
      const user = await requireUser(standing, proof.principal.uuid);
      const started = await desk.start(proof, value, browser);
      const { session } = started;
      const open = await interactions.noteProof(standing.open, session.authenticatedAt);
      return journey.proceed({
        ...standing,
        ...{ value: started.value, cookie: cookieOf(realm, started.value), since: proof.since },
        open: { ...open, value: started.value },
        signedIn: { session, user },
        provedAt: session.authenticatedAt,
      });
    },

    async signInWithRequest(input, form) {
      const { browser } = input;
      const realm = input.realm ?? managementRealmKey;
      if (form.fromAnotherSite) throw new KeygridError('form_token_mismatch', 'Another site sent the form');
      const proof = await desk.prove(realm, form, browser);
      const { silent: _, ...readable } = await requireReadable({ ...input, realm });
      const previous = parseBrowserValue(browser.valueFor(realm)) ?? newBrowserValue(random);
      const unsigned = { ...readable, open: undefined, value: previous, since: proof.since };
      const standing = { ...unsigned, signedIn: undefined, cookie: undefined, provedAt: undefined };
      const user = await requireUser(standing, proof.principal.uuid);
      if (readable.request.redirectUri === undefined) await requireShownToken(standing, user, accounts);
      const { session, value } = await desk.start(proof, previous, browser);
      const provedAt = session.authenticatedAt;
      return journey.proceed({
        ...{ ...unsigned, value, provedAt },
        ...{ signedIn: { session, user }, cookie: cookieOf(realm, value) },
      });
    },

    async keepAccount(reference, form, browser) {
      const standing = await openForm(reference, form, browser, ['session']);
      const { plan } = await planFor(standing, parts);
      if (plan.kind !== 'choose_account' || !standing.signedIn) return journey.proceed(standing);
      const { authenticatedAt } = standing.signedIn.session;
      const open = await interactions.noteProof(standing.open, authenticatedAt);
      return journey.proceed({ ...standing, open, provedAt: authenticatedAt });
    },

    async consent(reference, form, browser) {
      const standing = await openForm(reference, form, browser, ['session']);
      const { plan, grant } = await planFor(standing, parts);
      const mayAnswer = plan.kind === 'consent' || plan.kind === 'answer';
      if (!mayAnswer || !standing.signedIn) return journey.proceed(standing);
      const scopes = reduceScopes(standing.request, form.scopes);
      return journey.allow(standing, standing.signedIn, scopes, grant);
    },

    async cancel(reference, form, browser) {
      const standing = await openForm(reference, form, browser, ['browser', 'session']);
      return journey.refuse(standing, new KeygridError('access_denied', 'The user refused'));
    },
  };
}

const subjectOf = ({ subject }: NonNullable<Interaction['refusal']>) => (subject ? { subject } : {});
