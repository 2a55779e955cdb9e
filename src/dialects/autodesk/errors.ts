/** The one table of this dialect: what each core error is on Autodesk's wire. aps-auth.md 1.9 and 3.8. */
import type { ErrorCode, KeygridError } from '../../core/errors.ts';

export type AutodeskVersion = 'v1' | 'v2';

export interface WireError {
  status: number;
  /** In the words of RFC 6749 and RFC 6750. */
  error: string;
  /** In Autodesk's. */
  errorCode: string;
  headers: Record<string, string>;
}

/** What an Autodesk error code means, for the page that error bodies link to. aps-auth.md 1.9. */
export const errorMeanings: Readonly<Record<string, string>> = {
  'AUTH-001': 'The client id is unknown here, or the client may not use this interface.',
  'AUTH-002': 'The client may not use this endpoint or this grant.',
  'AUTH-003': 'The client id and the client secret do not belong together.',
  'AUTH-004': 'The scope is invalid, or the code or refresh token is unknown, expired or spent.',
  'AUTH-006': 'The access token is invalid, expired or revoked, or speaks for no user.',
  'AUTH-007': 'The Content-Type must be application/x-www-form-urlencoded.',
  'AUTH-008': 'A required parameter is missing or unusable; the message names it.',
  'AUTH-009': 'There is no such grant_type.',
  'AUTH-010': 'The access token lacks a scope.',
  'AUTH-011': 'This endpoint is for another grant_type.',
  'AUTH-012': 'The credentials of the client are missing.',
  'AUTH-016': 'A query parameter is unusable.',
  'ERR-001': 'More calls than the limit allows; Retry-After says when to go on.',
  'ERR-002': 'There is no such endpoint, or it takes another method.',
  'ERR-003': 'Something went wrong on the server.',
};

interface Row {
  error: string;
  errorCode: string;
  status: number;
  /** Where version 1 has another. */
  v1Status?: number;
}

const row = (status: number, error: string, errorCode: string, v1Status?: number): Row => ({
  ...{ status, error, errorCode },
  ...(v1Status !== undefined && { v1Status }),
});

const spent = row(400, 'invalid_grant', 'AUTH-004');
const deadToken = row(401, 'invalid_token', 'AUTH-006');
const overLimit = row(429, 'temporarily_unavailable', 'ERR-001');

/** Its calls meet no others; one that does come up is a fault. APS-80: no other statuses for tokens. */
export const wireErrors: Readonly<Partial<Record<ErrorCode, Row>>> = {
  invalid_request: row(400, 'invalid_request', 'AUTH-008'),
  invalid_client: row(401, 'invalid_client', 'AUTH-003'),
  invalid_redirect_uri: row(400, 'invalid_request', 'AUTH-016'),
  invalid_grant: spent,
  account_inactive: spent,
  account_disabled: spent,
  account_unconfirmed: spent,
  invalid_scope: row(400, 'invalid_scope', 'AUTH-004'),
  unauthorized_client: row(400, 'unauthorized_client', 'AUTH-002', 403),
  unsupported_grant_type: row(400, 'unsupported_grant_type', 'AUTH-009'),
  insufficient_scope: row(403, 'insufficient_scope', 'AUTH-010'),
  token_expired: deadToken,
  token_revoked: deadToken,
  token_invalid: deadToken,
  token_principal_gone: deadToken,
  throttled: overLimit,
  overloaded: overLimit,
  store_unavailable: row(500, 'server_error', 'ERR-003'),
};

const fault = row(500, 'server_error', 'ERR-003');

export function toWireError(error: KeygridError, version: AutodeskVersion): WireError {
  const found = wireErrors[error.code] ?? fault;
  const errorCode = special(error) ?? found.errorCode;
  const v1Status = errorCode === 'AUTH-007' ? 415 : found.v1Status;
  return {
    status: (version === 'v1' ? v1Status : undefined) ?? found.status,
    error: found.error,
    errorCode,
    headers: headersOf(error, found),
  };
}

/** aps-auth.md 1.9: finer than the core's codes. */
function special({ code, subject }: KeygridError): string | undefined {
  if (code === 'invalid_client' && subject.carrier === 'none') return 'AUTH-012';
  return typeof subject.errorCode === 'string' ? subject.errorCode : undefined;
}

function headersOf({ retryAfterSeconds }: KeygridError, { error }: Row): Record<string, string> {
  if (retryAfterSeconds !== undefined) return { 'retry-after': String(Math.ceil(retryAfterSeconds)) };
  if (error === 'invalid_client') return { 'www-authenticate': 'Basic realm="aps"' };
  if (error === 'invalid_token' || error === 'insufficient_scope') {
    return { 'www-authenticate': `Bearer error="${error}"` };
  }
  return {};
}

/** The text that Autodesk's clients know of the limit. aps-auth.md 5. */
export const overLimitText = 'Quota limit exceeded.';

/** OAuth's words and Autodesk's in one body; both spellings of the link (aps-auth.md 3.8). */
export function renderError(
  { error, errorCode }: Pick<WireError, 'error' | 'errorCode'>,
  description: string,
  publicUrl: string,
): string {
  const link = `${publicUrl}/authentication/errors/${errorCode}`;
  return JSON.stringify({
    ...{ error, error_description: description, developerMessage: description, userMessage: '', errorCode },
    ...{ 'more info': link, moreInfo: link },
  });
}
