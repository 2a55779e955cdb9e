/** The one table of this dialect: what each core error is on the Usergrid wire. usergrid-auth.md 2.4, 4.2, 10.2. */
import type { ErrorCode, KeygridError } from '../../core/errors.ts';

export interface WireError {
  status: number;
  error: string;
  /** What the original names here is a Java class; clients copy it, none reads it. */
  exception: string;
  headers?: Record<string, string>;
}

const row = (status: number, error: string): WireError => ({
  status,
  error,
  exception: `keygrid.${error}`,
});

const challenge = { 'www-authenticate': 'Basic realm="Usergrid Authentication"' };

export const wireErrors: Record<ErrorCode, WireError> = {
  invalid_argument: row(400, 'illegal_argument'),
  missing_property: row(400, 'required_property_not_found'),
  malformed_body: row(400, 'json_parse'),
  query_syntax: row(400, 'query_parse'),
  query_too_broad: row(400, 'query_too_broad'),
  duplicate_value: row(400, 'duplicate_unique_property_exists'),
  password_policy: row(400, 'error_password_policy_violation'),
  password_reused: row(409, 'recently_used_password'),
  password_mismatch: row(400, 'auth_invalid_username_or_password'),
  invalid_grant: row(400, 'invalid_grant'),
  invalid_request: row(400, 'invalid_request'),
  invalid_client: row(401, 'invalid_client'),
  unauthorized_client: row(400, 'unauthorized_client'),
  unsupported_grant_type: row(400, 'unsupported_grant_type'),
  unsupported_response_type: row(400, 'unsupported_response_type'),
  unsupported_token_type: row(400, 'unsupported_token_type'),
  invalid_scope: row(400, 'invalid_scope'),
  insufficient_scope: row(403, 'insufficient_scope'),
  access_denied: row(400, 'access_denied'),
  login_required: row(400, 'login_required'),
  consent_required: row(400, 'consent_required'),
  interaction_required: row(400, 'interaction_required'),
  account_selection_required: row(400, 'account_selection_required'),
  request_not_supported: row(400, 'request_not_supported'),
  request_uri_not_supported: row(400, 'request_uri_not_supported'),
  authorization_pending: row(400, 'authorization_pending'),
  slow_down: row(400, 'slow_down'),
  expired_device_code: row(400, 'expired_token'),
  invalid_redirect_uri: row(400, 'invalid_redirect_uri'),
  invalid_client_metadata: row(400, 'invalid_client_metadata'),
  client_not_found: row(404, 'client_not_found'),
  grant_not_found: row(404, 'grant_not_found'),
  interaction_not_found: row(400, 'interaction_not_found'),
  form_token_mismatch: row(403, 'form_token_mismatch'),
  account_inactive: row(400, 'invalid_grant'),
  account_disabled: row(400, 'invalid_grant'),
  account_unconfirmed: row(403, 'invalid_grant'),
  token_expired: row(401, 'expired_token'),
  token_revoked: row(401, 'auth_invalid'),
  token_invalid: row(401, 'auth_bad_access_token'),
  token_principal_gone: row(401, 'auth_bad_access_token'),
  client_credentials_invalid: row(401, 'auth_invalid_credentials'),
  superuser_credentials_invalid: { ...row(401, 'unauthorized'), headers: challenge },
  permission_missing: row(401, 'unauthorized'),
  application_access_denied: row(401, 'unauthorized'),
  organization_access_denied: row(401, 'unauthorized'),
  admin_user_access_denied: row(401, 'unauthorized'),
  admin_identity_missing: row(401, 'unauthorized'),
  system_access_denied: { ...row(401, 'unauthorized'), headers: challenge },
  forbidden: row(403, 'forbidden_service_operation'),
  application_not_found: row(404, 'organization_application_not_found'),
  organization_not_found: row(400, 'management'),
  account_not_found: row(400, 'management'),
  entity_not_found: row(404, 'entity_not_found'),
  resource_not_found: row(404, 'service_resource_not_found'),
  application_exists: row(409, 'application_already_exists'),
  application_conflict: row(409, 'conflict'),
  last_member: row(400, 'unable_to_leave_organization'),
  collection_delete_refused: row(405, 'unsupported_service_operation'),
  application_delete_refused: row(405, 'unsupported_rest_operation'),
  signup_closed: row(400, 'illegal_argument'),
  not_implemented: row(501, 'not_implemented'),
  token_mismatch: row(400, 'token'),
  mail_token_invalid: row(400, 'token'),
  write_conflict: row(409, 'conflict'),
  precondition_failed: row(412, 'precondition_failed'),
  idempotency_key_reused: row(422, 'idempotency_key_reused'),
  entity_too_large: row(413, 'entity_too_large'),
  throttled: row(429, 'too_many_requests'),
  overloaded: row(503, 'overloaded'),
  store_unavailable: row(503, 'store_unavailable'),
};

/** Errors that the token endpoints answer in the OAuth form: no timestamp, no exception (usergrid-auth.md 2.4, shape A). */
const oauthForm: ReadonlySet<ErrorCode> = new Set([
  'invalid_grant',
  'invalid_request',
  'invalid_client',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'authorization_pending',
  'slow_down',
  'access_denied',
  'expired_device_code',
  'account_inactive',
  'account_disabled',
  'account_unconfirmed',
]);

export const isOAuthForm = (code: ErrorCode): boolean => oauthForm.has(code);

export function toWireError(error: KeygridError): WireError {
  const wire = wireErrors[error.code];
  if (error.code === 'invalid_argument' && error.subject.kind === 'null') return row(400, 'null_argument');
  if (error.code === 'query_syntax' && error.subject.kind === 'token') return row(400, 'query_token');
  if (error.code === 'client_credentials_invalid' && error.subject.carrier === 'query') {
    return row(401, 'invalid_client');
  }
  if (error.code === 'insufficient_scope') return { ...wire, headers: scopeChallenge(error.subject.scope) };
  if (error.retryAfterSeconds !== undefined) {
    return { ...wire, headers: { 'retry-after': String(Math.ceil(error.retryAfterSeconds)) } };
  }
  return wire;
}

/** RFC 6750 §3.1 (S105). Only tokens that were given to a client are refused so, which Usergrid did not have. */
const scopeChallenge = (scope: string | number | undefined): Record<string, string> => ({
  'www-authenticate': `Bearer error="insufficient_scope"${scope ? `, scope="${scope}"` : ''}`,
});

/** Texts that clients and the original's tests look for; else the core's own description. */
export function describeError(error: KeygridError): string {
  const { type, property, value } = error.subject;
  if (error.code === 'duplicate_value') {
    return `Entity "${type}" requires that property named "${property}" be unique, value of ${value} exists`;
  }
  if (error.code === 'client_credentials_invalid' && error.subject.carrier === 'query') {
    return 'Unable to authenticate (OAuth)';
  }
  return error.message;
}
