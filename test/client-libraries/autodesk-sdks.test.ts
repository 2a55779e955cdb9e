/** Autodesk's own client libraries, unmodified, with only the base URL changed. aps-auth.md 6. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';
import {
  type AutodeskClient,
  type AutodeskWorld,
  callback,
  claimsOf,
  codeIn,
  newVerifier,
  openAutodeskWorld,
  PlainBrowser,
  registerClient,
} from '../autodesk/autodesk-world.ts';
import type { WireJson } from '../support/http.ts';
import { rememberSecretsIn } from '../support/secrets.ts';
import { type RunningServer, startServer } from '../support/server.ts';

/** The parts of the packages that are used here. */
interface Sdk {
  AuthenticationClient: new (options: { sdkManager: unknown }) => SdkClient;
}
interface SdkClient {
  usersApi: { baseAddress: string };
  getTwoLeggedToken(id: string, secret: string, scopes: string[]): Promise<WireJson>;
  authorize(id: string, type: string, redirectUri: string, scopes: string[], options?: WireJson): string;
  getThreeLeggedToken(id: string, code: string, redirectUri: string, options?: WireJson): Promise<WireJson>;
  refreshToken(token: string, id: string, options?: WireJson): Promise<WireJson>;
  introspectToken(token: string, id: string, options?: WireJson): Promise<WireJson>;
  revoke(token: string, id: string, hint: string, options?: WireJson): Promise<WireJson>;
  getKeys(): Promise<WireJson>;
  getOidcSpec(): Promise<WireJson>;
  getUserInfo(authorization: string): Promise<WireJson>;
  logout(options?: WireJson): string;
}
interface SdkManagerModule {
  ApsConfiguration: new (options: object) => { baseAddress: string };
  AdskEnvironment: { Local: number };
  SdkManagerBuilder: { create(): { addApsConfiguration(given: unknown): { build(): unknown } } };
}
interface Forge {
  ApiClient: { new (basePath: string): unknown; instance: ForgeApiClient };
  AuthClientTwoLegged: new (
    id: string,
    secret: string,
    scopes: string[],
    autoRefresh?: boolean,
  ) => ForgeTwoLegged;
  AuthClientThreeLegged: new (
    id: string,
    secret: string,
    redirectUri: string,
    scopes: string[],
    autoRefresh?: boolean,
  ) => ForgeThreeLegged;
  UserProfileApi: new (
    apiClient: unknown,
  ) => {
    getUserProfile(client: ForgeThreeLegged, credentials: WireJson): Promise<{ body: WireJson }>;
  };
}
interface ForgeApiClient {
  basePath: string;
  switchServerPath?(path: string): void;
}
interface ForgeTwoLegged {
  authenticate(): Promise<WireJson>;
  revokeToken(): Promise<unknown>;
  verifyToken(token: string): Promise<WireJson>;
}
interface ForgeThreeLegged {
  generateAuthUrl(state?: string, flow?: string): string;
  getToken(code: string): Promise<WireJson>;
  refreshToken(credentials: WireJson, scopes?: string[]): Promise<WireJson>;
}
interface ForgeServerUtils {
  AuthenticationClient: new (
    id: string,
    secret: string,
    host: string,
  ) => {
    authenticate(scopes: string[]): Promise<WireJson>;
    getAuthorizeRedirect(scopes: string[], redirectUri: string): string;
    getToken(code: string, redirectUri: string): Promise<WireJson>;
    refreshToken(scopes: string[], token: string): Promise<WireJson>;
    getUserProfile(token: string): Promise<WireJson>;
  };
}

const require = createRequire(import.meta.url);
const { AuthenticationClient }: Sdk = require('@aps_sdk/authentication');
const {
  AdskEnvironment,
  ApsConfiguration,
  SdkManagerBuilder,
}: SdkManagerModule = require('@aps_sdk/autodesk-sdkmanager');

let server: RunningServer;
let world: AutodeskWorld;
let client: AutodeskClient;

before(async () => {
  server = await startServer();
  world = await openAutodeskWorld(server);
  client = world.client;
});
after(async () => {
  await server?.stop();
});

/** What a browser makes of the URL; two of the libraries leave the escaping to it. */
async function codeOf(authorizeUrl: string): Promise<string> {
  const { origin, pathname, search } = new URL(authorizeUrl);
  assert.equal(origin, server.url);
  return codeIn(await world.complete(new PlainBrowser(server), `${pathname}${search}`));
}

