/** Puts together signing keys, ID tokens and three-legged authorization, around what serves registered clients. */
import type { AuthorizationServices, ClientServices, SigningServices } from '../core/core.ts';
import type { Login } from '../core/identity/login.ts';
import type { LoginThrottle } from '../core/identity/throttle.ts';
import { deriveKey, type Sealer } from '../core/keys/sealer.ts';
import { createSigningKeys } from '../core/keys/signing-keys.ts';
import { createAuthorization } from '../core/oauth/authorize/index.ts';
import { createJsonWebAccessTokens, type JsonWebAccessTokens } from '../core/oauth/json-web-access-token.ts';
import { createIdTokens } from '../core/oidc/id-token.ts';
import { createIdTokenHints } from '../core/oidc/id-token-hints.ts';
import { createIssuers } from '../core/oidc/issuer.ts';
import { createIssuerFeatures } from '../core/oidc/issuer-features.ts';
import { createUserinfo } from '../core/oidc/userinfo.ts';
import type { Clock, RandomSource, Signer } from '../core/ports.ts';
import { createSessions } from '../core/sessions/session-service.ts';
import type { Storage } from '../storage/storage.ts';
import { type ClientParts, composeClients } from './compose-clients.ts';

export interface SigningParts {
  storage: Storage;
  sealer: Sealer;
  signer: Signer;
  clock: Clock;
  random: RandomSource;
}

/** Before the token authority, which hands JSON Web Tokens on to them. */
export function composeSigning(
  parts: SigningParts,
): Pick<SigningServices, 'signingKeys' | 'idTokens'> & { jsonWebTokens: JsonWebAccessTokens } {
  const signingKeys = createSigningKeys({ ...parts, storeFor: parts.storage.signingKeys });
  return {
    signingKeys,
    idTokens: createIdTokens({ ...parts, signingKeys }),
    jsonWebTokens: createJsonWebAccessTokens({ ...parts, signingKeys }),
  };
}

export interface OAuthParts extends Omit<ClientParts, 'idTokens' | 'issuers'> {
  signing: Pick<SigningServices, 'signingKeys' | 'idTokens'>;
  rootKey: Buffer;
  login: Login;
  throttle: LoginThrottle;
  place: { publicUrl: string };
}

export type OAuthServices = ClientServices & SigningServices & AuthorizationServices;

export function composeOAuth(parts: OAuthParts): OAuthServices {
  const { storage, cache, place, rootKey, signing } = parts;
  const issuers = createIssuers({ place, cache });
  const services = composeClients({ ...parts, issuers, idTokens: signing.idTokens });
  const { clients, tokenUsers: users, authorizationCodes: codes } = services;
  return {
    ...services,
    ...signing,
    issuers,
    issuerFeatures: createIssuerFeatures({ store: storage.clients, cache, changes: storage.changes }),
    userinfo: createUserinfo(users),
    authorization: createAuthorization({
      ...{ ...parts, ...signing, clients, users, codes, issuers },
      sessions: createSessions({ ...parts, storeFor: storage.sessions }),
      interactionsOf: storage.interactions,
      grantsOf: storage.grants,
      devicesOf: storage.deviceAuthorizations,
      idTokenHints: createIdTokenHints({ ...signing, issuers, directory: clients }),
      formTokenKey: deriveKey(rootKey, 'forms'),
    }),
  };
}
