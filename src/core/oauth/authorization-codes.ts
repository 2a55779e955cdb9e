/** Issues authorization codes: RFC 6749 §4.1.2, S015. */
import type { Client } from '../clients/client.ts';
import { lifetimesOf } from '../clients/client-defaults.ts';
import type { Clock, RandomSource } from '../ports.ts';
import { digestOf, randomToken } from '../random-text.ts';
import type { RealmKey } from '../tenancy/tenancy.ts';
import type { AuthorizationCode, AuthorizationCodeStore } from './authorization.ts';

/** What the code is bound to; it ends with the grant. */
export type AuthorizedSignIn = Omit<AuthorizationCode, 'digest' | 'expiresAt'>;

export interface AuthorizationCodes {
  /** 256 random bits, good once and for as long as the client's codes are. */
  issue(client: Client, authorized: AuthorizedSignIn): Promise<string>;
}

export interface AuthorizationCodesOptions {
  storeFor(realm: RealmKey): Pick<AuthorizationCodeStore, 'add'>;
  clock: Clock;
  random: RandomSource;
}

export function createAuthorizationCodes(options: AuthorizationCodesOptions): AuthorizationCodes {
  const { storeFor, clock, random } = options;
  return {
    async issue(client, authorized) {
      const code = randomToken(random);
      const expiresAt = clock.now() + lifetimesOf(client).authorizationCode * 1000;
      await storeFor(authorized.request.realm).add({ ...authorized, digest: digestOf(code), expiresAt });
      return code;
    },
  };
}
