/**
 * What a caller may see, as plainly as it can be said: usergrid-auth.md 7.1 and 7.2, written without a look at the
 * server's own matcher. A path is allowed if any permission of the caller matches any spelling of it; and on the way
 * down a path of connections, what is below each entity must be allowed as if it had been asked for directly.
 */

export type CollectionName = 'cats' | 'dogs' | 'users' | 'groups' | 'roles' | 'activities';

export interface ModelEntity {
  uuid: string;
  collection: CollectionName;
  /** Name, username or path. */
  alias: string;
  n: number;
}

export interface ModelEdge {
  source: ModelEntity;
  verb: string;
  target: ModelEntity;
}

export interface ModelWorld {
  entities: ModelEntity[];
  /** Connections; memberships with the name of the sub-collection on either side; `activities` and `feed` of each. */
  edges: ModelEdge[];
}

export interface ModelCaller {
  /** Undefined for a guest. */
  user: ModelEntity | undefined;
  /** As they were written, those of all roles and groups. */
  permissions: string[];
}

export interface ModelRequest {
  /** Below the application, as they go into the URL, before encoding. */
  segments: string[];
  /** Lower bound of the property `n`, as `ql=n >= 2`; undefined without a query. */
  atLeast?: number | undefined;
  /** The query stands as a matrix parameter behind the first segment. */
  isMatrix?: boolean;
}

/** `missing`: allowed, and not there. */
export type Verdict = 'refused' | 'missing' | ModelEntity[];

const matchesSegment = (pattern: string, segment: string): boolean => {
  if (pattern === '') return segment === '';
  const [first, rest] = [pattern[0], pattern.slice(1)];
  if (first === '*')
    return matchesSegment(rest, segment) || (segment !== '' && matchesSegment(pattern, segment.slice(1)));
  return segment !== '' && (first === '?' || first === segment[0]) && matchesSegment(rest, segment.slice(1));
};

function matchesPath(pattern: string[], path: string[], names: string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return path.length === 0;
  if (first === '**')
    return matchesPath(rest, path, names) || (path.length > 0 && matchesPath(pattern, path.slice(1), names));
  const [segment, ...below] = path;
  if (segment === undefined) return false;
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the placeholder's own text
  const own = first === '${user}' ? names : first === 'me' ? ['me', ...names] : undefined;
  const fits = own ? own.includes(segment) : matchesSegment(first, segment);
  return fits && matchesPath(rest, below, names);
}

/** `/cats/*` is the collection as well. */
const variantsOf = (pattern: string[]): string[][] =>
  pattern.at(-1) === '*' ? [pattern, pattern.slice(0, -1)] : [pattern];

function implies(permission: string, operation: string, path: string[], caller: ModelCaller): boolean {
  const [operations = '', pattern = ''] = permission.toLowerCase().split(':');
  if (!operations.split(',').includes(operation)) return false;
  const names = caller.user ? [caller.user.uuid, caller.user.alias.toLowerCase()] : [];
  const segments = pattern.split('/').filter((segment) => segment !== '');
  return variantsOf(segments).some((variant) =>
    matchesPath(
      variant,
      path.map((segment) => segment.toLowerCase()),
      names,
    ),
  );
}

const isUuid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);

export const pluralOf: Record<string, CollectionName> = {
  ...{ cat: 'cats', cats: 'cats', dog: 'dogs', dogs: 'dogs', user: 'users', users: 'users' },
  ...{ group: 'groups', groups: 'groups', role: 'roles', roles: 'roles' },
  ...{ activity: 'activities', activities: 'activities' },
};

export class VisibilityModel {
  readonly #world: ModelWorld;
  readonly #caller: ModelCaller;

  constructor(world: ModelWorld, caller: ModelCaller) {
    this.#world = world;
    this.#caller = caller;
  }

