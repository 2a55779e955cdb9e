/** What the entity core asks of storage. A store is obtained for one application: no query can forget its tenant. */
import type { Awaitable } from '../awaitable.ts';
import type { ChangeTopic } from '../oauth/revocation-store.ts';
import type { Uuid } from '../uuid.ts';
import type { IdempotencyClaim } from './collections/idempotency.ts';
import type { IndexedFields } from './index/indexed-fields.ts';
import type { ScalarValue } from './query/filter.ts';

export interface StoredEntity {
  uuid: Uuid;
  /** Lower-case singular, as `dog` of `/dogs`. */
  type: string;
  /** Milliseconds since the epoch. */
  created: number;
  modified: number;
  /**
   * Counts writes, from 1, or from its creation in milliseconds where its uuid may have been in use before: what once
   * was a version of a uuid never is one again. A replacement names the version it was made from.
   */
  version: number;
  /** The JSON text that goes out, without `metadata`. Always an object of at least uuid and type. */
  body: string;
  /** What of it is indexed; everything, where it is not said (indexed-fields.ts). */
  indexedFields?: IndexedFields;
  /** Connections begin or end at it, or once did. */
  connected?: true;
}

/** A value that only one entity of the type may have. `value` is what is compared: lower case. */
export interface UniqueClaim {
  property: string;
  value: string;
}

/** An entry of the index: a lower-case dot path, and a scalar as order-preserving bytes (index-key.ts). */
export interface IndexEntry {
  path: string;
  value: Uint8Array;
}

/** One that is to be written: its scalar becomes bytes where they go. */
export interface IndexedValue {
  path: string;
  value: ScalarValue | Uint8Array;
}

export type EntityChange = EntityWrite & {
  /** Caches to tell, where the entity is one that rights depend on. */
  announces?: ChangeTopic;
};

export type EntityWrite =
  | {
      kind: 'create';
      entity: StoredEntity;
      claims: UniqueClaim[];
      index: IndexedValue[];
      /** Where it is taken, nothing is written. */
      idempotency?: IdempotencyClaim;
    }
  | {
      kind: 'replace';
      /** `version` is one above the version that was read. */
      entity: StoredEntity;
      claimsAdded: UniqueClaim[];
      claimsRemoved: UniqueClaim[];
      indexAdded: IndexedValue[];
      indexRemoved: IndexedValue[];
    }
  | {
      kind: 'delete';
      /** As it was read; also frees its permissions, credentials and edges. */
      entity: StoredEntity;
      claims: UniqueClaim[];
      index: IndexedValue[];
    }
  | {
      kind: 'reindex';
      /** As it was read, but for `indexedFields`; it stays so, and counts no write. */
      entity: StoredEntity;
      /** Every entry that it shall have; some may be there. */
      index: IndexedValue[];
      /** Those of its values that it shall not have; most are not there. */
      indexRemoved: IndexedValue[];
    };

export type WriteOutcome =
  | { kind: 'written' }
  /** The claim is held by another entity; nothing was written. */
  | { kind: 'duplicate'; property: string; value: string }
  /** The idempotency key has been claimed before; nothing was written. */
  | { kind: 'repeated' }
  /** The entity is there already, gone, or of another version than the change was made from. */
  | { kind: 'conflict' };

/** A position in an index walk: the last row seen. */
export interface IndexPosition {
  value: Uint8Array;
  created: number;
  uuid: Uuid;
}

/** A run of one path's index: `from` and `to` bound the value bytes, inclusive where said so. */
export interface IndexRange {
  path: string;
  from: Uint8Array | undefined;
  fromInclusive: boolean;
  to: Uint8Array | undefined;
  toInclusive: boolean;
}

/**
 * A walk over one index path in key order: by value, then created, then uuid, all in the one direction. A row is
 * kept if its entity also has every probed entry: each probe is one key look-up.
 */
