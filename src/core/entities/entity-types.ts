/** What the built-in types of entity demand, and what holds for every other. usergrid-data.md 1.1. */
import { KeygridError } from '../errors.ts';

export interface SubCollection {
  name: string;
  /** Type of its members. */
  type: string;
}

/** Property names are lower case: they are compared without regard to case. */
export interface EntityType {
  type: string;
  /** The plural of a built-in type; undefined for all others, whose plural is a matter of the dialect. */
  collection: string | undefined;
  /** The property that stands for the entity in addresses. */
  alias: 'name' | 'username' | 'path' | undefined;
  /** Needed on creation, and never removed later. */
  required: readonly string[];
  /** Each value belongs to one entity of the type at most, without regard to case. */
  unique: readonly string[];
  /** Ignored in updates. */
  immutable: readonly string[] | 'all';
  /** Secrets and the like, which other parts take from the request: never stored. */
  unstored: readonly string[];
  /** Set to the time of creation when it is missing or 0. */
  stampedWhenMissing: string | undefined;
  /** A change of one of these may change what somebody may do. */
  decidingRights: readonly string[] | 'all';
  subCollections: readonly SubCollection[];
  /** Name of a set -> last segment of its address. */
  sets: Readonly<Record<string, string>>;
}

const ordinary: Omit<EntityType, 'type'> = {
  collection: undefined,
  alias: 'name',
  required: [],
  unique: ['name'],
  immutable: [],
  unstored: [],
  stampedWhenMissing: undefined,
  decidingRights: [],
  subCollections: [],
  sets: {},
};
const withoutAlias = { alias: undefined, unique: [] };
const file = {
  alias: 'path',
  unique: ['path'],
  required: ['owner', 'path'],
  immutable: ['owner', 'path'],
} as const;
const activityParts = ['actor', 'verb', 'object', 'content', 'title', 'category', 'icon', 'published'];

const builtIn = (type: string, collection: string, rules: Partial<EntityType>): EntityType => ({
  ...ordinary,
  type,
  collection,
  ...rules,
});

export const builtInTypes: readonly EntityType[] = [
  builtIn('user', 'users', {
    alias: 'username',
    required: ['username'],
    unique: ['username', 'email'],
    unstored: ['password', 'pin', 'oldpassword', 'newpassword'],
    decidingRights: ['username', 'activated', 'disabled', 'deactivated', 'confirmed'],
    subCollections: [
      { name: 'groups', type: 'group' },
      { name: 'devices', type: 'device' },
      { name: 'activities', type: 'activity' },
      { name: 'feed', type: 'activity' },
      { name: 'roles', type: 'role' },
      { name: 'following', type: 'user' },
      { name: 'followers', type: 'user' },
    ],
    sets: { rolenames: 'roles', permissions: 'permissions' },
  }),
  builtIn('group', 'groups', {
    alias: 'path',
    required: ['path'],
    unique: ['path'],
    decidingRights: ['path'],
    subCollections: [
      { name: 'users', type: 'user' },
      { name: 'activities', type: 'activity' },
      { name: 'feed', type: 'activity' },
      { name: 'roles', type: 'role' },
    ],
    sets: { rolenames: 'roles', permissions: 'permissions' },
  }),
  builtIn('role', 'roles', {
    required: ['name'],
    immutable: ['name'],
    decidingRights: 'all',
    subCollections: [
      { name: 'users', type: 'user' },
      { name: 'groups', type: 'group' },
    ],
    sets: { permissions: 'permissions' },
  }),
  builtIn('device', 'devices', {
    subCollections: [
      { name: 'users', type: 'user' },
      { name: 'receipts', type: 'receipt' },
    ],
  }),
  builtIn('activity', 'activities', {
    ...withoutAlias,
    required: ['actor', 'verb'],
    immutable: activityParts,
    stampedWhenMissing: 'published',
  }),
  builtIn('event', 'events', { ...withoutAlias, immutable: 'all', stampedWhenMissing: 'timestamp' }),
  builtIn('asset', 'assets', file),
  builtIn('folder', 'folders', file),
  builtIn('notification', 'notifications', {
    ...withoutAlias,
    required: ['payloads'],
    subCollections: [{ name: 'receipts', type: 'receipt' }],
  }),
  builtIn('notifier', 'notifiers', { required: ['provider'] }),
  builtIn('receipt', 'receipts', withoutAlias),
];

const builtInByType = new Map(builtInTypes.map((rules) => [rules.type, rules]));

/** In characters; the type is a part of every key. */
const longestType = 100;
const reservedType = /^entit(?:y|ies)|^application$/;

/**
 * The rules of a type, given as lower-case singular.
 * @throws KeygridError `invalid_argument` for a text that cannot be the name of a type.
 */
export function entityType(type: string): EntityType {
  const rules = builtInByType.get(type);
  if (rules) return rules;
  if (type === '' || type.length > longestType || type.includes('\0')) {
    throw new KeygridError('invalid_argument', `A collection name has 1 to ${longestType} characters`);
  }
  return { ...ordinary, type };
}

/** @throws KeygridError `invalid_argument` for the types that nobody may create. */
export function requireCreatableType(type: string): EntityType {
  if (reservedType.test(type)) {
    throw new KeygridError('invalid_argument', `Entity type "${type}" is reserved`, { subject: { type } });
  }
  return entityType(type);
}

/** What is shown as a sub-collection of the type, and so never among the connections of its entities. */
export const subCollectionNames = (type: string): ReadonlySet<string> =>
  new Set(builtInByType.get(type)?.subCollections.map(({ name }) => name));
