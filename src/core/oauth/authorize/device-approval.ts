/** The page where somebody lets a device in: RFC 8628 §3.3, S135 and S136. */
import type { Client } from '../../clients/client.ts';
import { deviceCodeGrantType } from '../../clients/client-defaults.ts';
import { KeygridError } from '../../errors.ts';
import type { LoginThrottle } from '../../identity/throttle.ts';
import type { Clock } from '../../ports.ts';
import type { RealmKey } from '../../tenancy/tenancy.ts';
import type { DeviceAuthorization, DeviceAuthorizationStore } from '../authorization.ts';
import { normaliseUserCode, showUserCode } from '../user-code.ts';
import type { Allowances } from './allowance.ts';
import type {
  AccountOnPage,
  Browser,
  ClientOnPage,
  FormToken,
  ScopeOnPage,
} from './authorization-service.ts';
import { dialectRules } from './dialect-rules.ts';
import { type ClientsOnPage, scopesOnPage } from './on-page.ts';
import type { OwnSignIn, Visitor } from './own-sign-in.ts';

export interface DevicePage {
  /** Shown although it may have come in a link, to be compared with what the device shows. */
  userCode: string;
  client: ClientOnPage;
  scopes: ScopeOnPage[];
  /** From where the device asked. */
  address: string;
  account: AccountOnPage;
  formToken: string;
}

export interface DeviceApproval {
  /**
   * For somebody who is signed in: own-sign-in.ts. What was allowed before is shown and approves nothing.
   * @throws KeygridError `expired_device_code` for a code that is wrong, decided or over; `throttled`
   */
  look(realm: RealmKey, visitor: Visitor, typedCode: string, browser: Browser): Promise<DevicePage>;
  /** @throws KeygridError `form_token_mismatch`, and as `look` */
  decide(
    realm: RealmKey,
    form: FormToken & { userCode: string; approved: boolean },
    browser: Browser,
  ): Promise<{ client: ClientOnPage; approved: boolean }>;
}

export interface DeviceApprovalParts {
  devicesOf(realm: RealmKey): Pick<DeviceAuthorizationStore, 'findByUserCode' | 'decide'>;
  findClient(clientId: string): Promise<Client | undefined>;
  /** The one of the sign-in form: guesses count together (S045). */
  throttle: LoginThrottle;
  allowances: Allowances;
  visitors: OwnSignIn;
  clientsOnPage: ClientsOnPage;
  clock: Clock;
}

interface WaitingDevice {
  device: DeviceAuthorization;
  client: Client;
}

export function createDeviceApproval(parts: DeviceApprovalParts): DeviceApproval {
  const { devicesOf, throttle, allowances, visitors, clientsOnPage, clock } = parts;

  async function find(realm: RealmKey, typedCode: string): Promise<WaitingDevice | undefined> {
    const userCode = normaliseUserCode(typedCode);
    const device = userCode === undefined ? undefined : await devicesOf(realm).findByUserCode(userCode);
    if (device?.status !== 'pending' || device.expiresAt <= clock.now()) return undefined;
    const client = await parts.findClient(device.clientId);
    const isUsable =
      client?.realm === realm && !client.disabled && client.grantTypes.includes(deviceCodeGrantType);
    return isUsable ? { device, client } : undefined;
  }

  /** Guesses count against whoever is signed in, their address and their realm. */
  async function require(realm: RealmKey, visitor: Visitor, typedCode: string, { address }: Browser) {
    const keys = {
      ...{ realm, address, tenant: `realm ${realm}` },
      identifier: `device code entered by ${visitor.session.user}`,
    };
    const found = await throttle.attempt(keys, () => find(realm, typedCode));
    if (!found) throw over();
    return found;
  }

  return {
    async look(realm, visitor, typedCode, browser) {
      const { device, client } = await require(realm, visitor, typedCode, browser);
      const known = await allowances.find(realm, visitor.session.user, client.clientId);
      return {
        userCode: showUserCode(device.userCode),
        client: await clientsOnPage(client, undefined),
        scopes: scopesOnPage(device.scopes, known?.scopes ?? [], dialectRules.standard),
        address: device.address,
        account: visitor.account,
        formToken: visitor.formToken,
      };
    },
    async decide(realm, form, browser) {
      const visitor = await visitors.require(realm, form, browser);
      const { device, client } = await require(realm, visitor, form.userCode, browser);
      const { user, id: session, authenticatedAt } = visitor.session;
      const decided = { user, session, authenticatedAt };
      const { approved } = form;
      const known = await allowances.find(realm, user, client.clientId);
      const grant = approved
        ? (await allowances.allow({ realm, clientId: client.clientId }, user, device.scopes, known)).id
        : undefined;
      const status = approved ? 'approved' : 'denied';
      if (!(await devicesOf(realm).decide(device.userCode, { ...decided, status, grant }))) throw over();
      return { client: await clientsOnPage(client, undefined), approved };
    },
  };
}

const over = (): KeygridError =>
  new KeygridError('expired_device_code', 'There is no device that waits with this code');
