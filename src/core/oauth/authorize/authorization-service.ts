/**
 * What dialects and pages may ask of three-legged authorization. A dialect hands over the request as it came and sends
 * what it gets back: a page or a response. What is thrown is shown on a page of our own and never redirected.
 */
import type { KeygridError } from '../../errors.ts';
import type { RealmKey } from '../../tenancy/tenancy.ts';
import type { ValidAuthorizationRequest } from '../authorization.ts';
import type { ScopeDescription } from '../scope-catalogue.ts';

export type AuthorizationDialect = ValidAuthorizationRequest['dialect'];

/** Names and values in the order in which they came, decoded once. */
export type RawParameters = readonly (readonly [name: string, value: string])[];

/** The browser that sent a request. */
export interface Browser {
  /** The value of the realm's cookie as it was sent. */
  valueFor(realm: RealmKey): string | undefined;
  /** The realms of which it sent a cookie. */
  realms(): RealmKey[];
  /** Of the network. */
  address: string;
  userAgent: string;
}

/** The realm's cookie is to be set to the value, or deleted. */
export interface CookieChange {
  realm: RealmKey;
  value: string | undefined;
}

export interface AuthorizationInput {
  parameters: RawParameters;
  dialect: AuthorizationDialect;
  /** Undefined at endpoints for clients of every realm (autodesk): the client's own counts. */
  realm: RealmKey | undefined;
  browser: Browser;
}

export interface TypedCredentials {
  username: unknown;
  password: unknown;
}

export interface AuthorizationService {
  /**
   * A new authorization request. In the usergrid dialect always the sign-in page, whatever the request says.
   * @throws KeygridError `invalid_request`, `invalid_client`, `invalid_redirect_uri`: for a page of our own
   */
  begin(input: AuthorizationInput): Promise<AuthorizationOutcome>;

  /** The page that the interaction is at: for a reload, and after a redirect from a form. @throws as `signIn` */
  resume(interaction: string, browser: Browser): Promise<AuthorizationOutcome>;

  /** The sign-in page again, for somebody who wants to be another account. @throws as `signIn` */
  switchAccount(interaction: string, browser: Browser): Promise<AuthorizationOutcome>;

  /**
   * @throws KeygridError `interaction_not_found`, `form_token_mismatch`; and, for the form to be shown again,
   * `invalid_grant`, `account_*`, `throttled`, `overloaded`
   */
  signIn(interaction: string, form: SignInForm, browser: Browser): Promise<AuthorizationOutcome>;

  /**
   * The usergrid dialect's form carries the request itself: sign-in first, then everything else.
   * `fromAnotherSite`: a browser says that another site made it send the form.
   * @throws as `begin` and `signIn`
   */
  signInWithRequest(
    input: AuthorizationInput,
    form: TypedCredentials & { fromAnotherSite: boolean },
  ): Promise<AuthorizationOutcome>;

  /** Goes on as the account that is signed in, after `select_account`. @throws as `signIn` */
  keepAccount(interaction: string, form: FormToken, browser: Browser): Promise<AuthorizationOutcome>;

  /** `scopes`: those left ticked; undefined for all. Others than those asked for are ignored. @throws as `signIn` */
  consent(
    interaction: string,
    form: FormToken & { scopes: readonly string[] | undefined },
    browser: Browser,
  ): Promise<AuthorizationOutcome>;

  /** The user refuses, on whatever page. @throws as `signIn` */
  cancel(interaction: string, form: FormToken, browser: Browser): Promise<AuthorizationOutcome>;
}

export interface FormToken {
  /** From the hidden field of the form. */
  formToken: unknown;
}

export type SignInForm = FormToken & TypedCredentials;

export type AuthorizationOutcome = (
  | { kind: 'page'; page: AuthorizationPage }
  | { kind: 'response'; response: AuthorizationResponse }
) & { cookie: CookieChange | undefined };

export type AuthorizationPage = SignInPage | ChooseAccountPage | ConsentPage;

interface InteractionPage {
  realm: RealmKey;
  dialect: AuthorizationDialect;
  /** Names the interaction in URLs and forms. */
  interaction: string;
  formToken: string;
  client: ClientOnPage;
}

export interface SignInPage extends Omit<InteractionPage, 'interaction' | 'client'> {
  kind: 'sign_in';
  /** Undefined in the usergrid dialect, whose form carries the request. */
  interaction: string | undefined;
  client: ClientOnPage | undefined;
  /** What to put into the field for the name: `login_hint`, or who is signed in and has to prove it again. */
  username: string | undefined;
  /** Why somebody who is signed in has to sign in once more; undefined for who is not. */
  again: 'asked_by_client' | 'other_account' | undefined;
  /** `prompt=create`: the page offers to make an account first. */
  offersAccount: boolean;
}

export interface ChooseAccountPage extends InteractionPage {
  kind: 'choose_account';
  account: AccountOnPage;
}

export interface ConsentPage extends InteractionPage {
  kind: 'consent';
  account: AccountOnPage;
  scopes: ScopeOnPage[];
}

export interface ClientOnPage {
  clientId: string;
  name: string;
  organization: string;
  /** Where the answer goes: host and port, or the scheme of the program that gets it. Undefined: nowhere. */
  destination: string | undefined;
  /** Whether any program on the user's machine could be at that destination (S049). */
  unproven: boolean;
  logoUri: string | undefined;
  policyUri: string | undefined;
  termsUri: string | undefined;
}

export interface AccountOnPage {
  username: string;
  name: string | undefined;
  email: string | undefined;
}

export interface ScopeOnPage {
  name: string;
  /** Undefined for scopes of an operator's own: the name has to do. */
  description: ScopeDescription | undefined;
  /** Allowed before. */
  allowed: boolean;
}

/** All of them with `Cache-Control: no-store` and `Referrer-Policy: no-referrer`; redirects as 303 after a POST (S022). */
export type AuthorizationResponse = (
  | { kind: 'redirect'; location: string }
  /** S021: fields in their order, posted to the very URI. */
  | { kind: 'form_post'; action: string; fields: [name: string, value: string][] }
  /** The usergrid dialect's answer to a member of the client's organization, where there is no redirect URI. */
  | {
      kind: 'shown_token';
      accessToken: string;
      expiresInSeconds: number;
      scopes: string[];
      client: ClientOnPage;
    }
) & {
  /** What the client is told was wrong, for `keygrid explain`. */
  error: KeygridError | undefined;
};
