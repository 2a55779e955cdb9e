/**
 * Permissions: `get,put:/users/me/**`, operations and an Ant pattern of paths relative to the application.
 * They only ever allow; there is no deny rule and no order.
 */
import { KeygridError } from '../errors.ts';

export const operations = ['get', 'put', 'post', 'delete'] as const;
export type Operation = (typeof operations)[number];
export type OperationSet = ReadonlySet<Operation>;

export interface Permission {
  operations: OperationSet;
  /** Lower case, a leading slash, none at the end, no empty segment. */
  path: string;
}

/** In UTF-16 units. */
export const maximumPermissionLength = 512;
export const maximumPermissionSegments = 64;

/**
 * Reads `operations:path`. Without operations it allows all of them; `*` alone is every path; a missing leading slash
 * is added. Throws `invalid_argument`, saying what was expected.
 */
export function parsePermission(text: string): Permission {
  const { operationNames, path } = split(text);
  const segments = segmentsOf(path === '*' ? '/**' : path);
  if (segments.length > maximumPermissionSegments) {
    throw refused(`a path of at most ${maximumPermissionSegments} segments`);
  }
  return { operations: operationSetOf(operationNames), path: `/${segments.join('/')}` };
}

/** The form in which a permission is stored and listed: as it was written, in lower case, without stray blanks. */
export function normalizePermission(text: string): string {
  parsePermission(text);
  const { operationNames, path } = split(text);
  return operationNames === undefined ? path : `${[...new Set(operationNames)].join(',')}:${path}`;
}

/** The segments of a path in lower case. Slashes at the end and doubled ones make no difference. */
export const segmentsOf = (path: string): string[] =>
  path
    .toLowerCase()
    .split('/')
    .filter((segment) => segment !== '');

interface Split {
  /** `undefined` if the text has none. */
  operationNames: string[] | undefined;
  path: string;
}

function split(text: string): Split {
  if (text.length > maximumPermissionLength) throw refused(`at most ${maximumPermissionLength} characters`);
  const normalized = text.trim().toLowerCase();
  const colon = normalized.indexOf(':');
  const hasOperations = colon !== -1 && !normalized.slice(0, colon).includes('/');
  const path = hasOperations ? normalized.slice(colon + 1).trim() : normalized;
  if (path === '') throw refused("a path, such as '/users/*', after the operations");
  if (hasOperations) return { operationNames: namesIn(normalized.slice(0, colon)), path };
  // `get` alone would otherwise allow everything on the collection `get`.
  if (namesIn(path).every(isOperation)) throw refused("a path, such as '/users/*', after the operations");
  return { operationNames: undefined, path };
}

const namesIn = (list: string): string[] => list.split(',').map((name) => name.trim());

const isOperation = (name: string): name is Operation => (operations as readonly string[]).includes(name);

function operationSetOf(names: string[] | undefined): OperationSet {
  if (names === undefined || (names.length === 1 && names[0] === '*')) return new Set(operations);
  if (!names.every(isOperation))
    throw refused('operations out of get, put, post, delete, with commas between');
  return new Set(names);
}

const refused = (expectation: string): KeygridError =>
  new KeygridError(
    'invalid_argument',
    `A permission is 'operations:path', as in 'get,put:/users/*'; expected ${expectation}.`,
  );
