/** The pages of an interaction, as values. */
import { type BrowserValue, renderBrowserValue } from '../../sessions/browser-value.ts';
import type { FormTokens } from '../../sessions/form-tokens.ts';
import type { RealmKey } from '../../tenancy/tenancy.ts';
import type { Grant } from '../authorization.ts';
import { accountOnPage } from './accounts.ts';
import type {
  AuthorizationDialect,
  AuthorizationPage,
  CookieChange,
  SignInPage,
} from './authorization-service.ts';
import type { Plan } from './decide.ts';
import { dialectRules } from './dialect-rules.ts';
import type { OpenInteraction } from './interactions.ts';
import { type ClientsOnPage, scopesOnPage } from './on-page.ts';
import type { Standing } from './standing.ts';

/** The plans that end on a page. */
export type PagePlan = Extract<Plan, { kind: 'sign_in' | 'choose_account' | 'consent' }>;

export interface PageMaker {
  make(
    plan: PagePlan,
    standing: Standing,
    open: OpenInteraction,
    grant: Grant | undefined,
  ): Promise<AuthorizationPage>;
  /** The form that is shown to everybody, and carries the request. */
  makeBareSignIn(realm: RealmKey, dialect: AuthorizationDialect, value: BrowserValue): SignInPage;
}

export function createPageMaker(formTokens: FormTokens, clientsOnPage: ClientsOnPage): PageMaker {
  return {
    async make(plan, { request, signedIn, client }, { reference, value }, grant) {
      const { realm, dialect, redirectUri, loginHint, prompts, scopes } = request;
      const page = {
        ...{ realm, dialect, interaction: reference },
        client: await clientsOnPage(client, redirectUri),
      };
      const account = signedIn && accountOnPage(signedIn.user);
      if (plan.kind === 'sign_in' || !account) {
        const again = plan.kind === 'sign_in' ? plan.again : undefined;
        const formToken = formTokens.issue('browser', value);
        const username = loginHint ?? (again === 'asked_by_client' ? account?.username : undefined);
        const offersAccount = prompts.includes('create');
        return { kind: 'sign_in', ...page, formToken, username, again, offersAccount };
      }
      const question = { ...page, formToken: formTokens.issue('session', value), account };
      if (plan.kind === 'choose_account') return { kind: 'choose_account', ...question };
      const asked = scopesOnPage(scopes, grant?.scopes ?? [], dialectRules[dialect]);
      return { kind: 'consent', ...question, scopes: asked };
    },
    makeBareSignIn: (realm, dialect, value) => ({
      kind: 'sign_in',
      ...{ realm, dialect, interaction: undefined, client: undefined },
      formToken: formTokens.issue('browser', value),
      ...{ username: undefined, again: undefined, offersAccount: false },
    }),
  };
}

export const cookieOf = (realm: RealmKey, value: BrowserValue): CookieChange => ({
  realm,
  value: renderBrowserValue(value),
});
