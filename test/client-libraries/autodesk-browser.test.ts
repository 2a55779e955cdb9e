/**
 * An app as Autodesk's samples build it: a page with the link of seed 004, a callback that exchanges the code with the
 * official library, and a user in a real Chromium.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import {
  type AutodeskClient,
  type AutodeskWorld,
  claimsOf,
  openAutodeskWorld,
  registerClient,
} from '../autodesk/autodesk-world.ts';
import { startBrowser } from '../support/browser.ts';
import type { WireJson } from '../support/http.ts';
import { rememberSecretsIn } from '../support/secrets.ts';
import { type RunningServer, startServer } from '../support/server.ts';

const require = createRequire(import.meta.url);

/** What the app asks for, and what it got. */
interface SampleApp {
  url: string;
  /** Where the page's link leads. */
  link: string;
  /** The query and, told by its own script, the fragment with which the user came back. */
  returns: string[];
}

let server: RunningServer;
let world: AutodeskWorld;
let app: SampleApp;
let listener: Server;
let browser: Browser;

const pageOf = (link: string): string =>
  `<!DOCTYPE html><title>Sample</title><a href="${link.replaceAll('&', '&amp;')}">Click here to grant access to your data!</a>`;
const callbackPage =
  '<!DOCTYPE html><title>Back</title><p>Thank you.</p><script>fetch("/fragment?" + location.hash.slice(1))</script>';

before(async () => {
  server = await startServer();
  world = await openAutodeskWorld(server);
  listener = createServer((request, response) => {
    response.setHeader('content-type', 'text/html');
    if (request.url?.startsWith('/oauth') || request.url?.startsWith('/fragment'))
      app.returns.push(request.url);
    response.end(request.url === '/' ? pageOf(app.link) : callbackPage);
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  app = { url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`, link: '', returns: [] };
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  listener?.closeAllConnections();
  listener?.close();
  await server?.stop();
});

const register = (settings: Record<string, unknown> = {}): Promise<AutodeskClient> =>
  registerClient(server, world.tenant, { redirectUris: [`${app.url}/oauth/*`], ...settings });

/** From the app's page through sign-in and consent back to it. */
async function grantAccess(link: string, javaScriptEnabled: boolean): Promise<string> {
  app.link = link;
  app.returns = [];
  const context = await browser.newContext({ javaScriptEnabled });
  try {
    const page: Page = await context.newPage();
    await page.goto(`${app.url}/`);
    await page.click('a');
    await page.fill('input[name=username]', world.tenant.user.username);
    await page.fill('input[name=password]', world.tenant.user.password);
    await page.click('button[type=submit]');
    await page.click('button[value=allow]');
    await page.waitForURL(`${app.url}/oauth/**`);
    if (javaScriptEnabled) await page.waitForLoadState('networkidle');
  } finally {
    await context.close();
  }
  const [back = ''] = app.returns;
  rememberSecretsIn(Object.fromEntries(new URL(back, app.url).searchParams));
  return back;
}

for (const script of [true, false]) {
  test(`APS-99, APS-28: seed 004, example 1, in a browser ${script ? 'with' : 'without'} script, with the official library`, async () => {
    const client = await register();
    const callback = `${app.url}/oauth/callback?foo=bar`;
    const { ApsConfiguration, SdkManagerBuilder } = require('@aps_sdk/autodesk-sdkmanager');
    const { AuthenticationClient } = require('@aps_sdk/authentication');
    const configuration = new ApsConfiguration({});
    configuration.baseAddress = server.url;
    const sdkManager = SdkManagerBuilder.create().addApsConfiguration(configuration).build();
    const sdk = new AuthenticationClient({ sdkManager });

    const link = `${server.url}/authentication/v1/authorize?response_type=code&client_id=${client.clientId}&redirect_uri=${encodeURIComponent(callback)}&scope=data:read`;
    const back = await grantAccess(link, script);
    assert.match(back, /^\/oauth\/callback\?foo=bar&code=[\w-]+$/);
    const code = new URL(back, app.url).searchParams.get('code');
    const { clientId, clientSecret } = client;
    const tokens: WireJson = await sdk.getThreeLeggedToken(clientId, code, callback, { clientSecret });
    rememberSecretsIn(tokens);
    assert.equal(claimsOf(tokens.access_token).userid, world.tenant.user.uuid);
  });
}

test('APS-13, APS-15: seed 004, example 2, in a browser: the token arrives in the query, and in the fragment where asked for', async () => {
  const client = await register({ implicitReturn: 'both' });
  const link = `${server.url}/authentication/v1/authorize?response_type=token&client_id=${client.clientId}&redirect_uri=${encodeURIComponent(`${app.url}/oauth/callback`)}&scope=data:read`;
  const back = await grantAccess(link, true);
  const inQuery = new URL(back, app.url).searchParams.get('access_token');
  const fragment = app.returns.find((url) => url.startsWith('/fragment')) ?? '';
  assert.equal(new URL(fragment, app.url).searchParams.get('access_token'), inQuery);
  assert.equal(claimsOf(inQuery ?? '').userid, world.tenant.user.uuid);
});
