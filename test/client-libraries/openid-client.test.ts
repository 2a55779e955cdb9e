/**
 * `openid-client` and the `oauth4webapi` beneath it, unmodified, with all of their own checks left on; only plain http
 * is allowed, by their documented switch, since the server is on this machine. The user is a browser without script.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import {
  callback,
  goThrough,
  openWorld,
  type RegisteredClient,
  registerClient,
  type StandardWorld,
} from '../standard/world.ts';
import { createPlainBrowser, type PlainBrowser } from '../support/plain-browser.ts';
import { rememberSecretsIn } from '../support/secrets.ts';
import { type RunningServer, startServer } from '../support/server.ts';

let server: RunningServer;
let world: StandardWorld;

before(async () => {
  server = await startServer();
  world = await openWorld(server);
});
after(() => server?.stop());

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';

async function discover(
  client: RegisteredClient,
  authentication: openid.ClientAuth = client.secret === undefined
    ? openid.None()
    : openid.ClientSecretBasic(client.secret),
): Promise<openid.Configuration> {
  const execute = [openid.allowInsecureRequests, openid.enableNonRepudiationChecks];
  return openid.discovery(new URL(world.issuer), client.id, undefined, authentication, { execute });
}

async function register(settings: Record<string, unknown> = {}) {
  const client = await registerClient(world, settings);
  return { client, configuration: await discover(client) };
}

/** The way of the user: to the client's callback, whose URL the library then looks at. */
async function visit(url: URL, browser: PlainBrowser = createPlainBrowser(server)): Promise<URL> {
  const page = await goThrough(browser, world.tenant.user, await browser.open(url.href));
  assert.ok(page.leavesTo, page.text);
  return page.leavesTo;
}

