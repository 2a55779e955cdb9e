/** What an issuer of the standard dialect says of itself: OpenID Connect Discovery §3, RFC 8414 §2, S130 to S133. */
import type { GrantType } from '../clients/client.ts';
import type { ResponseMode, ResponseType } from '../oauth/authorization.ts';
import { standardScopes } from '../oauth/scope-catalogue.ts';
import { scopeClaimNames } from './claims.ts';
import type { Issuer } from './issuer.ts';

/** What is switched on in a realm; nothing else is told (S093, S133). */
export interface IssuerFeatures {
  grantTypes: readonly GrantType[];
  responseTypes: readonly ResponseType[];
  responseModes: readonly Exclude<ResponseMode, 'query_and_fragment'>[];
  /** Scopes of the operator's own beside the known ones. */
  scopes: readonly string[];
}

/** Of a realm where no client was given a legacy grant. */
export const usualFeatures: IssuerFeatures = {
  grantTypes: [
    'authorization_code',
    'refresh_token',
    'client_credentials',
    'urn:ietf:params:oauth:grant-type:device_code',
  ],
  responseTypes: ['code'],
  responseModes: ['query', 'fragment', 'form_post'],
  scopes: [],
};

export type IssuerMetadata = Readonly<Record<string, string | boolean | readonly string[]>>;

const clientAuthentication = ['client_secret_basic', 'client_secret_post', 'none'];
/** Who asks about tokens must be known. */
const strictClientAuthentication = ['client_secret_basic', 'client_secret_post'];
const idTokenClaims = ['sub', 'iss', 'aud', 'exp', 'iat', 'auth_time', 'nonce', 'amr', 'sid', 'at_hash'];

/** Where the endpoints of an issuer stand below its URL. design.md 3. */
export const endpointPaths = {
  authorization_endpoint: '/oauth2/authorize',
  token_endpoint: '/oauth2/token',
  userinfo_endpoint: '/oauth2/userinfo',
  jwks_uri: '/oauth2/jwks',
  introspection_endpoint: '/oauth2/introspect',
  revocation_endpoint: '/oauth2/revoke',
  device_authorization_endpoint: '/oauth2/device_authorization',
  end_session_endpoint: '/oauth2/logout',
} as const;

export function issuerMetadata({ url }: Issuer, features: IssuerFeatures = usualFeatures): IssuerMetadata {
  const endpoints = Object.entries(endpointPaths).map(([name, path]) => [name, url + path]);
  return {
    issuer: url,
    ...Object.fromEntries(endpoints),
    scopes_supported: [...Object.keys(standardScopes), ...features.scopes],
    response_types_supported: features.responseTypes,
    response_modes_supported: features.responseModes,
    grant_types_supported: features.grantTypes,
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: clientAuthentication,
    introspection_endpoint_auth_methods_supported: strictClientAuthentication,
    revocation_endpoint_auth_methods_supported: clientAuthentication,
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    claim_types_supported: ['normal'],
    claims_supported: [...idTokenClaims, ...scopeClaimNames],
    claims_parameter_supported: false,
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
  };
}
