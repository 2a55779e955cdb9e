/** DeviceStore over SQL, for one application. */
import type { DeviceStore } from '../../core/devices/user-devices.ts';
import type { RealmKey } from '../../core/tenancy/tenancy.ts';
import { uuidToOrderedBytes } from '../../core/uuid.ts';
import { firstRow, rows, type SqlEngine, statement } from './statement.ts';

/** Who links a device waits for whoever is at it: else both would find no other owner to take it from. */
const lockDevice = statement(
  `select 1 as found from entities where application_id = ? and entity_id = ? and type = 'device'`,
  { lock: true },
);
const deleteOtherOwners = statement(
  `delete from edges where application_id = ? and source_id = ? and verb = 'users' and target_id <> ?`,
);
const upsertOwner = statement(
  `insert into edges (application_id, source_id, verb, target_id, source_type, target_type, connected_at)
   values (?, ?, 'users', ?, 'device', 'user', ?)
   on conflict (application_id, source_id, verb, target_id) do update set connected_at = excluded.connected_at`,
);

export const createDeviceStore = (engine: SqlEngine, application: RealmKey): DeviceStore => ({
  link: (device, user, at) =>
    engine.write(function* () {
      const [id, owner] = [uuidToOrderedBytes(device), uuidToOrderedBytes(user)];
      if (!(yield* firstRow(lockDevice, application, id))) return false;
      yield* rows(deleteOtherOwners, application, id, owner);
      yield* rows(upsertOwner, application, id, owner, at);
      return true;
    }),
});
