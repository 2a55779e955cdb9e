/** Moves a request on: from where it stands to the page that is next, or to its answer. */
import type { KeygridError } from '../../errors.ts';
import type { RandomSource } from '../../ports.ts';
import { newBrowserValue } from '../../sessions/browser-value.ts';
import type { Grant } from '../authorization.ts';
import { userUuidOf } from './accounts.ts';
import type { Answers } from './answers.ts';
import type { AuthorizationOutcome } from './authorization-service.ts';
import type { Interactions } from './interactions.ts';
import { cookieOf, type PageMaker, type PagePlan } from './page-maker.ts';
import { planFor, type SignedInUser, type Standing, type StandingParts } from './standing.ts';

export interface Journey {
  /** @throws KeygridError `interaction_not_found` when it was answered meanwhile */
  proceed(standing: Standing): Promise<AuthorizationOutcome>;
  show(standing: Standing, plan: PagePlan, grant: Grant | undefined): Promise<AuthorizationOutcome>;
  /** Gives the client what the user allows. @throws as `proceed` */
  allow(
    standing: Standing,
    signedIn: SignedInUser,
    scopes: string[],
    grant: Grant | undefined,
  ): Promise<AuthorizationOutcome>;
  /** @throws as `proceed` */
  refuse(standing: Standing, error: KeygridError): Promise<AuthorizationOutcome>;
}

export interface JourneyParts extends StandingParts {
  interactions: Interactions;
  answers: Answers;
  pages: PageMaker;
  random: RandomSource;
}

export function createJourney(parts: JourneyParts): Journey {
  const { interactions, answers, pages, allowances, random } = parts;

  /** What is answered is over, before the answer is made: of two at once, one gets it. */
  async function complete({ open }: Standing): Promise<void> {
    if (open) await interactions.complete(open);
  }

  const journey: Journey = {
    async proceed(standing) {
      const { plan, grant } = await planFor(standing, parts);
      const { signedIn } = standing;
      if (plan.kind === 'refuse') return journey.refuse(standing, plan.error);
      if (plan.kind !== 'answer' || !signedIn) {
        return journey.show(standing, plan.kind === 'answer' ? firstSignIn : plan, grant);
      }
      return journey.allow(standing, signedIn, standing.request.scopes, grant);
    },
    async show(standing, plan, grant) {
      const { request, responseMode, refusal, provedAt } = standing;
      const value = standing.value ?? newBrowserValue(random);
      const cookie = standing.value ? standing.cookie : cookieOf(request.realm, value);
      const open =
        standing.open ??
        (await interactions.start(value, {
          ...{ request, responseMode, authenticatedAt: provedAt },
          refusal: refusal && { code: refusal.code, description: refusal.message, subject: refusal.subject },
        }));
      return { kind: 'page', page: await pages.make(plan, standing, { ...open, value }, grant), cookie };
    },
    async allow(standing, { user, session }, scopes, known) {
      const { request, responseMode, client, since, cookie } = standing;
      await complete(standing);
      const grant = await allowances.allow(request, userUuidOf(user), scopes, known);
      const allowed = { request, responseMode, client, user, session, grant: grant.id, scopes, since };
      return { kind: 'response', response: await answers.give(allowed), cookie };
    },
    async refuse(standing, error) {
      await complete(standing);
      return { kind: 'response', response: await answers.refuse(standing, error), cookie: standing.cookie };
    },
  };
  return journey;
}

const firstSignIn: PagePlan = { kind: 'sign_in', again: undefined };