/** Tokens are secrets of the test run. */
async function remembered(answer: Promise<WireJson>): Promise<WireJson> {
  const tokens = await answer;
  rememberSecretsIn(tokens);
  return tokens;
}

describe('@aps_sdk/authentication 1.0.1', () => {
  /** Each with its own circuit breaker, which opens after five refusals of any kind. */
  function newClient(): SdkClient {
    const configuration = new ApsConfiguration({});
    configuration.baseAddress = server.url;
    const sdkManager = SdkManagerBuilder.create().addApsConfiguration(configuration).build();
    const made = new AuthenticationClient({ sdkManager });
    made.usersApi.baseAddress = server.url;
    return made;
  }
  const secret = () => ({ clientSecret: client.clientSecret });

  test('APS-99: gets a two-legged token', async () => {
    const token = await remembered(
      newClient().getTwoLeggedToken(client.clientId, client.clientSecret, ['data:read', 'data:write']),
    );
    assert.equal(token.expires_in, 3599);
    assert.ok(Number.isFinite(token.expires_at));
    assert.deepEqual(claimsOf(token.access_token).scope, ['data:read', 'data:write']);
  });

  test('APS-99, APS-90: goes through the code flow, refreshes, introspects, reads the profile and revokes', async () => {
    const sdk = newClient();
    const url = sdk.authorize(client.clientId, 'code', callback, ['data:read', 'openid'], { state: 's.1' });
    const tokens = await remembered(
      sdk.getThreeLeggedToken(client.clientId, await codeOf(url), callback, secret()),
    );
    assert.equal(claimsOf(tokens.id_token).sub, world.tenant.user.uuid);
    assert.equal((await sdk.getUserInfo(tokens.access_token)).email, world.tenant.user.email);

    const refreshed = await remembered(
      sdk.refreshToken(tokens.refresh_token, client.clientId, { ...secret(), scopes: ['data:read'] }),
    );
    assert.notEqual(refreshed.refresh_token, tokens.refresh_token);
    const known = await sdk.introspectToken(refreshed.access_token, client.clientId, secret());
    assert.deepEqual([known.active, known.scope, known.userid], [true, 'data:read', world.tenant.user.uuid]);

    await sdk.revoke(refreshed.access_token, client.clientId, 'access_token', secret());
    const ended = await sdk.introspectToken(refreshed.access_token, client.clientId, secret());
    assert.deepEqual(ended, { active: false });
  });

  test('APS-48: the authorize URL with every optional argument is accepted, for a public app with PKCE', async () => {
    const native = await registerClient(server, world.tenant, { type: 'native' });
    const { verifier, challenge } = newVerifier();
    const sdk = newClient();
    const url = sdk.authorize(native.clientId, 'code', callback, ['data:read', 'openid'], {
      ...{ state: 'a,b.c_d-e', nonce: 'n1', responseMode: 'query', prompt: 'login' },
      authoptions: '{"id":"x"}',
      ...{ codeChallenge: challenge.code_challenge, codeChallengeMethod: 'S256' },
    });
    const tokens = await remembered(
      sdk.getThreeLeggedToken(native.clientId, await codeOf(url), callback, { code_verifier: verifier }),
    );
    assert.equal(claimsOf(tokens.id_token).nonce, 'n1');
    await remembered(sdk.refreshToken(tokens.refresh_token, native.clientId));
  });

  test('APS-88: reads keys and discovery, and knows where to sign out', async () => {
    const sdk = newClient();
    assert.ok((await sdk.getKeys()).keys.length > 0);
    const spec = await sdk.getOidcSpec();
    assert.deepEqual([spec.issuer, spec.introspection_endpoint], [server.url, spec.introspect_endpoint]);
    const { pathname, search } = new URL(sdk.logout({}));
    assert.equal((await new PlainBrowser(server).visit(`GET ${pathname}${search}`)).status, 200);
  });

  test('APS-1, APS-2: a base address as a URL object doubles the slash, and works', async () => {
    const configuration = new ApsConfiguration({});
    configuration.baseAddress = new URL(server.url) as unknown as string;
    const sdkManager = SdkManagerBuilder.create().addApsConfiguration(configuration).build();
    const sdk = new AuthenticationClient({ sdkManager });
    await remembered(sdk.getTwoLeggedToken(client.clientId, client.clientSecret, ['data:read']));
    assert.ok((await sdk.getKeys()).keys.length > 0);
    assert.equal((await sdk.getOidcSpec()).issuer, server.url);
  });

  test('APS-98: its own switch for a local server works, on the port that this one has', async () => {
    const configuration = new ApsConfiguration({ environment: AdskEnvironment.Local });
    const local = new URL(configuration.baseAddress);
    assert.equal(local.origin, 'http://localhost:1234');
    local.port = new URL(server.url).port;
    local.hostname = '127.0.0.1';
    configuration.baseAddress = local as unknown as string;
    const sdkManager = SdkManagerBuilder.create().addApsConfiguration(configuration).build();
    const sdk = new AuthenticationClient({ sdkManager });
    const token = sdk.getTwoLeggedToken(client.clientId, client.clientSecret, ['data:read']);
    assert.equal((await remembered(token)).token_type, 'Bearer');
  });

  test('a refusal tells its status and our words', async () => {
    await assert.rejects(newClient().getTwoLeggedToken(client.clientId, 'wrong', ['data:read']), (error) => {
      const told = error as Error & { httpStatusCode(): number };
      assert.equal(told.httpStatusCode(), 401);
      assert.match(told.message, /invalid_client/);
      return true;
    });
  });
});

