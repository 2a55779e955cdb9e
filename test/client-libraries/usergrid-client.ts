/** The old Node client of Usergrid, npm `usergrid` 0.10.11, unmodified: its calls, each as a promise. */
import { createRequire } from 'node:module';
import type { WireJson } from '../support/http.ts';
import { rememberSecret } from '../support/secrets.ts';
import type { RunningServer } from '../support/server.ts';
import type { Tenant } from '../support/tenant.ts';

/** Its callbacks get `true` or a text for an error, and data of any form. */
export type SdkCallback = (failed: unknown, ...results: WireJson[]) => void;

type Options = Record<string, unknown>;

/** The parts of the package that the tests use. */
export interface SdkClient {
  authType: string;
  createEntity(options: Options, callback: SdkCallback): void;
  getEntity(options: Options, callback: SdkCallback): void;
  restoreEntity(serialized: string): WireJson;
  createCollection(options: Options, callback: SdkCallback): void;
  restoreCollection(serialized: string): WireJson;
  createGroup(options: Options, callback: SdkCallback): void;
  createRole(name: string, permissions: string, callback: SdkCallback): void;
  createUserActivity(username: string, options: Options, callback: SdkCallback): void;
  createUserActivityWithEntity(user: WireJson, content: string, callback: SdkCallback): void;
  getFeedForUser(username: string, callback: SdkCallback): void;
  request(options: Options, callback: SdkCallback): void;
  delete(options: Options, callback: SdkCallback): void;
  signup(username: string, password: string, email: string, name: string, callback: SdkCallback): void;
  login(username: string, password: string, callback: SdkCallback): void;
  loginFacebook(token: string, callback: SdkCallback): void;
  reAuthenticateLite(callback: SdkCallback): void;
  getLoggedInUser(callback: SdkCallback): void;
  isLoggedIn(): boolean;
  logout(): void;
  getToken(): string | null;
  setToken(token: string): void;
}

export const sdk: { client: new (options: Options) => SdkClient } = createRequire(import.meta.url)(
  'usergrid',
);

/** What the client answers after its error flag. @throws Error when it reports one */
export const done = (act: (callback: SdkCallback) => void): Promise<WireJson[]> =>
  new Promise((resolve, reject) => {
    act((failed, ...results) =>
      failed ? reject(new Error(JSON.stringify(results[0]?.error ?? results))) : resolve(results),
    );
  });

export const clientOf = (server: RunningServer, tenant: Tenant, options: Options = {}): SdkClient =>
  new sdk.client({ URI: server.url, orgName: tenant.organization, appName: tenant.application, ...options });

/** Acts for the application itself. */
export function applicationClientOf(server: RunningServer, tenant: Tenant): SdkClient {
  const { id, secret } = tenant.applicationClient;
  return clientOf(server, tenant, { authType: 'CLIENT_ID', clientId: id, clientSecret: secret });
}

export async function loggedIn(
  server: RunningServer,
  tenant: Tenant,
  { username, password }: { username: string; password: string } = tenant.user,
): Promise<SdkClient> {
  const client = clientOf(server, tenant, { authType: 'APP_USER' });
  await done((callback) => client.login(username, password, callback));
  rememberSecret(client.getToken() ?? '');
  return client;
}
