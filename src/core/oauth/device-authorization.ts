/** The device authorization endpoint: RFC 8628 §3.1 and §3.2, S134, S135. */
import type { ClientAuthentication } from '../clients/client-authentication.ts';
import { deviceCodeGrantType } from '../clients/client-defaults.ts';
import { KeygridError } from '../errors.ts';
import type { Clock, RandomSource } from '../ports.ts';
import { digestOf, randomToken } from '../random-text.ts';
import type { RealmKey } from '../tenancy/tenancy.ts';
import type { DeviceAuthorizationStore } from './authorization.ts';
import { authenticateSender, type ClientRequest, readParameters } from './client-request.ts';
import { mayAskFor, parseScope, scopeLimits } from './scope.ts';
import { randomUserCode, showUserCode } from './user-code.ts';

export interface DeviceAuthorizationAnswer {
  deviceCode: string;
  /** As it is to be shown: `WDJB-MJHT`. */
  userCode: string;
  expiresInSeconds: number;
  intervalSeconds: number;
}

export interface DeviceAuthorizationEndpoint {
  /** @throws KeygridError `invalid_request`, `invalid_client`, `unauthorized_client`, `invalid_scope`, `throttled` */
  start(request: ClientRequest): Promise<DeviceAuthorizationAnswer>;
}

export interface DeviceAuthorizationOptions {
  devicesOf(realm: RealmKey): Pick<DeviceAuthorizationStore, 'add'>;
  authentication: ClientAuthentication;
  clock: Clock;
  random: RandomSource;
}

/** oauth-standards.md 0. */
const expiresInSeconds = 600;
const intervalSeconds = 5;
/** RFC 8628 §3.5 sets the time between two polls: the first has none before it, and is never too early. */
const neverPolled = 0;
/** Of twenty thousand million codes hardly one is taken. */
const draws = 5;

export function createDeviceAuthorizationEndpoint(
  options: DeviceAuthorizationOptions,
): DeviceAuthorizationEndpoint {
  const { devicesOf, authentication, clock, random } = options;
  return {
    async start(request) {
      const parameters = readParameters(request.form);
      const { client } = await authenticateSender(authentication, request, parameters);
      if (client.disabled || !client.grantTypes.includes(deviceCodeGrantType)) {
        throw new KeygridError('unauthorized_client', 'The client is not registered for devices');
      }
      const scopes = parseScope(parameters.get('scope'), scopeLimits[client.dialect]);
      if (!scopes.every((name) => mayAskFor(client, name))) {
        throw new KeygridError('invalid_scope', 'scope goes beyond what the client may ask for');
      }
      const deviceCode = randomToken(random);
      const now = clock.now();
      const device = {
        ...{ deviceCodeDigest: digestOf(deviceCode), clientId: client.clientId, scopes },
        ...{ grant: undefined, user: undefined, session: undefined, authenticatedAt: undefined },
        ...{ status: 'pending' as const, address: request.address },
        ...{ expiresAt: now + expiresInSeconds * 1000, interval: intervalSeconds, lastPolledAt: neverPolled },
      };
      for (let draw = 0; draw < draws; draw++) {
        const userCode = randomUserCode(random);
        if (await devicesOf(client.realm).add({ ...device, userCode })) {
          return { deviceCode, userCode: showUserCode(userCode), expiresInSeconds, intervalSeconds };
        }
      }
      throw new KeygridError('overloaded', 'Too many devices wait', { retryAfterSeconds: intervalSeconds });
    },
  };
}
