/** Signing in: the same for every page that asks for it. */
import type { Principal } from '../../identity/principal.ts';
import type { BrowserValue } from '../../sessions/browser-value.ts';
import type { Sessions, SignedIn } from '../../sessions/session-service.ts';
import type { RealmKey } from '../../tenancy/tenancy.ts';
import type { IssueMoment, TokenAuthority } from '../token-authority.ts';
import type { RealmAccounts } from './accounts.ts';
import type { Browser, TypedCredentials } from './authorization-service.ts';

/** That somebody knew a password, and when we began to look. */
export interface PasswordProof {
  principal: Principal;
  since: IssueMoment;
}

export interface SignInDesk {
  /** @throws KeygridError `invalid_grant`, `account_*`, `throttled`, `overloaded` */
  prove(realm: RealmKey, typed: TypedCredentials, browser: Browser): Promise<PasswordProof>;
  /** @throws KeygridError `invalid_grant` when the account was shut out, or its password changed, meanwhile */
  start(proof: PasswordProof, previous: BrowserValue, browser: Browser): Promise<SignedIn>;
}

export interface SignInDeskParts {
  accounts: Pick<RealmAccounts, 'prove'>;
  sessions: Pick<Sessions, 'signIn' | 'end'>;
  tokens: Pick<TokenAuthority, 'moment' | 'issue'>;
}

/** RFC 8176. */
const authenticationMethods = ['pwd'];

export function createSignInDesk({ accounts, sessions, tokens }: SignInDeskParts): SignInDesk {
  return {
    async prove(realm, typed, { address }) {
      const since = tokens.moment();
      return { principal: await accounts.prove(realm, typed, address), since };
    },
    async start({ principal, since }, previous, browser) {
      const proof = { user: principal.uuid, authenticationMethods };
      const signedIn = await sessions.signIn(principal.realm, previous, proof, browser);
      try {
        // What ends an account's sessions first revokes its tokens. Where no token can be had any more for what was
        // proved, the session came too late to be ended, and must not stay (S054).
        tokens.issue(principal, 1, since);
      } catch (error) {
        await sessions.end(principal.realm, signedIn.session.id);
        throw error;
      }
      return signedIn;
    },
  };
}