/** Both versions are told where to go through the one API client that the module holds. */
function forge(name: string): Forge {
  const module: Forge = require(name);
  const { instance } = module.ApiClient;
  if (instance.switchServerPath) instance.switchServerPath(server.url);
  else instance.basePath = server.url;
  return module;
}

for (const [name, version, profileId] of [
  ['forge-apis', '0.9.11', 'sub'],
  ['forge-apis-08', '0.8.6', 'userId'],
] as const) {
  describe(`forge-apis ${version}`, () => {
    const scopes = ['data:read', 'data:write'];

    test('APS-99, APS-3: gets a two-legged token, its scopes unescaped', async () => {
      const { AuthClientTwoLegged } = forge(name);
      const two = new AuthClientTwoLegged(client.clientId, client.clientSecret, scopes, true);
      const { access_token: token } = await remembered(two.authenticate());
      assert.deepEqual(claimsOf(token).scope, scopes);
    });

    test('APS-99, APS-4, APS-6, APS-21: goes through the code flow, refreshes and reads the profile', async () => {
      const { AuthClientThreeLegged, UserProfileApi, ApiClient } = forge(name);
      const three = new AuthClientThreeLegged(client.clientId, client.clientSecret, callback, scopes);
      const tokens = await remembered(three.getToken(await codeOf(three.generateAuthUrl())));
      const refreshed = await remembered(three.refreshToken(tokens, ['data:read']));
      assert.deepEqual(claimsOf(refreshed.access_token).scope, ['data:read']);
      const { body } = await new UserProfileApi(new ApiClient(server.url)).getUserProfile(three, refreshed);
      assert.equal(body[profileId], world.tenant.user.uuid);
    });

    test('a wrong secret is an error', async () => {
      const { AuthClientTwoLegged } = forge(name);
      await assert.rejects(new AuthClientTwoLegged(client.clientId, 'wrong', scopes).authenticate());
    });
  });
}

describe('forge-apis 0.9.11, what 0.8 has not', () => {
  test('APS-69, APS-86: verifies a token by our keys, and ends it', async () => {
    const { AuthClientTwoLegged } = forge('forge-apis');
    const two = new AuthClientTwoLegged(client.clientId, client.clientSecret, ['data:read']);
    const { access_token: token } = await remembered(two.authenticate());
    assert.equal((await two.verifyToken(token)).client_id, client.clientId);
    await two.revokeToken();
    const introspected = await world.introspect(client, token);
    assert.deepEqual(introspected, { active: false });
  });
});

describe('forge-server-utils 8.4.0', () => {
  test('APS-99: two-legged, code flow, refresh and profile', async () => {
    const utils: ForgeServerUtils = require('forge-server-utils');
    const auth = new utils.AuthenticationClient(client.clientId, client.clientSecret, server.url);
    const own = await remembered(auth.authenticate(['data:read', 'data:write']));
    assert.deepEqual(claimsOf(own.access_token).scope, ['data:read', 'data:write']);
    const code = await codeOf(auth.getAuthorizeRedirect(['data:read'], callback));
    const tokens = await remembered(auth.getToken(code, callback));
    const refreshed = await remembered(auth.refreshToken(['data:read'], tokens.refresh_token));
    const profile = await auth.getUserProfile(refreshed.access_token);
    assert.equal(profile.userId, world.tenant.user.uuid);
    assert.equal(profile.emailId, world.tenant.user.email);
  });
});