async function codeFlow(
  configuration: openid.Configuration,
  parameters: Record<string, string> = {},
  browser?: PlainBrowser,
) {
  const pkceCodeVerifier = openid.randomPKCECodeVerifier();
  const [state, nonce] = [openid.randomState(), openid.randomNonce()];
  const url = openid.buildAuthorizationUrl(configuration, {
    ...{ redirect_uri: callback, scope: 'openid profile email', state, nonce },
    code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...parameters,
  });
  const checks = { pkceCodeVerifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
  const answer = await visit(url, browser);
  const tokens = await openid.authorizationCodeGrant(configuration, answer, checks);
  rememberSecretsIn(tokens);
  return tokens;
}

describe('openid-client', () => {
  test('signs a user in with code and PKCE, and checks ID token, iss, state and nonce', async () => {
    const { client, configuration } = await register();
    const tokens = await codeFlow(configuration);
    const claims = tokens.claims();
    assert.equal(claims?.sub, world.tenant.user.uuid);
    assert.equal(claims?.aud, client.id);
    assert.equal(claims?.iss, world.issuer);
    assert.equal(configuration.serverMetadata().issuer, world.issuer);
  });

  test('authenticates by client_secret_post as well', async () => {
    const client = await registerClient(world);
    const configuration = await discover(client, openid.ClientSecretPost(client.secret));
    assert.ok((await codeFlow(configuration)).access_token);
  });

  test('serves a public client', async () => {
    const { configuration } = await register({ type: 'native' });
    const tokens = await codeFlow(configuration, { scope: 'openid offline_access', prompt: 'consent' });
    const renewed = await openid.refreshTokenGrant(configuration, tokens.refresh_token!);
    assert.notEqual(renewed.refresh_token, tokens.refresh_token);
  });

  test('max_age is answered with an auth_time that the library accepts', async () => {
    const { configuration } = await register();
    const browser = createPlainBrowser(server);
    await codeFlow(configuration, {}, browser);
    const tokens = await codeFlow(configuration, { max_age: '10000' }, browser);
    assert.equal(typeof tokens.claims()?.auth_time, 'number');
  });

  test('refreshes, and gets an ID token about the same user', async () => {
    const { configuration } = await register();
    const tokens = await codeFlow(configuration, { scope: 'openid profile offline_access' });
    const renewed = await openid.refreshTokenGrant(configuration, tokens.refresh_token!);
    rememberSecretsIn(renewed);
    assert.equal(renewed.claims()?.sub, tokens.claims()?.sub);
    assert.equal(renewed.claims()?.auth_time, tokens.claims()?.auth_time);
  });

  test('reads userinfo about the very user', async () => {
    const { configuration } = await register();
    const tokens = await codeFlow(configuration);
    const info = await openid.fetchUserInfo(configuration, tokens.access_token, tokens.claims()!.sub);
    assert.equal(info.email, world.tenant.user.email);
    assert.equal(info.preferred_username, world.tenant.user.username);
  });

  test('introspects, revokes, and sees that the token is dead', async () => {
    const { configuration } = await register();
    const { access_token: token } = await codeFlow(configuration);
    const alive = await openid.tokenIntrospection(configuration, token);
    assert.equal(alive.active, true);
    assert.equal(alive.sub, world.tenant.user.uuid);
    await openid.tokenRevocation(configuration, token);
    assert.deepEqual(await openid.tokenIntrospection(configuration, token), { active: false });
    await assert.rejects(openid.fetchUserInfo(configuration, token, world.tenant.user.uuid), {
      code: 'OAUTH_WWW_AUTHENTICATE_CHALLENGE',
    });
  });

  test('gets a token for a service itself', async () => {
    const { client, configuration } = await register({ type: 'service', scopes: ['data:read'] });
    const tokens = await openid.clientCredentialsGrant(configuration, { scope: 'data:read' });
    rememberSecretsIn(tokens);
    assert.equal(tokens.scope, 'data:read');
    const known = await openid.tokenIntrospection(configuration, tokens.access_token);
    assert.equal(known.sub, client.id);
  });

  test('lets a device in', async () => {
    const grantTypes = ['authorization_code', 'refresh_token', deviceGrant];
    const { configuration } = await register({ type: 'native', grantTypes });
    const started = await openid.initiateDeviceAuthorization(configuration, { scope: 'openid profile' });
    rememberSecretsIn(started);
    const browser = createPlainBrowser(server);
    const page = await browser.open(started.verification_uri_complete!);
    const done = await goThrough(browser, world.tenant.user, page);
    assert.match(done.text, /Device connected/);
    const tokens = await openid.pollDeviceAuthorizationGrant(configuration, started);
    rememberSecretsIn(tokens);
    assert.equal(tokens.claims()?.sub, world.tenant.user.uuid);
  });

  test('signs out, after which nobody is signed in', async () => {
    const goodbye = 'https://photos.example/goodbye';
    const { configuration } = await register({ postLogoutRedirectUris: [goodbye] });
    const browser = createPlainBrowser(server);
    const tokens = await codeFlow(configuration, {}, browser);
    const url = openid.buildEndSessionUrl(configuration, {
      ...{ id_token_hint: tokens.id_token!, post_logout_redirect_uri: goodbye, state: 'bye' },
    });
    assert.equal((await browser.open(url.href)).leavesTo?.href, `${goodbye}?state=bye`);
    await assert.rejects(codeFlow(configuration, { prompt: 'none' }, browser), { error: 'login_required' });
  });

  test('the implicit flow gives an ID token in the fragment, where the client has it', async () => {
    const { configuration } = await register({ grantTypes: ['authorization_code', 'implicit'] });
    openid.useIdTokenResponseType(configuration);
    const [state, nonce] = [openid.randomState(), openid.randomNonce()];
    const asked = { redirect_uri: callback, scope: 'openid email', state, nonce };
    const answer = await visit(openid.buildAuthorizationUrl(configuration, asked));
    const claims = await openid.implicitAuthentication(configuration, answer, nonce, {
      expectedState: state,
    });
    assert.equal(claims.email, world.tenant.user.email);
  });

  test('what the user refuses the library reports as access_denied', async () => {
    const { configuration } = await register();
    const browser = createPlainBrowser(server);
    const state = openid.randomState();
    const url = openid.buildAuthorizationUrl(configuration, {
      ...{ redirect_uri: callback, scope: 'openid', state, code_challenge_method: 'S256' },
      code_challenge: await openid.calculatePKCECodeChallenge(openid.randomPKCECodeVerifier()),
    });
    const form = await browser.open(url.href);
    const { username, password } = world.tenant.user;
    const consent = await browser.submit(form, { username, password });
    const answer = (await browser.submit(consent, { decision: 'refuse' })).leavesTo!;
    await assert.rejects(openid.authorizationCodeGrant(configuration, answer, { expectedState: state }), {
      error: 'access_denied',
    });
  });
});

describe('oauth4webapi', () => {
  const insecure = { [oauth.allowInsecureRequests]: true };

  async function discoverAs(algorithm: 'oidc' | 'oauth2'): Promise<oauth.AuthorizationServer> {
    const issuer = new URL(world.issuer);
    const response = await oauth.discoveryRequest(issuer, { algorithm, ...insecure });
    return oauth.processDiscoveryResponse(issuer, response);
  }

  test('S130 finds the metadata in both places, and they are the same', async () => {
    assert.deepEqual(await discoverAs('oidc'), await discoverAs('oauth2'));
  });

  test('S101 accepts our JWT access tokens by the checks of RFC 9068', async () => {
    const server = await discoverAs('oidc');
    const { configuration } = await register({ accessTokenFormat: 'jwt' });
    const tokens = await codeFlow(configuration, { scope: 'openid data:read' });
    const request = new Request('https://api.example/photos', {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    });
    const claims = await oauth.validateJwtAccessToken(server, request, world.issuer, insecure);
    assert.equal(claims.sub, world.tenant.user.uuid);
    assert.equal(claims.scope, 'openid data:read');
  });

  test('S014 S103 an ID token fails as access token; an answer with another iss is refused', async () => {
    const server = await discoverAs('oidc');
    const { client, configuration } = await register();
    const tokens = await codeFlow(configuration);
    const request = new Request('https://api.example/', {
      headers: { authorization: `Bearer ${tokens.id_token}` },
    });
    await assert.rejects(oauth.validateJwtAccessToken(server, request, world.issuer, insecure));
    const answer = new URLSearchParams({ code: 'x', state: 's', iss: 'https://evil.example' });
    assert.throws(() => oauth.validateAuthResponse(server, { client_id: client.id }, answer, 's'));
  });
});
