/** Every way the core can refuse. A dialect turns each code into a status and a body, in one table. */

/** Code -> what it means, for docs/errors.md. Descriptions given at the throw site are safe to show. */
export const errorCatalogue = {
  invalid_argument: 'A value sent is missing, of the wrong kind or out of range.',
  missing_property: 'A property that this type of entity requires is missing.',
  malformed_body: 'The body cannot be read as what it claims to be.',
  query_syntax: 'The query statement does not follow the grammar.',
  query_too_broad: 'The query would read more entities than one request may.',
  duplicate_value: 'A value that must be unique is taken.',
  password_policy: 'The password does not meet the policy.',
  password_reused: 'The password is the current one or one of the last ones.',
  password_mismatch: 'The old password given is not the current one.',
  invalid_grant: 'The credentials of a token request do not prove a right.',
  invalid_request:
    'An authorization or token request lacks a parameter, repeats one or holds an unusable one.',
  invalid_client: 'The client is unknown, or did not authenticate as it was registered to.',
  unauthorized_client: 'The client was not registered for this grant or response type.',
  unsupported_grant_type: 'There is no such grant type here.',
  unsupported_response_type: 'There is no such response type here.',
  unsupported_token_type: 'Tokens of this kind cannot be revoked here.',
  invalid_scope: 'A scope asked for is unknown, malformed or beyond what may be granted.',
  insufficient_scope: 'The access token lacks the scope that the operation needs.',
  access_denied: 'The user, or a rule on their behalf, refused the client.',
  login_required: 'The user would have to sign in, and the request forbids asking.',
  consent_required: 'The user would have to consent, and the request forbids asking.',
  interaction_required: 'The user would have to do something, and the request forbids asking.',
  account_selection_required: 'The user would have to choose an account, and the request forbids asking.',
  request_not_supported: 'Request objects are not supported.',
  request_uri_not_supported: 'Request objects by reference are not supported.',
  authorization_pending: 'The user has not decided on the device yet.',
  slow_down: 'The device polls faster than it was told to.',
  expired_device_code: 'The device code has expired.',
  invalid_redirect_uri: 'A redirect URI may not be registered, or is not one of those registered.',
  invalid_client_metadata: 'A property of a client is unusable, or contradicts another.',
  client_not_found: 'There is no such client.',
  grant_not_found: 'The user has given no such grant.',
  interaction_not_found: 'The sign-in is unknown, over, or belongs to another browser.',
  form_token_mismatch: 'The form was not made for this browser session.',
  account_inactive: 'The account is not activated.',
  account_disabled: 'The account is disabled.',
  account_unconfirmed: 'The account must confirm its email address first.',
  token_expired: 'The access token has expired.',
  token_revoked: 'The access token was revoked.',
  token_invalid: 'The access token is malformed or not ours.',
  token_principal_gone: 'The account behind the access token no longer exists.',
  client_credentials_invalid: 'The client id and secret do not match.',
  superuser_credentials_invalid: 'The superuser name and password do not match.',
  permission_missing: 'The caller has no permission for this operation.',
  application_access_denied: 'The caller has no access to this application.',
  organization_access_denied: 'The caller has no access to this organization.',
  admin_user_access_denied: 'The caller may not act for this admin user.',
  admin_identity_missing: 'The operation needs an admin user, and the credentials name none.',
  system_access_denied: 'Only the superuser may do this.',
  forbidden: 'The operation is not open to this kind of caller.',
  application_not_found: 'There is no such organization or application.',
  organization_not_found: 'There is no such organization.',
  account_not_found: 'There is no such admin user.',
  entity_not_found: 'There is no such entity.',
  resource_not_found: 'There is no such resource.',
  application_exists: 'The organization has an application of that name.',
  application_conflict: "A deleted and a live application of the same name stand in each other's way.",
  last_member: 'An organization must keep at least one member.',
  collection_delete_refused: 'A whole collection is never deleted without a query.',
  application_delete_refused: 'An application is deleted through the management endpoint only.',
  signup_closed: 'Public sign-up is closed.',
  not_implemented: 'Known, and not offered here.',
  token_mismatch: 'The access token named is not one of the account named.',
  mail_token_invalid: 'The link is wrong, used or expired.',
  write_conflict: 'Others kept changing the same entity; nothing was written.',
  precondition_failed: 'The entity is not, or no longer, as the condition of the request says.',
  idempotency_key_reused: 'The idempotency key was sent before, with another request.',
  entity_too_large: 'The entity is larger than an entity may be.',
  throttled: 'Too many attempts; wait before the next.',
  overloaded: 'The server has more work of this kind than it can queue.',
  store_unavailable: 'The database does not answer.',
} as const;

export type ErrorCode = keyof typeof errorCatalogue;

export const isErrorCode = (text: string): text is ErrorCode => Object.hasOwn(errorCatalogue, text);

export interface ErrorDetails {
  /** For the operator's log and `keygrid explain`; never shown to the caller. */
  cause?: unknown;
  /** Seconds to wait, for `throttled` and `overloaded`. */
  retryAfterSeconds?: number;
  /** What the rule was about, for dialects whose text names it: property, value, type … Never a secret. */
  subject?: Record<string, string | number>;
}

/** The one error the core throws on purpose. Anything else that escapes is a fault: 500, logged, not shown. */
export class KeygridError extends Error {
  readonly code: ErrorCode;
  readonly retryAfterSeconds: number | undefined;
  readonly subject: Record<string, string | number>;

  constructor(code: ErrorCode, description: string, details: ErrorDetails = {}) {
    super(description, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'KeygridError';
    this.code = code;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.subject = details.subject ?? {};
  }
}
