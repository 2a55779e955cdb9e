/** The paths of users, groups and roles, which hold permissions and belong to each other. */

export const belowApplication = '/:organization/:application';

export interface HolderKind {
  type: 'user' | 'group' | 'role';
  plural: string;
  /** Sub-collections of other kinds, in the plural. */
  collections: string[];
}

export const holderKinds: readonly HolderKind[] = [
  { type: 'user', plural: 'users', collections: ['groups', 'roles'] },
  { type: 'group', plural: 'groups', collections: ['users', 'roles'] },
  { type: 'role', plural: 'roles', collections: ['users', 'groups'] },
];

/** `users` and `user` address the same (usergrid-data.md 1.1). */
export const inBothNumbers = (plural: string): string[] => [plural, plural.slice(0, -1)];

/** Every spelling of a path whose parts have several; the first of them is the one that is documented. */
export function spellings(...parts: (string | string[])[]): { path: string; aliases: string[] } {
  let paths = [belowApplication];
  for (const part of parts) paths = [part].flat().flatMap((text) => paths.map((path) => `${path}/${text}`));
  const [path = belowApplication, ...aliases] = paths;
  return { path, aliases };
}
