/** Which rule stands behind a refusal, where it comes from, and what an operator can do: for `keygrid explain`. */
import type { ErrorCode } from './errors.ts';
import { oauthRefusalRules } from './explain-oauth-rules.ts';

export interface RefusalRule {
  rule: string;
  /** The standard, or the behaviour of Usergrid that its clients rely on. */
  source: string;
  remedy: string;
}

const permissionsSource = 'Usergrid: roles and permissions';
const reachSource = 'Usergrid: what each kind of token may reach';

/** `fault` stands for what nobody foresaw. A code without a rule explains itself by its description. */
export const refusalRules: Readonly<Partial<Record<ErrorCode | 'fault', RefusalRule>>> = {
  ...oauthRefusalRules,
  invalid_grant: {
    rule: 'A token is given for credentials that fit together; which part was wrong, the caller is not told.',
    source: 'RFC 6749 §5.2 (invalid_grant)',
    remedy:
      'Compare grant type, name and address of the endpoint: an application user signs in at its own application, an admin user at /management/token.',
  },
  invalid_client: {
    rule: 'A client authenticates as it was registered to, and only so.',
    source: 'RFC 6749 §5.2 (invalid_client)',
    remedy:
      'Compare the client id, its secret or key, and the method of authentication with its registration.',
  },
  insufficient_scope: {
    rule: 'A token opens what its scopes name, whatever its user may do.',
    source: 'RFC 6750 §3.1 (insufficient_scope)',
    remedy: 'Let the client ask for the scope that is missing; the user has to consent to it.',
  },
  access_denied: {
    rule: 'The user, or a rule on their behalf, may refuse a client.',
    source: 'RFC 6749 §4.1.2.1 (access_denied)',
    remedy: 'Ask the user, and see what the caller was told.',
  },
  form_token_mismatch: {
    rule: 'A form counts only in the browser session that it was made for: else another site could send it.',
    source: 'RFC 9700 §4.7 (cross-site request forgery)',
    remedy: 'Let the user open the page anew, with cookies allowed.',
  },
  account_inactive: {
    rule: 'An account that is not activated gets no token.',
    source: 'Usergrid: activation of accounts',
    remedy: 'Activate the account, or turn off the approval that new accounts wait for.',
  },
  account_disabled: {
    rule: 'A disabled account gets no token.',
    source: 'Usergrid: disabled accounts',
    remedy: 'Enable the account if it is to sign in again.',
  },
  account_unconfirmed: {
    rule: 'Where addresses are confirmed, an account signs in only after it confirmed its own.',
    source: 'Usergrid: confirmation of admin users (KEYGRID_ADMIN_CONFIRMATION)',
    remedy: 'Let the user ask for the mail again; without a mail server it is in "keygrid outbox list".',
  },
  token_expired: {
    rule: 'An access token is good until its time has come.',
    source: 'RFC 6750 §3.1 (invalid_token)',
    remedy: 'The caller must get a new token. A longer life is asked for with ttl, or set as accesstokenttl.',
  },
  token_revoked: {
    rule: 'A token ends early when it is revoked, when the password or client secret changes, or when the account is disabled.',
    source: 'RFC 7009 §2; RFC 6750 §3.1 (invalid_token)',
    remedy: 'The caller must get a new token.',
  },
  token_invalid: {
    rule: 'A token must be one that this installation issued, whole and unchanged.',
    source: 'RFC 6750 §3.1 (invalid_token)',
    remedy:
      'Look whether the client cuts or alters the token, or uses one of another server or of before a restore.',
  },
  token_principal_gone: {
    rule: 'The tokens of an account end when it is deleted.',
    source: 'RFC 6750 §3.1 (invalid_token)',
    remedy: 'The caller must sign in with an account that exists.',
  },
  client_credentials_invalid: {
    rule: 'A client proves itself by its id and its present secret.',
    source: 'RFC 6749 §5.2 (invalid_client)',
    remedy:
      'Compare with "keygrid client show ORGANIZATION/APPLICATION --reveal"; a rotated secret is dead at once.',
  },
  superuser_credentials_invalid: {
    rule: 'Basic credentials that are no client id are taken for the superuser, whose name and password they must be.',
    source: 'RFC 7617 §2; Usergrid: superuser',
    remedy: 'If nobody knows the password: keygrid superuser reset-password.',
  },
  permission_missing: {
    rule: 'Users and guests may do what some permission of theirs allows: own ones, those of their groups and roles, and of the role default (users) or guest (guests). There is no rule that forbids.',
    source: permissionsSource,
    remedy:
      'Give one of those roles a permission that covers what was looked for, or use a token of the application.',
  },
  application_access_denied: {
    rule: 'A token of one application opens no other; an admin user must be a member of the organization, a client must be its own.',
    source: reachSource,
    remedy: 'Compare the realm of the caller with the application in the path.',
  },
  organization_access_denied: {
    rule: "An organization is open to its members, its own client and the superuser, and to no application's token.",
    source: reachSource,
    remedy: 'Make the admin user a member, or use a token of that organization.',
  },
  admin_user_access_denied: {
    rule: 'An admin user is open to itself and to the superuser.',
    source: reachSource,
    remedy: 'Use a token of that admin user, or of the superuser.',
  },
  admin_identity_missing: {
    rule: "What is about the caller's own admin account needs an admin user's token.",
    source: reachSource,
    remedy:
      'Sign in at /management/token with an admin user; tokens of clients and application users name none.',
  },
  system_access_denied: {
    rule: 'What concerns the whole installation is open to the superuser only.',
    source: 'Usergrid: superuser',
    remedy: 'Use the credentials of the superuser.',
  },
  forbidden: {
    rule: 'Some operations are closed to a kind of caller whatever its permissions.',
    source: 'RFC 9110 §15.5.4',
    remedy: 'See what the caller was told.',
  },
  signup_closed: {
    rule: 'While sign-up is closed only the superuser makes organizations.',
    source: 'KEYGRID_SIGNUP',
    remedy: 'Make it with "keygrid organization create", or set KEYGRID_SIGNUP=open.',
  },
  precondition_failed: {
    rule: 'A request with If-Match or If-None-Match is carried out only if the entity is as they say.',
    source: 'RFC 9110 §13.1',
    remedy: 'Read the entity again, look at what changed meanwhile, and send the write with its new ETag.',
  },
  idempotency_key_reused: {
    rule: 'For a day, a key stands for the one request that it came with: the same caller, address and body.',
    source: 'The Idempotency-Key HTTP header field (draft-ietf-httpapi-idempotency-key-header)',
    remedy:
      'Let the client make a new key for each request, and keep it only to send that very request again.',
  },
  throttled: {
    rule: 'Attempts are counted by account, address and tenant, and too many must wait.',
    source: 'RFC 6585 §4',
    remedy: "Wait as long as the answer said. If the attempts are not the user's own, look at their address.",
  },
  overloaded: {
    rule: 'Work that cannot be queued any more is refused at once rather than kept waiting without end.',
    source: 'RFC 9110 §15.6.4',
    remedy:
      'Look for a flood of sign-ins, or give the server more processors (KEYGRID_PASSWORD_CONCURRENCY).',
  },
  store_unavailable: {
    rule: 'Without its database the server decides nothing: it would have to guess at revocations.',
    source: 'RFC 9110 §15.6.4',
    remedy: 'Run "keygrid doctor" and look at the database and its log.',
  },
  not_implemented: {
    rule: 'Known from elsewhere, and not offered here.',
    source: 'RFC 9110 §15.6.2',
    remedy: 'See what the caller was told.',
  },
  fault: {
    rule: 'Something went wrong that nobody foresaw.',
    source: 'RFC 9110 §15.6.1',
    remedy: 'The log has the whole error under the same request id. Please report it.',
  },
};
