/**
 * Where built-in clients may send their users: the property `redirectUris` of the organization or application that they
 * belong to. usergrid-auth.md 5.4.
 */
import { KeygridError } from '../errors.ts';
import type { Properties } from '../tenancy/tenancy.ts';
import { requireRegistrableRedirectUri } from './redirect-uri.ts';

const mostUris = 100;

/** One text, or a list of them; whatever else stands there counts as none. */
export function redirectUrisOf({ redirectUris }: Properties): string[] {
  const uris: unknown[] = Array.isArray(redirectUris) ? redirectUris : [redirectUris];
  return [...new Set(uris.filter((uri) => typeof uri === 'string'))];
}

/** Looks at what is to be set; nothing where it is to be taken away. @throws KeygridError `invalid_redirect_uri` */
export function requireRedirectUris({ redirectUris }: Properties): void {
  if (redirectUris === undefined || redirectUris === null || redirectUris === '') return;
  const uris: unknown[] = Array.isArray(redirectUris) ? redirectUris : [redirectUris];
  if (uris.length > mostUris) throw refused(`has more than ${mostUris} entries`);
  for (const uri of uris) {
    if (typeof uri !== 'string') throw refused('must be a list of texts');
    requireRegistrable(uri);
  }
}

function requireRegistrable(uri: string): void {
  try {
    requireRegistrableRedirectUri(uri, { type: 'web', dialect: 'usergrid' });
  } catch (error) {
    if (error instanceof KeygridError) throw refused(`${uri.slice(0, 200)}: ${error.message}`);
    throw error;
  }
}

const refused = (problem: string): KeygridError =>
  new KeygridError('invalid_redirect_uri', `redirectUris: ${problem}`);