export interface IndexWalk {
  type: string;
  range: IndexRange;
  descending: boolean;
  probes: IndexEntry[];
  /** And of each of these at least one entry; no entity has one of none. */
  choices?: IndexEntry[][];
  after: IndexPosition | undefined;
  limit: number;
  /** How many rows of the walk to look at before giving up for this call. */
  scanLimit: number;
}

export interface IndexWalkResult {
  entities: { entity: StoredEntity; position: IndexPosition }[];
  /** Where to go on from; undefined when the walk reached the end of the range. */
  position: IndexPosition | undefined;
  /** Index rows, kept or not. */
  lookedAt: number;
}

/** What a walk finds when no entity is read. */
export interface IndexKeys extends Omit<IndexWalkResult, 'entities'> {
  positions: IndexPosition[];
}

export interface EntityStore {
  findByUuid(uuid: Uuid): Awaitable<StoredEntity | undefined>;
  findByUniqueValue(type: string, property: string, value: string): Promise<StoredEntity | undefined>;
  /** Those that there are, in the order that they were asked for. */
  findEach(uuids: readonly Uuid[]): Promise<StoredEntity[]>;
  /** One atomic change; acknowledged when durable. */
  write(change: EntityChange): Promise<WriteOutcome>;
  walk(walk: IndexWalk): Promise<IndexWalkResult>;
  /** The same rows, at a fraction of the cost: no entity is read. */
  walkKeys(walk: IndexWalk): Promise<IndexKeys>;
  /** Every type that was ever written or declared, with how many entities it has now. */
  collections(): Promise<{ type: string; count: number }[]>;
  /** Where entities of the type have values in the index now: the first 1000 paths, in order; derived ones too. */
  indexedPaths(type: string): Promise<string[]>;
  /** Makes an empty collection known. */
  declareCollection(type: string): Promise<void>;
}

/** A directed edge between two entities. Memberships are edges too: group -users-> user, role -users-> user. */
export interface Edge {
  source: Uuid;
  sourceType: string;
  verb: string;
  target: Uuid;
  targetType: string;
  /** Its ends are marked as connected; a membership leaves them as they are. */
  isConnection?: true;
}

export interface EdgePage {
  limit: number;
  /** Type of the far end; undefined = any. */
  type: string | undefined;
  after: { connectedAt: number; uuid: Uuid } | undefined;
}

export type EdgeDirection = 'outgoing' | 'incoming';

/** In order. */
export type EdgeVerbs = Record<EdgeDirection, string[]>;

/** Where an edge leads. */
export interface EdgeEnd {
  uuid: Uuid;
  type: string;
  connectedAt: number;
}

export interface EdgeStore {
  /**
   * Idempotent; connecting again moves the edge to the front. `announces` as in EntityChange.
   * @returns whether both ends are there: else nothing was connected.
   */
  connect(edge: Edge, connectedAt: number, announces?: ChangeTopic): Promise<boolean>;
  /** Whether there was one. */
  disconnect(source: Uuid, verb: string, target: Uuid, announces?: ChangeTopic): Promise<boolean>;
  isConnected(source: Uuid, verb: string, target: Uuid): Promise<boolean>;
  /** Last connected first. */
  targets(
    source: Uuid,
    verb: string,
    page: EdgePage,
  ): Promise<{ entity: StoredEntity; connectedAt: number }[]>;
  sources(
    target: Uuid,
    verb: string,
    page: EdgePage,
  ): Promise<{ entity: StoredEntity; connectedAt: number }[]>;
  /** The verbs of each entity's edges, the first 100 in each direction; entities without edges are left out. */
  verbsOf(entities: readonly Uuid[]): Promise<Map<Uuid, EdgeVerbs>>;
  /**
   * The far ends of all edges of these verbs at these entities: in no order, and each as often as edges lead to it.
   * Of more than `limit`, that many and no more.
   */
  endsOf(
    direction: EdgeDirection,
    entities: readonly Uuid[],
    verbs: readonly string[],
    limit: number,
  ): Promise<EdgeEnd[]>;
}
