/** Permissions compiled once per set of roles, and asked on every request. */
import { KeygridError } from '../errors.ts';
import {
  compilePath,
  hasPlaceholders,
  matchesPath,
  type PathPattern,
  type UserNames,
} from './path-pattern.ts';
import {
  type Operation,
  type OperationSet,
  type Permission,
  parsePermission,
  segmentsOf,
} from './permission.ts';

export {
  normalizePermission,
  type Operation,
  type OperationSet,
  type Permission,
  parsePermission,
} from './permission.ts';

export interface PermissionMatcher {
  /** True if any of the permissions allows the operation on the path, which is relative to the application. */
  implies(operation: Operation, path: string): boolean;
}

/**
 * Compiles permissions for one user, or for a caller that is none: then `${user}` matches nothing and `me` only itself.
 * A stored text that is no permission allows nothing.
 */
export function compilePermissions(permissions: readonly string[], user?: UserNames): PermissionMatcher {
  const compiled = new CompiledPermissions();
  for (const text of permissions) {
    const permission = readStored(text);
    if (permission !== undefined) compiled.add(permission, user);
  }
  return compiled;
}

function readStored(text: string): Permission | undefined {
  try {
    return parsePermission(text);
  } catch (error) {
    if (error instanceof KeygridError) return undefined;
    throw error;
  }
}

class CompiledPermissions implements PermissionMatcher {
  /** Of `/**`. */
  readonly #everywhere = new Set<Operation>();
  /** Of paths without anything to expand, by the path. */
  readonly #exact = new Map<string, Set<Operation>>();
  readonly #patterns: { operations: OperationSet; pattern: PathPattern }[] = [];

  add({ operations, path }: Permission, user: UserNames | undefined): void {
    if (path === '/**') {
      for (const operation of operations) this.#everywhere.add(operation);
      return;
    }
    const segments = segmentsOf(path);
    if (hasPlaceholders(segments)) {
      this.#patterns.push({ operations, pattern: compilePath(segments, user) });
    } else {
      this.#exact.set(path, new Set([...(this.#exact.get(path) ?? []), ...operations]));
    }
  }

  implies(operation: Operation, path: string): boolean {
    if (this.#everywhere.has(operation)) return true;
    const segments = segmentsOf(path);
    if (this.#exact.get(`/${segments.join('/')}`)?.has(operation)) return true;
    return this.#patterns.some(
      ({ operations, pattern }) => operations.has(operation) && matchesPath(pattern, segments),
    );
  }
}
