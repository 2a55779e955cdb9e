/** Whole journeys in a real Chromium against the running server: every page as people meet it, with script and without. */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import {
  type AttackedClient,
  type AttackedServer,
  askForTokens,
  authorizePath,
  redeem,
  requestOf,
  startAttackedServer,
} from '../attacks/attacked-server.ts';
import { startBrowser } from '../support/browser.ts';
import { rememberSecret, rememberSecretsIn } from '../support/secrets.ts';

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

let server: AttackedServer;
let browser: Browser;
let listener: Server;
/** A page of the client, which takes every answer. */
let callback: string;
/** What was posted to it. */
let posted: string[];

before(async () => {
  posted = [];
  listener = createServer(async (request, response) => {
    if (request.method === 'POST') posted.push(await text(request));
    response
      .setHeader('content-type', 'text/html')
      .end('<!DOCTYPE html><title>Client</title><h1>Arrived</h1>');
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  callback = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/cb`;
  server = await startAttackedServer();
  browser = await startBrowser();
});

after(async () => {
  await browser?.close();
  listener?.close();
  listener?.closeAllConnections();
  await server?.stop();
});

const modes: Record<string, BrowserContextOptions> = {
  'with script': { javaScriptEnabled: true },
  'without script': { javaScriptEnabled: false },
};

async function visit(options: BrowserContextOptions, journey: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext(options);
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    await journey(page);
    for (const { value } of await context.cookies()) rememberSecret(value);
  } finally {
    await context.close();
  }
}

const addressOf = (client: AttackedClient, changes: Record<string, string | undefined> = {}): string => {
  const request = requestOf(client, { redirect_uri: callback, ...changes });
  return `${server.url}${authorizePath(client)}?${new URLSearchParams(request)}`;
};

/** axe-core needs script to look at the page, so that it looks only where there is some. */
async function assertAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().withTags(rules).analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  assert.deepEqual(found, [], page.url());
}

interface Account {
  username: string;
  password: string;
}

async function signIn(page: Page, { username, password }: Account, button = 'Sign in'): Promise<void> {
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: button, exact: true }).click();
}

async function arrival(page: Page): Promise<URLSearchParams> {
  await page.waitForURL((url) => url.href.startsWith(callback));
  const { search, hash } = new URL(page.url());
  const answer = new URLSearchParams(hash === '' ? search : hash.slice(1));
  rememberSecretsIn(Object.fromEntries(answer));
  return answer;
}

const forUs = (): Record<string, unknown> => ({ redirectUris: [callback] });

for (const [mode, options] of Object.entries(modes)) {
  const look = async (page: Page) => {
    if (options.javaScriptEnabled) await assertAccessible(page);
  };

  describe(mode, () => {
    test('the code flow leads through sign-in and consent to the client, and its code to tokens', async () => {
      const client = await server.acme.register(forUs());
      await visit(options, async (page) => {
        await page.goto(addressOf(client));
        await look(page);
        await signIn(page, { ...server.acme.user, password: 'wrong password' });
        await page.getByRole('alert').waitFor();
        await look(page);
        await signIn(page, server.acme.user);
        await page.getByRole('button', { name: 'Allow' }).waitFor();
        await look(page);
        await page.getByRole('button', { name: 'Allow' }).click();
        const code = (await arrival(page)).get('code') ?? '';
        const tokens = await redeem(server, client, code, { redirect_uri: callback });
        assert.equal(tokens.status, 200, tokens.text);
        await page.goto(addressOf(client));
        // S049: any program could be at a loopback address, so that the user is asked each time; but signed in once.
        await page.getByRole('button', { name: 'Allow' }).click();
        await arrival(page);
        await page.goto(addressOf(client, { prompt: 'select_account' }));
        await look(page);
      });
    });

    test('who refuses comes back to the client with that', async () => {
      const client = await server.acme.register(forUs());
      await visit(options, async (page) => {
        await page.goto(addressOf(client));
        await signIn(page, server.acme.user);
        await page.getByRole('button', { name: 'Refuse' }).click();
        assert.equal((await arrival(page)).get('error'), 'access_denied');
        await page.goto(addressOf(client, { prompt: 'login' }));
        await page.getByRole('button', { name: 'Cancel' }).click();
        assert.equal((await arrival(page)).get('error'), 'access_denied');
      });
    });

    test('an answer by form arrives', async () => {
      const client = await server.acme.register({ ...forUs(), consent: 'ask' });
      await visit(options, async (page) => {
        await page.goto(addressOf(client, { response_mode: 'form_post' }));
        await signIn(page, server.acme.user);
        posted.length = 0;
        await page.getByRole('button', { name: 'Allow' }).click();
        if (!options.javaScriptEnabled) await page.getByRole('button', { name: 'Continue' }).click();
        await arrival(page);
        const fields = Object.fromEntries(new URLSearchParams(posted[0]));
        rememberSecretsIn(fields);
        assert.equal(fields.state, 'a-state-of-the-client');
        assert.ok(fields.code);
      });
    });

    test('seed 000: an admin user signs in for a client of the organization', async () => {
      const client = await server.acme.registerForAdmins({ ...forUs(), dialect: 'usergrid' });
      await visit(options, async (page) => {
        await page.goto(addressOf(client, { response_type: 'token' }));
        assert.equal(await page.title(), 'Sign In');
        await look(page);
        await signIn(page, server.acme.admin, 'Submit');
        await page.getByRole('button', { name: 'Allow' }).click();
        const answer = await arrival(page);
        assert.match(answer.get('access_token') ?? '', /^YWMt/);
      });
    });

    test('seed 004: an end user signs in for a client of the autodesk dialect', async () => {
      const client = await server.acme.register({ ...forUs(), dialect: 'autodesk' });
      const request = {
        client_id: client.id,
        redirect_uri: callback,
        response_type: 'token',
        scope: 'data:read',
      };
      await visit(options, async (page) => {
        await page.goto(`${server.url}/authentication/v1/authorize?${new URLSearchParams(request)}`);
        await look(page);
        await signIn(page, server.acme.user);
        await look(page);
        await page.getByRole('button', { name: 'Allow' }).click();
        await arrival(page);
        const answer = new URL(page.url()).searchParams;
        assert.ok(answer.get('access_token'), 'in the query, as the seed shows it');
        assert.equal(answer.get('token_type'), 'Bearer');
      });
    });

    test('a device is let in by its code', async () => {
      const grantType = 'urn:ietf:params:oauth:grant-type:device_code';
      const client = await server.acme.register({
        type: 'native',
        grantTypes: [grantType],
        redirectUris: [],
      });
      const path = `${server.acme.path}/oauth2/device_authorization`;
      const { device_code, user_code, verification_uri } = (
        await askForTokens(server, client, { scope: 'openid' }, path)
      ).body;
      rememberSecret(user_code);
      await visit(options, async (page) => {
        await page.goto(verification_uri);
        await signIn(page, server.acme.user);
        await page.getByLabel('Code').waitFor();
        await look(page);
        await page.getByLabel('Code').fill(user_code.toLowerCase());
        await page.getByRole('button', { name: 'Continue' }).click();
        await page.getByRole('button', { name: 'Connect' }).waitFor();
        await look(page);
        await page.getByRole('button', { name: 'Connect' }).click();
        await page.getByRole('heading', { name: 'Device connected' }).waitFor();
        await look(page);
      });
      const tokens = await askForTokens(server, client, { grant_type: grantType, device_code });
      assert.equal(tokens.status, 200, tokens.text);
    });

    test('a request that cannot be answered ends on a page of ours', async () => {
      const client = await server.acme.register(forUs());
      await visit(options, async (page) => {
        const answer = await page.goto(addressOf(client, { redirect_uri: `${callback}/other` }));
        assert.equal(answer?.status(), 400);
        assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1);
        await look(page);
      });
    });

    test('on /account a grant is ended at once, and the session by signing out', async () => {
      const client = await server.acme.register({ ...forUs(), name: `Ended ${mode}` });
      await visit(options, async (page) => {
        await page.goto(addressOf(client));
        await signIn(page, server.acme.user);
        await page.getByRole('button', { name: 'Allow' }).click();
        const code = (await arrival(page)).get('code') ?? '';
        const { body } = await redeem(server, client, code, { redirect_uri: callback });
        await page.goto(`${server.url}/account${server.acme.path}`);
        await look(page);
        const ended = page.locator('li').filter({ hasText: `Ended ${mode}` });
        await ended.locator('form[action$="/end-grant"] button').click();
        await page.waitForURL(/done=grant/);
        await look(page);
        const { refresh_token } = body;
        const refused = await askForTokens(server, client, { grant_type: 'refresh_token', refresh_token });
        assert.equal(refused.status, 400, refused.text);
        await page.locator('form[action$="/sign-out"] button').click();
        await page.waitForURL(/signed-out/);
        await look(page);
      });
    });

    test('a client signs its user out, who is asked first', async () => {
      const client = await server.acme.register(forUs());
      await visit(options, async (page) => {
        await page.goto(addressOf(client));
        await signIn(page, server.acme.user);
        await page.getByRole('button', { name: 'Allow' }).click();
        await arrival(page);
        await page.goto(`${server.url}${server.acme.path}/oauth2/logout`);
        await look(page);
        await page.getByRole('button', { name: 'Sign out' }).click();
        await page.getByText('signed out', { exact: false }).first().waitFor();
        await look(page);
        await page.goto(addressOf(client, { prompt: 'none' }));
        assert.equal((await arrival(page)).get('error'), 'login_required');
      });
    });

    test('a forgotten password is asked for, with the same words for everybody', async () => {
      await visit(options, async (page) => {
        const said: (string | null)[] = [];
        for (const name of [server.acme.user.username, 'nobody-of-that-name']) {
          await page.goto(`${server.url}${server.acme.path}/users/resetpw`);
          await look(page);
          await page.locator('input[type=text], input[type=email]').first().fill(name);
          await page.getByRole('button').first().click();
          await page.waitForLoadState();
          await look(page);
          said.push((await page.textContent('main'))?.replaceAll(name, '') ?? null);
        }
        assert.equal(said[0], said[1]);
      });
    });
  });
}

test('sign-in and consent need no mouse', async () => {
  const client = await server.acme.register(forUs());
  await visit({}, async (page) => {
    await page.goto(addressOf(client));
    await page.locator('#username:focus').waitFor();
    await page.keyboard.type(server.acme.user.username);
    await page.keyboard.press('Tab');
    await page.keyboard.type(server.acme.user.password);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Allow' }).waitFor();
    for (let step = 0; step < 12; step++) {
      await page.keyboard.press('Tab');
      const focused = String(await page.evaluate('document.activeElement.textContent')).trim();
      if (focused === 'Allow') break;
    }
    await page.keyboard.press('Enter');
    assert.ok((await arrival(page)).get('code'));
  });
});

test('seed 001: the sign-in page of an application works in a window that its client opened', async () => {
  const client = await server.acme.register({ ...forUs(), dialect: 'usergrid' });
  await visit({}, async (page) => {
    await page.goto(callback);
    const [popup] = await Promise.all([
      page.waitForEvent('popup'),
      page.evaluate(`window.open(${JSON.stringify(addressOf(client))}) !== null`),
    ]);
    await signIn(popup, server.acme.user, 'Submit');
    await popup.getByRole('button', { name: 'Allow' }).click();
    assert.ok((await arrival(popup)).get('code'));
  });
});
