/** Puts an answer where its client looks for it. */
import { appendToFragment, appendToQuery, type ResponseParameters } from '../../clients/response-uri.ts';
import type { KeygridError } from '../../errors.ts';
import type { ResponseMode } from '../authorization.ts';
import type { AuthorizationResponse } from './authorization-service.ts';

export interface ResponseTarget {
  redirectUri: string;
  responseMode: ResponseMode;
  /** Verbatim; undefined when there was none. */
  state: string | undefined;
  /** Undefined in dialects without RFC 9207. */
  issuer: string | undefined;
}

/** What is answered: what was asked for, in the order of aps-auth.md 1.4, or an error. */
export type ResponseContent = ResponseParameters;

export function renderResponse(
  target: ResponseTarget,
  content: ResponseContent,
  error?: KeygridError,
): AuthorizationResponse {
  const { redirectUri, responseMode, state, issuer } = target;
  const told: ResponseParameters = [...content, ['state', state], ['iss', issuer]];
  switch (responseMode) {
    case 'query':
      return { kind: 'redirect', location: appendToQuery(redirectUri, withoutScope(told)), error };
    case 'fragment':
      return { kind: 'redirect', location: appendToFragment(redirectUri, told), error };
    case 'query_and_fragment': {
      const query = appendToQuery(redirectUri, withoutScope(told));
      return { kind: 'redirect', location: appendToFragment(query, content), error };
    }
    case 'form_post': {
      const fields = told.filter((field): field is [string, string] => field[1] !== undefined);
      return { kind: 'form_post', action: redirectUri, fields, error };
    }
  }
}

/** aps-auth.md 1.4: what comes back in the query is the token and what describes it, as short as seed 004 shows it. */
const withoutScope = (parameters: ResponseParameters): ResponseParameters =>
  parameters.filter(([name]) => name !== 'scope');

/** S035: printable ASCII without quotes and backslashes, so that it stands in a URL, a header and JSON alike. */
export const errorContent = ({ code, message }: KeygridError): ResponseContent => [
  ['error', code],
  ['error_description', message.replace(/[^ !#-[\]-~]/g, '').slice(0, 300)],
];
