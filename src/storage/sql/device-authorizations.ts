/** DeviceAuthorizationStore over SQL, for one realm. RFC 8628. */
import type { DeviceAuthorization, DeviceAuthorizationStore } from '../../core/oauth/authorization.ts';
import type { RealmKey } from '../../core/tenancy/tenancy.ts';
import { uuidToOrderedBytes } from '../../core/uuid.ts';
import { canBeKey } from './bodies.ts';
import { startFamily } from './refresh-tokens.ts';
import { firstRow, integer, json, type Row, rows, type SqlEngine, statement, text } from './statement.ts';

/** RFC 8628 §3.5: a poll that comes too early makes every later wait this much longer. */
const slowDownSeconds = 5;

const columns = `d.device_code_digest as device_code_digest, d.user_code as user_code, d.status as status,
  d.expires_at as expires_at, d.interval_seconds as interval_seconds, d.last_polled_at as last_polled_at,
  d.body as body, d.decision as decision`;
const insertDevice = statement(
  `insert into device_authorizations (application_id, device_code_digest, user_code, status, grant_id, expires_at,
     interval_seconds, last_polled_at, body, decision)
   values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing returning user_code`,
);
const byUserCode = statement(
  `select ${columns} from device_authorizations d where d.application_id = ? and d.user_code = ?`,
);
const byDeviceCode = statement(
  `select ${columns} from device_authorizations d where d.application_id = ? and d.device_code_digest = ?`,
);
const decideDevice = statement(
  `update device_authorizations set status = ?, grant_id = ?, decision = ?
   where application_id = ? and user_code = ? and status = 'pending' returning user_code`,
);
const lockPolled = statement(
  `select interval_seconds, last_polled_at from device_authorizations
   where application_id = ? and device_code_digest = ?`,
  { lock: true },
);
const notePoll = statement(
  `update device_authorizations set interval_seconds = ?, last_polled_at = ?
   where application_id = ? and device_code_digest = ?`,
);
/** With the grant, so that its revocation comes wholly before or wholly after. */
const lockApproved = statement(
  `select ${columns} from device_authorizations d
   join grants g on g.application_id = d.application_id and g.grant_id = d.grant_id
   where d.application_id = ? and d.device_code_digest = ? and d.status = 'approved' and d.expires_at > ?`,
  {
    // Where it joins, PostgreSQL may pass over all grants of a realm that it knows no numbers of.
    postgres: `select ${columns} from device_authorizations d, grants g
      where d.application_id = $1 and d.device_code_digest = $2 and d.status = 'approved' and d.expires_at > $3
        and g.application_id = $1 and g.grant_id = (
          select grant_id from device_authorizations where application_id = $1 and device_code_digest = $2)`,
    lock: true,
  },
);
const deleteDevice = statement(
  'delete from device_authorizations where application_id = ? and device_code_digest = ?',
);

type Body = Pick<DeviceAuthorization, 'clientId' | 'scopes' | 'address'>;
type Decision = Pick<DeviceAuthorization, 'grant' | 'user' | 'session' | 'authenticatedAt'>;

const undecided: Decision = {
  grant: undefined,
  user: undefined,
  session: undefined,
  authenticatedAt: undefined,
};

const toDevice = (row: Row): DeviceAuthorization => ({
  deviceCodeDigest: text(row, 'device_code_digest'),
  userCode: text(row, 'user_code'),
  status: text(row, 'status') as DeviceAuthorization['status'],
  expiresAt: integer(row, 'expires_at'),
  interval: integer(row, 'interval_seconds'),
  lastPolledAt: integer(row, 'last_polled_at'),
  ...json<Body>(row, 'body'),
  ...undecided,
  ...json<Decision>(row, 'decision'),
});

const toDecisionText = ({ grant, user, session, authenticatedAt }: Decision): string =>
  JSON.stringify({ grant, user, session, authenticatedAt } satisfies Decision);

const grantKey = ({ grant }: Decision): Buffer | null =>
  grant === undefined ? null : uuidToOrderedBytes(grant);

export function createDeviceAuthorizationStore(engine: SqlEngine, realm: RealmKey): DeviceAuthorizationStore {
  const find = async (which: typeof byUserCode, key: string): Promise<DeviceAuthorization | undefined> => {
    const row = canBeKey(key) ? await engine.read(() => firstRow(which, realm, key)) : undefined;
    return row && toDevice(row);
  };
  return {
    async add(device) {
      const { clientId, scopes, address } = device;
      const made = await engine.write(() =>
        firstRow(
          insertDevice,
          realm,
          device.deviceCodeDigest,
          device.userCode,
          device.status,
          grantKey(device),
          device.expiresAt,
          device.interval,
          device.lastPolledAt,
          JSON.stringify({ clientId, scopes, address } satisfies Body),
          toDecisionText(device),
        ),
      );
      return made !== undefined;
    },
    findByUserCode: (userCode) => find(byUserCode, userCode),
    findByDeviceCode: (digest) => find(byDeviceCode, digest),
    async decide(userCode, decision) {
      if (!canBeKey(userCode)) return false;
      const { status } = decision;
      const said = toDecisionText(decision);
      const decided = await engine.write(() =>
        firstRow(decideDevice, status, grantKey(decision), said, realm, userCode),
      );
      return decided !== undefined;
    },
    poll: (digest, now) =>
      engine.write(function* () {
        const row = yield* firstRow(lockPolled, realm, digest);
        if (!row) return undefined;
        const inForce = integer(row, 'interval_seconds');
        const tooEarly = now < integer(row, 'last_polled_at') + inForce * 1000;
        const interval = tooEarly ? inForce + slowDownSeconds : inForce;
        yield* rows(notePoll, interval, now, realm, digest);
        return { tooEarly, interval };
      }),
    redeem: (digest, first, now) =>
      engine.write(function* () {
        const row = yield* firstRow(lockApproved, realm, digest, now);
        if (!row) return undefined;
        yield* rows(deleteDevice, realm, digest);
        const device = toDevice(row);
        if (first) yield* startFamily(realm, { ...first, grant: device.grant ?? first.grant });
        return device;
      }),
  };
}
