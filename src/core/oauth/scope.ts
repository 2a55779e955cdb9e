/** Scopes as texts and as sets: RFC 6749 §3.3. */
import type { Client, ClientDialect } from '../clients/client.ts';
import { KeygridError } from '../errors.ts';
import { scopeKind } from './scope-catalogue.ts';

/** RFC 6749 appendix A.4: printable ASCII without space, quote and backslash. */
const scopeToken = /^[!#-[\]-~]+$/;

export interface ScopeLimits {
  characters: number;
  scopes: number;
}

/** aps-auth.md 3.1 (APS-56); S036 for the others. */
export const scopeLimits: Readonly<Record<ClientDialect, ScopeLimits>> = {
  autodesk: { characters: 3000, scopes: 50 },
  standard: { characters: 4000, scopes: 100 },
  usergrid: { characters: 4000, scopes: 100 },
};

/**
 * The scopes named, each once, in their order; none for an absent or empty text.
 * @throws KeygridError `invalid_scope`
 */
export function parseScope(text: string | undefined, limits: ScopeLimits): string[] {
  if (text === undefined || text === '') return [];
  if (text.length > limits.characters) {
    throw refused(`scope has ${limits.characters} characters at most`);
  }
  const names = [...new Set(text.split(' ').filter((name) => name !== ''))];
  if (names.length > limits.scopes) throw refused(`scope names ${limits.scopes} scopes at most`);
  if (!names.every((name) => scopeToken.test(name))) throw refused('scope is malformed');
  return names;
}

/**
 * Autodesk overlooked `scope[0]=` once, and the token opened nothing (aps-auth.md 1.1).
 * @throws KeygridError `invalid_scope`
 */
export function refuseScopeAsList(parameterNames: readonly string[]): void {
  if (!parameterNames.some((name) => name.startsWith('scope['))) return;
  throw refused('scope is one parameter, with spaces between the names');
}

export const isScopeName = (name: string): boolean => scopeToken.test(name);

export const renderScope = (scopes: readonly string[]): string => scopes.join(' ');

export const isScopeSubset = (part: readonly string[], whole: readonly string[]): boolean =>
  part.every((name) => whole.includes(name));

/** Whether the client may ask for the scope at all. */
export const mayAskFor = (client: Pick<Client, 'scopes'>, name: string): boolean =>
  client.scopes.includes(name) || client.scopes.includes(scopeKind(name));

/** Of scopes that were granted, those that the client may still have: its registration may have changed since (S033). */
export const scopesLeftTo = (client: Pick<Client, 'scopes'>, granted: readonly string[]): string[] =>
  granted.filter((name) => mayAskFor(client, name));

/**
 * The scopes of an access token made from a grant of `original`: all of them, or fewer when fewer are named (S084).
 * In the autodesk dialect `viewables:read` is part of `data:read` (aps-auth.md 3.2, rule 2).
 * @throws KeygridError `invalid_scope`
 */
export function narrowScopes(requested: string[], original: string[], dialect: ClientDialect): string[] {
  if (requested.length === 0) return original;
  const held =
    dialect === 'autodesk' && original.includes('data:read') ? [...original, 'viewables:read'] : original;
  if (!isScopeSubset(requested, held)) throw refused('scope goes beyond what was granted');
  return requested;
}

const refused = (description: string): KeygridError => new KeygridError('invalid_scope', description);
