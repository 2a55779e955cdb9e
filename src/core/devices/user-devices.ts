/** The devices of users: a device belongs to one user at most, whoever linked it last. usergrid-data.md 8.1. */
import { type FarEnd, queryFarEnds } from '../entities/connections/edge-query.ts';
import type { EntityPage, PageOptions } from '../entities/entities.ts';
import type { EdgePage, EdgeStore, StoredEntity } from '../entities/entity-store.ts';
import type { EntityQuery } from '../entities/query/filter.ts';
import { KeygridError } from '../errors.ts';
import type { Clock } from '../ports.ts';
import type { Application, RealmKey } from '../tenancy/tenancy.ts';
import type { Uuid } from '../uuid.ts';

/** Of one application. The link is an edge: device -users-> user. */
export interface DeviceStore {
  /**
   * Links the device to the user and to nobody else, in one step, whoever does the same at the same time.
   * @returns whether there is such a device.
   */
  link(device: Uuid, user: Uuid, at: number): Promise<boolean>;
}

export interface DevicePageRequest extends PageOptions {
  query: EntityQuery;
}

export interface UserDevices {
  /** Idempotent. Takes it from whoever had it. @throws KeygridError `entity_not_found` when it was deleted */
  link(application: Application, user: StoredEntity, device: StoredEntity): Promise<void>;
  /** Whether it was the user's. */
  unlink(application: Application, user: StoredEntity, device: StoredEntity): Promise<boolean>;
  isOf(application: Application, user: StoredEntity, device: StoredEntity): Promise<boolean>;
  isAnyones(application: Application, device: StoredEntity): Promise<boolean>;
  /** Last linked first, unless the query says otherwise. @throws KeygridError `query_too_broad` */
  ofUser(application: Application, user: StoredEntity, page: DevicePageRequest): Promise<EntityPage>;
  /** One at most. */
  usersOf(application: Application, device: StoredEntity, page: DevicePageRequest): Promise<EntityPage>;
}

const verb = 'users';

export function createUserDevices(options: {
  devicesOf(application: RealmKey): DeviceStore;
  edgesOf(application: RealmKey): EdgeStore;
  clock: Clock;
}): UserDevices {
  const { devicesOf, edgesOf, clock } = options;
  const readUsers =
    ({ key }: Application, device: StoredEntity) =>
    (limit: number, after: EdgePage['after']): Promise<FarEnd[]> =>
      edgesOf(key).targets(device.uuid, verb, { limit, type: 'user', after });
  return {
    async link({ key }, user, device) {
      if (await devicesOf(key).link(device.uuid, user.uuid, clock.now())) return;
      throw new KeygridError('entity_not_found', 'There is no such device', { subject: { type: 'device' } });
    },
    unlink: ({ key }, user, device) => edgesOf(key).disconnect(device.uuid, verb, user.uuid),
    isOf: ({ key }, user, device) => edgesOf(key).isConnected(device.uuid, verb, user.uuid),
    isAnyones: async (application, device) => (await readUsers(application, device)(1, undefined)).length > 0,
    ofUser({ key }, user, { query, ...page }) {
      const read = (limit: number, after: EdgePage['after']): Promise<FarEnd[]> =>
        edgesOf(key).sources(user.uuid, verb, { limit, type: 'device', after });
      return queryFarEnds(read, query, page);
    },
    usersOf: (application, device, { query, ...page }) =>
      queryFarEnds(readUsers(application, device), query, page),
  };
}
