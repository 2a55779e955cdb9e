/** RFC 8628 §3.4 and §3.5: a device asks until its user has decided elsewhere. S096, S097. */

import { deviceCodeGrantType } from '../../clients/client-defaults.ts';
import { KeygridError } from '../../errors.ts';
import type { RandomSource } from '../../ports.ts';
import { digestOf } from '../../random-text.ts';
import type { RealmKey } from '../../tenancy/tenancy.ts';
import type { Uuid, UuidSource } from '../../uuid.ts';
import type { DeviceAuthorization, DeviceAuthorizationStore } from '../authorization.ts';
import { type ClientGrant, type ClientGrantRequest, invalidGrant } from '../client-grant.ts';
import { requireParameter } from '../client-request.ts';
import { firstRefreshToken, mayRefresh } from '../refresh-token-records.ts';
import { scopesLeftTo } from '../scope.ts';
import { principalOfUser, type TokenUsers, unusableUser } from '../token-users.ts';

export interface DeviceCodeGrantOptions {
  devicesOf(realm: RealmKey): Pick<DeviceAuthorizationStore, 'findByDeviceCode' | 'poll' | 'redeem'>;
  users: TokenUsers;
  uuids: UuidSource;
  random: RandomSource;
}

interface ApprovedDevice extends DeviceAuthorization {
  grant: Uuid;
  user: Uuid;
  authenticatedAt: number;
}

const refused = (why: string): KeygridError => invalidGrant('device code', why);

export function deviceCodeGrant(options: DeviceCodeGrantOptions): ClientGrant {
  const { devicesOf, users, uuids, random } = options;

  /** @throws KeygridError `slow_down`, `authorization_pending` */
  async function refusePending({ client, now }: ClientGrantRequest, digest: string): Promise<never> {
    const poll = await devicesOf(client.realm).poll(digest, now);
    if (!poll) throw refused('the device code ended meanwhile');
    const { tooEarly, interval } = poll;
    const subject = { interval };
    if (tooEarly) throw new KeygridError('slow_down', `Wait ${interval} seconds between polls`, { subject });
    throw new KeygridError('authorization_pending', 'The user has not decided yet', { subject });
  }

  async function requireApproved(request: ClientGrantRequest): Promise<ApprovedDevice> {
    const { client, parameters, now } = request;
    const digest = digestOf(requireParameter(parameters, 'device_code'));
    const device = await devicesOf(client.realm).findByDeviceCode(digest);
    if (!device) throw refused('no such device code, or it was redeemed');
    if (device.clientId !== client.clientId) throw refused('the device code is another client’s');
    if (device.expiresAt <= now) throw new KeygridError('expired_device_code', 'The device code has expired');
    if (device.status === 'pending') return refusePending(request, digest);
    if (device.status === 'denied') throw new KeygridError('access_denied', 'The user refused');
    const { grant, user, authenticatedAt } = device;
    if (grant === undefined || user === undefined || authenticatedAt === undefined) {
      throw refused('the approval names no user');
    }
    return { ...device, grant, user, authenticatedAt };
  }

  return {
    grantType: deviceCodeGrantType,
    parameters: ['device_code'],
    async prove(request) {
      const { client, dialect, now } = request;
      const device = await requireApproved(request);
      const user = await users.findUsable(client.realm, device.user);
      if (!user) throw refused(unusableUser);
      const family = uuids.next();
      const { grant, session, authenticatedAt } = device;
      const scopes = scopesLeftTo(client, device.scopes);
      const signIn = { session, authenticatedAt, authenticationMethods: ['pwd'], nonce: undefined };
      const origin = { ...signIn, family, grant, scopes, user: device.user, dialect };
      const refresh = mayRefresh(client) ? firstRefreshToken(client, origin, random, now) : undefined;
      return {
        ...{ principal: principalOfUser(user), user, grant, family, scopes, signIn },
        async spend() {
          const taken = await devicesOf(client.realm).redeem(device.deviceCodeDigest, refresh?.record, now);
          if (!taken) throw refused('it was redeemed, or its grant ended, meanwhile');
          return refresh?.text;
        },
      };
    },
  };
}
