/** What the scopes of a delegated token open on the data API; the user's own rights bound it further. */
import type { Operation } from '../identity/permission-pattern.ts';

const dataOperations: ReadonlyMap<string, readonly Operation[]> = new Map([
  ['data:read', ['get']],
  ['data:search', ['get']],
  ['data:create', ['post']],
  ['data:write', ['post', 'put', 'delete']],
]);

/** Whether one of the scopes opens the operation on entities. */
export const scopesOpen = (scopes: readonly string[], operation: Operation): boolean =>
  scopes.some((name) => dataOperations.get(name)?.includes(operation) ?? false);

/** The scopes of which one is needed, for the refusal that names them (S105). */
export const scopesOpening = (operation: Operation): string[] =>
  [...dataOperations.keys()].filter((name) => dataOperations.get(name)?.includes(operation));

/** The management API: looking needs one, changing the other. */
export const scopesOpenManagement = (scopes: readonly string[], changing: boolean): boolean =>
  scopes.includes('account:write') || (!changing && scopes.includes('account:read'));
