/**
 * Creations that happen once, however often they are asked for: whoever sends a request again with the same key gets
 * the entities that the first one made. As the Idempotency-Key header is specified (draft-ietf-httpapi-idempotency-key-header).
 */
import { createHash } from 'node:crypto';
import { KeygridError } from '../../errors.ts';
import { type Caller, principalSubject } from '../../identity/principal.ts';
import type { Clock } from '../../ports.ts';
import type { Application, RealmKey } from '../../tenancy/tenancy.ts';
import type { Uuid, UuidSource } from '../../uuid.ts';
import type { Entities } from '../entities.ts';
import type { StoredEntity } from '../entity-store.ts';
import type { CollectionWriter } from './collection.ts';

export interface IdempotencyRecord {
  /** Of caller and key; a guest's of the request too. */
  digest: string;
  /** Of what was asked for. */
  requestDigest: string;
  /** What is to be created, or when it is finished, what was created. */
  uuids: Uuid[];
  finished: boolean;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

/** Made in the write of the entity itself. */
export interface IdempotencyClaim {
  record: IdempotencyRecord;
  /** Milliseconds since the epoch. */
  now: number;
}

/** Of one application. A record that has expired counts as none. */
export interface IdempotencyStore {
  find(digest: string, now: number): Promise<IdempotencyRecord | undefined>;
  /** Whether the digest was free. The creation of a single entity claims in its own write (EntityChange). */
  claim(record: IdempotencyRecord, now: number): Promise<boolean>;
  finish(digest: string, uuids: Uuid[]): Promise<void>;
  /** Takes away the record that names these. */
  release(digest: string, uuids: Uuid[]): Promise<void>;
}

/** Of all applications: administration. */
export interface IdempotencySweep {
  deleteExpired(now: number): Promise<number>;
}

export interface OnceRequest {
  application: Application;
  caller: Caller;
  type: string;
  /** What else says where it is to be created; a part of what was asked for. */
  place?: string | undefined;
  /** As the client chose it. */
  key: string;
  /** An entity, or an array of them. */
  body: Record<string, unknown> | unknown[];
  writer: Pick<CollectionWriter, 'create' | 'createMany'>;
}

export interface OnceAnswer {
  /** As they are now; what was deleted since is left out. */
  entities: StoredEntity[];
  /** They were made before. */
  isRepeated: boolean;
}

export interface Idempotency {
  /** @throws KeygridError `idempotency_key_reused`, and as the creation */
  createOnce(request: OnceRequest): Promise<OnceAnswer>;
}

export interface IdempotencyOptions {
  storeOf(application: RealmKey): IdempotencyStore;
  entities: Entities;
  clock: Clock;
  uuids: UuidSource;
}

const keptMilliseconds = 24 * 60 * 60_000;
/** Read side by side. */
const readTogether = 100;

export function createIdempotency({ storeOf, entities, clock, uuids }: IdempotencyOptions): Idempotency {
  async function read({ application, type }: OnceRequest, which: Uuid[]): Promise<StoredEntity[]> {
    const found: (StoredEntity | undefined)[] = [];
    for (let from = 0; from < which.length; from += readTogether) {
      const some = which.slice(from, from + readTogether);
      const find = (uuid: Uuid) => entities.of(application).findByUuid(type, uuid);
      found.push(...(await Promise.all(some.map(find))));
    }
    return found.filter((entity) => entity !== undefined);
  }

  async function createOne(request: OnceRequest, record: IdempotencyRecord): Promise<OnceAnswer> {
    const store = storeOf(request.application.key);
    const claim = { ...record, finished: true };
    try {
      const [uuid] = record.uuids;
      const options = { uuid: uuid!, idempotency: { record: claim, now: clock.now() } };
      return { entities: [await request.writer.create(request.body, options)], isRepeated: false };
    } catch (error) {
      // The claim stands as long as the entity does: its creation may have been durable, and only the answer lost.
      if ((await read(request, record.uuids)).length === 0) await store.release(record.digest, record.uuids);
      const other = await store.find(record.digest, clock.now());
      if (other) return repeat(request, requireSame(other, record));
      throw error;
    }
  }

  /** The uuids are claimed first: whoever does it again, after a crash too, makes the same entities. */
  async function createMany(request: OnceRequest, record: IdempotencyRecord): Promise<OnceAnswer> {
    const store = storeOf(request.application.key);
    if (!(await store.claim(record, clock.now()))) {
      const other = await store.find(record.digest, clock.now());
      return other ? repeat(request, requireSame(other, record)) : createMany(request, record);
    }
    try {
      return { entities: await carryOut(request, record), isRepeated: false };
    } catch (error) {
      // Nothing is made of a batch that is refused.
      if (error instanceof KeygridError && error.code === 'invalid_argument') {
        await store.release(record.digest, record.uuids);
      }
      throw error;
    }
  }

  async function carryOut(request: OnceRequest, record: IdempotencyRecord): Promise<StoredEntity[]> {
    const created = await request.writer.createMany(request.body as unknown[], { uuids: record.uuids });
    const store = storeOf(request.application.key);
    await store.finish(
      record.digest,
      created.map(({ uuid }) => uuid),
    );
    return created;
  }

  async function repeat(request: OnceRequest, record: IdempotencyRecord): Promise<OnceAnswer> {
    // One that is not finished is under way, or its server has crashed.
    const again = record.finished ? read(request, record.uuids) : carryOut(request, record);
    return { entities: await again, isRepeated: true };
  }

  return {
    async createOnce(request) {
      const { application, body } = request;
      const count = Array.isArray(body) ? body.length : 1;
      const record: IdempotencyRecord = {
        ...digestsOf(request),
        uuids: Array.from({ length: count }, () => uuids.next()),
        finished: false,
        expiresAt: clock.now() + keptMilliseconds,
      };
      const earlier = await storeOf(application.key).find(record.digest, clock.now());
      if (earlier) return repeat(request, requireSame(earlier, record));
      return Array.isArray(body) ? createMany(request, record) : createOne(request, record);
    },
  };
}

type Digests = Pick<IdempotencyRecord, 'digest' | 'requestDigest'>;

/** The key, which is not stored, is part of both: a password in the body cannot be guessed from what is. */
function digestsOf({ caller, key, type, place = '', body }: OnceRequest): Digests {
  const requestDigest = digestOf([key, type, place, body]);
  return { digest: digestOf([...namesOf(caller, requestDigest), key]), requestDigest };
}

/**
 * Whose the key is. Guests cannot be told apart: theirs belongs to the request, so that one who guesses the key of
 * another takes nothing from that one but the creation of the very same.
 */
function namesOf({ principal, token }: Caller, requestDigest: string): string[] {
  if (!principal) return ['guest', requestDigest];
  return [principalSubject(principal), token?.delegation?.clientId ?? ''];
}

const digestOf = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('base64url');

function requireSame(earlier: IdempotencyRecord, { requestDigest }: IdempotencyRecord): IdempotencyRecord {
  if (earlier.requestDigest === requestDigest) return earlier;
  throw new KeygridError('idempotency_key_reused', 'The Idempotency-Key came with another request before');
}
