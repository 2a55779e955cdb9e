/** What the server says of itself at the root: aps-auth.md 3.7. Autodesk's two odd names and the standard ones. */
import { autodeskSupportedScopes } from '../../core/oauth/scope-catalogue.ts';

const claims = [
  ...['sub', 'iss', 'aud', 'exp', 'iat', 'auth_time', 'nonce', 'at_hash', 'userid', 'user_name'],
  ...['user_email', 'first_name', 'last_name', 'email', 'given_name', 'family_name'],
];

const clientAuthentication = ['client_secret_basic', 'client_secret_post', 'none'];

/** APS-88, APS-89. `issuer`: the public URL. */
export function discoveryDocument(issuer: string): Readonly<Record<string, unknown>> {
  const at = (path: string): string => `${issuer}${path}`;
  return {
    issuer,
    authorization_endpoint: at('/authentication/v2/authorize'),
    token_endpoint: at('/authentication/v2/token'),
    userinfo_endpoint: at('/userinfo'),
    jwks_uri: at('/authentication/v2/keys'),
    revoke_endpoint: at('/authentication/v2/revoke'),
    revocation_endpoint: at('/authentication/v2/revoke'),
    introspect_endpoint: at('/authentication/v2/introspect'),
    introspection_endpoint: at('/authentication/v2/introspect'),
    end_session_endpoint: at('/authentication/v2/logout'),
    scopes_supported: autodeskSupportedScopes,
    response_types_supported: ['code', 'id_token'],
    response_modes_supported: ['fragment', 'form_post', 'query'],
    grant_types_supported: ['authorization_code', 'client_credentials', 'refresh_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: clientAuthentication,
    introspection_endpoint_auth_methods_supported: clientAuthentication,
    revocation_endpoint_auth_methods_supported: clientAuthentication,
    claims_supported: claims,
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
  };
}
