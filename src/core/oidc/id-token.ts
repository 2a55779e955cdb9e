/** ID tokens: OpenID Connect Core §2, oauth-standards.md 6; with the members of aps-auth.md 3.4 for autodesk clients. */
import { hash } from 'node:crypto';
import type { Client } from '../clients/client.ts';
import { lifetimesOf } from '../clients/client-defaults.ts';
import { parseToken, signToken, verifyToken } from '../keys/json-web-token.ts';
import { realmOfKeyId } from '../keys/signing-key.ts';
import type { SigningKeys } from '../keys/signing-keys.ts';
import type { SignIn } from '../oauth/client-grant.ts';
import type { TokenUser } from '../oauth/token-users.ts';
import type { Clock, Signer, SigningAlgorithm } from '../ports.ts';
import { isUuid, type Uuid } from '../uuid.ts';
import { type AccountFacts, accountFactsOf } from './account-facts.ts';
import { type Claims, claimsOfScopes, splitName } from './claims.ts';
import type { Issuer } from './issuer.ts';

export interface IdTokenRequest {
  client: Pick<Client, 'clientId' | 'dialect' | 'lifetimes'>;
  user: TokenUser;
  issuer: Issuer;
  signIn: SignIn;
  scopes: readonly string[];
  /** Given out together with it; undefined where the ID token comes alone and must hold the claims itself (S110). */
  accessToken: { text: string } | undefined;
  /** RS256 unless the client is registered for another. */
  algorithm?: SigningAlgorithm;
}

/** What an ID token that we signed says, expired or not. */
export interface ReadIdToken {
  user: Uuid;
  clientId: string;
  session: Uuid | undefined;
  /** Epoch seconds. */
  expiresAt: number;
}

export interface IdTokens {
  issue(request: IdTokenRequest): Promise<string>;
  /**
   * S029, S142: signature, type and issuer are checked, expiry is not. Undefined for whatever is not an ID token of the
   * issuer: altered, another's, an access token, signed with a key that is no longer published.
   */
  read(issuer: Issuer, text: string): Promise<ReadIdToken | undefined>;
}

export interface IdTokensOptions {
  signingKeys: Pick<SigningKeys, 'current' | 'find'>;
  signer: Signer;
  clock: Clock;
}

export function createIdTokens({ signingKeys, signer, clock }: IdTokensOptions): IdTokens {
  return {
    async issue(request) {
      const { client, issuer, signIn, scopes, accessToken } = request;
      const facts = accountFactsOf(request.user);
      const key = await signingKeys.current(issuer.keyRing, request.algorithm);
      const iat = Math.floor(clock.now() / 1000);
      return signToken(signer, key, 'JWT', {
        ...{ iss: issuer.url, sub: facts.uuid, aud: client.clientId },
        ...{ exp: iat + lifetimesOf(client).idToken, iat },
        ...signInClaims(signIn),
        ...(accessToken ? { at_hash: leftHalfHash(accessToken.text) } : claimsOfScopes(facts, scopes)),
        ...(client.dialect === 'autodesk' && autodeskClaims(facts)),
      });
    },
    async read(issuer, text) {
      const parsed = parseToken(text);
      if (!parsed || realmOfKeyId(parsed.kid) !== issuer.keyRing) return undefined;
      const key = await signingKeys.find(issuer.keyRing, parsed.kid);
      const claims = key && verifyToken(parsed, key, 'JWT');
      return claims?.iss === issuer.url ? readClaims(claims) : undefined;
    },
  };
}

function signInClaims({ authenticatedAt, authenticationMethods, nonce, session }: SignIn): Claims {
  return {
    auth_time: authenticatedAt,
    ...(nonce !== undefined && { nonce }),
    ...(authenticationMethods.length > 0 && { amr: authenticationMethods }),
    ...(session !== undefined && { sid: session }),
  };
}

/** S109. RS256 and ES256 both hash with SHA-256. OpenID Connect Core §3.2.2.10. */
export const leftHalfHash = (token: string): string =>
  Buffer.from(hash('sha256', token, 'binary'), 'latin1').toString('base64url', 0, 16);

/** Vendor's names beside the standard ones, whatever the scopes: its clients look for nothing else. */
function autodeskClaims(facts: AccountFacts): Claims {
  const { first, last } = splitName(facts);
  const claims: [name: string, value: string | undefined][] = [
    ['userid', facts.uuid],
    ['user_name', facts.username],
    ['user_email', facts.email],
    ['first_name', first],
    ['last_name', last],
    ['analytics_id', facts.uuid],
    ['email', facts.email],
    ['given_name', first],
    ['family_name', last],
  ];
  return Object.fromEntries(claims.filter(([, value]) => value));
}

function readClaims({ sub, aud, sid, exp }: Claims): ReadIdToken | undefined {
  if (typeof sub !== 'string' || !isUuid(sub) || typeof aud !== 'string') return undefined;
  const session = typeof sid === 'string' ? sid : undefined;
  return { user: sub, clientId: aud, session, expiresAt: typeof exp === 'number' ? exp : 0 };
}
