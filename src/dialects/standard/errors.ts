/** The one table of this dialect: what each core error is in the words of RFC 6749 §5.2, RFC 6750 §3.1, RFC 8628 §3.5. */
import type { ErrorCode, KeygridError } from '../../core/errors.ts';

export interface WireError {
  status: number;
  error: string;
}

const row = (status: number, error: string): WireError => ({ status, error });

const badRequest = row(400, 'invalid_request');
const badGrant = row(400, 'invalid_grant');
const badToken = row(401, 'invalid_token');
const unavailable = row(503, 'temporarily_unavailable');

/** Codes that none of the endpoints here meets are faults. */
export const wireErrors: Readonly<Partial<Record<ErrorCode, WireError>>> = {
  invalid_request: badRequest,
  invalid_argument: badRequest,
  malformed_body: badRequest,
  invalid_client: row(401, 'invalid_client'),
  invalid_grant: badGrant,
  account_inactive: badGrant,
  account_disabled: badGrant,
  account_unconfirmed: badGrant,
  unauthorized_client: row(400, 'unauthorized_client'),
  unsupported_grant_type: row(400, 'unsupported_grant_type'),
  unsupported_token_type: row(400, 'unsupported_token_type'),
  invalid_scope: row(400, 'invalid_scope'),
  access_denied: row(400, 'access_denied'),
  authorization_pending: row(400, 'authorization_pending'),
  slow_down: row(400, 'slow_down'),
  expired_device_code: row(400, 'expired_token'),
  insufficient_scope: row(403, 'insufficient_scope'),
  token_expired: badToken,
  token_revoked: badToken,
  token_invalid: badToken,
  token_principal_gone: badToken,
  application_not_found: row(404, 'not_found'),
  organization_not_found: row(404, 'not_found'),
  resource_not_found: row(404, 'not_found'),
  throttled: row(429, 'temporarily_unavailable'),
  overloaded: unavailable,
  store_unavailable: unavailable,
};

export const fault: WireError = row(500, 'server_error');

export const toWireError = ({ code }: KeygridError): WireError => wireErrors[code] ?? fault;

/** S035, S072: printable ASCII without quotes and backslashes. */
export const safeDescription = (text: string): string => text.replace(/[^ !#-[\]-~]/g, '').slice(0, 300);

/** What a status needs besides its body: RFC 6749 §5.2, RFC 6750 §3, RFC 9110 §10.2.3. */
export function errorHeaders(error: KeygridError, { error: name }: WireError): Record<string, string> {
  const { retryAfterSeconds, subject, message } = error;
  if (retryAfterSeconds !== undefined) return { 'retry-after': String(Math.ceil(retryAfterSeconds)) };
  if (name === 'temporarily_unavailable') return { 'retry-after': '5' };
  if (name === 'invalid_client' && subject.carrier === 'header') {
    return { 'www-authenticate': 'Basic realm="Keygrid", charset="UTF-8"' };
  }
  if (name === 'invalid_token' || name === 'insufficient_scope' || subject.carrier === 'bearer') {
    const scope = subject.scope === undefined ? '' : `, scope="${subject.scope}"`;
    const challenge = `Bearer error="${name}", error_description="${safeDescription(message)}"${scope}`;
    return { 'www-authenticate': challenge };
  }
  return {};
}