  find(collection: string, reference: string): ModelEntity | undefined {
    const isSelf = collection === 'users' && reference.toLowerCase() === 'me';
    if (isSelf) return this.#caller.user;
    const sought = reference.toLowerCase();
    return this.#world.entities.find(
      (each) =>
        each.collection === collection && (each.uuid === sought || each.alias.toLowerCase() === sought),
    );
  }

  allows(operation: string, path: string[]): boolean {
    const [first = '', reference, ...rest] = path;
    const collection = pluralOf[first.toLowerCase()] ?? first;
    const entity = reference === undefined ? undefined : this.find(collection, reference);
    if (
      operation === 'get' &&
      path.length === 2 &&
      entity &&
      entity === this.#caller.user &&
      reference?.toLowerCase() === 'me'
    )
      return true;
    const below = path.slice(1);
    const spellings = entity
      ? [path, [collection, entity.uuid, ...rest], [collection, entity.alias, ...rest]]
      : [path, [collection, ...below]];
    return spellings.some((spelling) =>
      this.#caller.permissions.some((permission) => implies(permission, operation, spelling, this.#caller)),
    );
  }

  /** What a GET gives. */
  read({ segments, atLeast, isMatrix = false }: ModelRequest): Verdict {
    if (!this.allows('get', segments)) return 'refused';
    const [first = '', second, ...rest] = segments;
    const collection = pluralOf[first.toLowerCase()];
    if (!collection) return [];
    const everything = this.#world.entities.filter((each) => each.collection === collection);
    const chosen = everything.filter(({ n }) => n >= (atLeast ?? Number.NEGATIVE_INFINITY));
    if (second === undefined) return chosen;
    if (isMatrix || second === 'all') {
      const below = isMatrix ? [second, ...rest] : rest;
      if (!this.allows('get', [first])) return 'refused';
      if (below.length === 0) return chosen;
      return this.#below(isMatrix ? chosen : everything, below, isMatrix ? undefined : atLeast, true);
    }
    const entity = this.find(collection, second);
    if (!entity) return 'missing';
    // One's own activities, as a member of a group, take the right to the path alone.
    const [members = '', member = '', list = '', ...further] = rest;
    const { user } = this.#caller;
    const isOwn = user && collection === 'groups' && this.find(pluralOf[members] ?? '', member) === user;
    if (isOwn && /^(?:feed|activities)$/.test(list) && further.length === 0) {
      const found = this.#below([entity], [members, member], undefined, false);
      return typeof found === 'string' ? found : this.#below(found, [list], atLeast, false);
    }
    return rest.length === 0 ? [entity] : this.#below([entity], rest, atLeast, false);
  }

  #below(near: ModelEntity[], words: string[], atLeast: number | undefined, isAsked: boolean): Verdict {
    const areAllowed = near.every(({ collection, uuid }) => this.allows('get', [collection, uuid, ...words]));
    if (isAsked && !areAllowed) return 'refused';
    const [relation = '', ...others] = words;
    const isIncoming = relation === 'connecting' || relation === 'followers';
    const named = relation === 'connecting' ? (others.shift() ?? '') : (pluralOf[relation] ?? relation);
    const verb = named === 'followers' ? 'following' : named;
    const far = new Set(
      this.#world.edges
        .filter((edge) => edge.verb === verb && near.includes(isIncoming ? edge.target : edge.source))
        .map((edge) => (isIncoming ? edge.source : edge.target)),
    );
    const member = pluralOf[verb];
    const [type, reference, ...rest] = member ? [member, ...others] : others;
    const byUuid = [...far].find(({ uuid }) => uuid === type);
    if (isUuid(type ?? '')) {
      if (!byUuid) return 'missing';
      const left = others.slice(1);
      return left.length === 0 ? [byUuid] : this.#below([byUuid], left, atLeast, true);
    }
    const ofType = [...far].filter(
      ({ collection }) => type === undefined || collection === pluralOf[type.toLowerCase()],
    );
    if (reference === undefined) return ofType.filter(({ n }) => n >= (atLeast ?? Number.NEGATIVE_INFINITY));
    const one = this.find(pluralOf[type?.toLowerCase() ?? ''] ?? '', reference);
    if (!one || !far.has(one)) return 'missing';
    return rest.length === 0 ? [one] : this.#below([one], rest, atLeast, true);
  }
}
