/** Writes of single entities. A change is made from the version read, and made again when another came first. */
import { KeygridError } from '../errors.ts';
import type { Clock } from '../ports.ts';
import { isUuid, timeOfUuid, type Uuid, type UuidSource } from '../uuid.ts';
import type { IdempotencyClaim } from './collections/idempotency.ts';
import { type Creation, creationOf, deletionOf, duplicateValue, replacementOf } from './entity-changes.ts';
import type { EntityChange, EntityStore, StoredEntity, WriteOutcome } from './entity-store.ts';
import type { IndexedFields } from './index/indexed-fields.ts';
import type { Turns } from './turns.ts';

/** Then a write gives up. Within this process writers of one entity take turns, so races are with other processes. */
const mostTries = 20;

/** Whether a change may be made, asked of the entity that it is made from. */
export type Precondition = (current: StoredEntity) => boolean;

export interface ChangeOptions {
  /** Where it does not hold, nothing is written. */
  precondition?: Precondition | undefined;
}

export interface CreateOptions {
  /** Chosen by the caller. */
  uuid?: Uuid | undefined;
  idempotency?: IdempotencyClaim | undefined;
}

export interface PrepareOptions extends CreateOptions {
  /** As `fieldsOf` says. */
  indexedFields?: IndexedFields | undefined;
}

export interface EntityWriter {
  create(type: string, body: unknown, options?: CreateOptions): Promise<StoredEntity>;
  /** What `prepare` needs to know of the type: at once, where it is known. */
  fieldsOf: TypeFields;
  /** Checked and made ready, not written. */
  prepare(type: string, body: unknown, options?: PrepareOptions): Creation;
  write(creation: Creation): Promise<StoredEntity>;
  find(type: string, uuid: Uuid): Promise<StoredEntity | undefined>;
  update(
    type: string,
    entity: StoredEntity | Uuid,
    patch: unknown,
    options?: ChangeOptions,
  ): Promise<StoredEntity>;
  putByUuid(type: string, uuid: Uuid, body: unknown, options?: ChangeOptions): Promise<StoredEntity>;
  delete(type: string, entity: StoredEntity | Uuid, options?: ChangeOptions): Promise<StoredEntity>;
}

export type TypeFields = (type: string) => IndexedFields | undefined | Promise<IndexedFields | undefined>;

/**
 * @param inTurn shared by all writers of the application.
 * @param fieldsOf what of a type's entities is to be indexed.
 */
export function createEntityWriter(
  store: EntityStore,
  clock: Clock,
  uuids: UuidSource,
  inTurn: Turns,
  fieldsOf: TypeFields,
): EntityWriter {
  let newestVersion = 0;

  function prepare(type: string, body: unknown, options: PrepareOptions = {}): Creation {
    const { uuid, idempotency, indexedFields } = options;
    const creation =
      uuid === undefined
        ? creationOf(type, body, { uuid: uuids.next(), now: clock.now(), indexedFields })
        : creationWithUuid(type, uuid.toLowerCase(), body, indexedFields);
    return idempotency ? { ...creation, idempotency } : creation;
  }

  /** Undefined when another write came first, or an entity of a chosen uuid is there. */
  const attempt = (change: EntityChange): Promise<StoredEntity | undefined> =>
    store.write(change).then((outcome) => entityWritten(change, outcome));

  const write = (change: Creation): Promise<StoredEntity> =>
    store.write(change).then((outcome) => {
      const created = entityWritten(change, outcome);
      if (!created) throw duplicateValue(change.entity.type, 'uuid', change.entity.uuid);
      return created;
    });

  async function find(type: string, uuid: Uuid): Promise<StoredEntity | undefined> {
    const entity = isUuid(uuid) ? await store.findByUuid(uuid) : undefined;
    return entity?.type === type ? entity : undefined;
  }

  async function read(type: string, uuid: Uuid): Promise<StoredEntity> {
    const entity = await find(type, uuid);
    if (!entity) throw entityNotFound(type, uuid);
    return entity;
  }

  /** Writes what `changeOf` makes of the entity, as often as it takes. */
  async function change(
    type: string,
    given: StoredEntity | Uuid,
    changeOf: (current: StoredEntity, indexedFields: IndexedFields | undefined) => EntityChange,
    { precondition }: ChangeOptions = {},
  ): Promise<StoredEntity> {
    const uuid = typeof given === 'string' ? given.toLowerCase() : given.uuid;
    return inTurn(uuid, async () => {
      let current = typeof given === 'string' ? await read(type, uuid) : given;
      if (current.type !== type) throw entityNotFound(type, uuid);
      for (let tries = 0; tries < mostTries; tries += 1) {
        if (precondition && !precondition(current)) throw preconditionFailed();
        const fields = fieldsOf(type);
        const written = await attempt(changeOf(current, fields instanceof Promise ? await fields : fields));
        if (written) return written;
        current = await read(type, uuid);
      }
      throw new KeygridError('write_conflict', 'Others kept changing the entity; try again');
    });
  }

  const update: EntityWriter['update'] = (type, entity, patch, options) =>
    change(
      type,
      entity,
      (current, indexedFields) => replacementOf(current, patch, clock.now(), indexedFields),
      options,
    );

  async function putByUuid(
    type: string,
    given: Uuid,
    body: unknown,
    options?: ChangeOptions,
  ): Promise<StoredEntity> {
    const uuid = given.toLowerCase();
    const found = isUuid(uuid) ? await store.findByUuid(uuid) : undefined;
    if (found) return update(type, found, body, options);
    // Another may create it, or delete it again, in between.
    return (
      (await attempt(creationWithUuid(type, uuid, body, await fieldsOf(type)))) ??
      update(type, uuid, body, options)
    );
  }

  function creationWithUuid(
    type: string,
    uuid: Uuid,
    body: unknown,
    indexedFields: IndexedFields | undefined,
  ): Creation {
    if (!isUuid(uuid)) throw new KeygridError('invalid_argument', 'The uuid is malformed');
    const now = clock.now();
    newestVersion = Math.max(now, newestVersion + 1);
    return creationOf(type, body, {
      uuid,
      now,
      created: timeOfUuid(uuid) ?? now,
      version: newestVersion,
      indexedFields,
    });
  }

  return {
    async create(type, body, options) {
      const fields = fieldsOf(type);
      const indexedFields = fields instanceof Promise ? await fields : fields;
      return write(prepare(type, body, { ...options, indexedFields }));
    },
    fieldsOf,
    prepare,
    write,
    find,
    update,
    putByUuid,
    delete: (type, entity, options) => change(type, entity, (current) => deletionOf(current), options),
  };
}

/** @throws KeygridError */
function entityWritten(change: EntityChange, outcome: WriteOutcome): StoredEntity | undefined {
  if (outcome.kind === 'repeated') throw new KeygridError('write_conflict', 'The request was made before');
  if (outcome.kind === 'duplicate') {
    throw duplicateValue(change.entity.type, outcome.property, outcome.value);
  }
  return outcome.kind === 'written' ? change.entity : undefined;
}

export const preconditionFailed = (): KeygridError =>
  new KeygridError('precondition_failed', 'The entity is not, or no longer, as the request says it must be');

export const entityNotFound = (type: string, reference: string): KeygridError =>
  new KeygridError('entity_not_found', `There is no such ${type}`, {
    subject: { type, reference },
  });
