/** Signing in to pages of our own, with no client behind it: `/account`, and the page for devices. */
import { KeygridError } from '../../errors.ts';
import type { RandomSource } from '../../ports.ts';
import { type BrowserValue, newBrowserValue, parseBrowserValue } from '../../sessions/browser-value.ts';
import type { FormTokens } from '../../sessions/form-tokens.ts';
import type { LiveSession, Sessions } from '../../sessions/session-service.ts';
import type { RealmKey } from '../../tenancy/tenancy.ts';
import type { TokenUser } from '../token-users.ts';
import { accountOnPage, type RealmAccounts } from './accounts.ts';
import type { AccountOnPage, Browser, CookieChange, FormToken, SignInForm } from './authorization-service.ts';
import { cookieOf } from './page-maker.ts';
import type { SignInDesk } from './sign-in-desk.ts';
import { findSignedIn, type SignedInUser } from './standing.ts';

export interface Visitor {
  session: LiveSession;
  user: TokenUser;
  account: AccountOnPage;
  /** For every form that this visitor is shown. */
  formToken: string;
}

export interface OwnSignIn {
  /** Who is signed in; undefined: nobody, show the sign-in form. */
  find(realm: RealmKey, browser: Browser): Promise<Visitor | undefined>;
  /** For the sign-in form, with the cookie that it needs. */
  offer(realm: RealmKey, browser: Browser): { formToken: string; cookie: CookieChange | undefined };
  /** @throws KeygridError `form_token_mismatch`, `invalid_grant`, `account_*`, `throttled`, `overloaded` */
  signIn(realm: RealmKey, form: SignInForm, browser: Browser): Promise<CookieChange>;
  /** Before anything that a form of ours asks for is done. @throws KeygridError `form_token_mismatch` */
  require(realm: RealmKey, form: FormToken, browser: Browser): Promise<Visitor>;
}

export interface OwnSignInParts {
  sessions: Sessions;
  accounts: RealmAccounts;
  desk: SignInDesk;
  formTokens: FormTokens;
  random: RandomSource;
}

export function createOwnSignIn(parts: OwnSignInParts): OwnSignIn {
  const { desk, formTokens, random } = parts;
  const cookieValue = (realm: RealmKey, browser: Browser) => parseBrowserValue(browser.valueFor(realm));

  const visitorOf = ({ user, session }: SignedInUser, value: BrowserValue): Visitor => ({
    user,
    session,
    account: accountOnPage(user),
    formToken: formTokens.issue('session', value),
  });

  async function find(realm: RealmKey, browser: Browser): Promise<Visitor | undefined> {
    const value = cookieValue(realm, browser);
    const signedIn = await findSignedIn(parts, realm, value);
    return signedIn && value && visitorOf(signedIn, value);
  }

  return {
    find,
    offer(realm, browser) {
      const known = cookieValue(realm, browser);
      const value = known ?? newBrowserValue(random);
      const cookie = known ? undefined : cookieOf(realm, value);
      return { formToken: formTokens.issue('browser', value), cookie };
    },
    async signIn(realm, form, browser) {
      const value = cookieValue(realm, browser);
      formTokens.require(['browser'], value, form.formToken);
      const proof = await desk.prove(realm, form, browser);
      const signedIn = await desk.start(proof, value ?? newBrowserValue(random), browser);
      return cookieOf(realm, signedIn.value);
    },
    async require(realm, { formToken }, browser) {
      formTokens.require(['session'], cookieValue(realm, browser), formToken);
      const visitor = await find(realm, browser);
      if (!visitor) throw new KeygridError('form_token_mismatch', 'Nobody is signed in any more');
      return visitor;
    },
  };
}
