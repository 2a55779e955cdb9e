/** Every page in a real Chromium: accessible, inside its window, and free of anything that its own policy forbids. */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContextOptions, Page as BrowserPage } from 'playwright-core';
import { formPostPage } from '../../src/pages/form-post-page.ts';
import { productFrame } from '../../src/pages/layout.ts';
import { signOutConfirmPage } from '../../src/pages/sign-out-confirm-page.ts';
import { startBrowser } from '../support/browser.ts';
import { exampleAccount, examplePages } from '../support/example-pages.ts';
import { type PageServer, servePages } from '../support/page-server.ts';

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const appearances: Record<string, BrowserContextOptions> = {
  'a desktop in the light': { viewport: { width: 1280, height: 800 }, colorScheme: 'light' },
  'a phone in the dark': { viewport: { width: 390, height: 760 }, colorScheme: 'dark' },
};
/** Without a theme the colours are others, and nothing else. */
const seenInProductLook = ['sign-in', 'consent-choice', 'device-approval', 'account-overview'];

let browser: Browser;
let pages: PageServer;
let client: Server;
/** What the client got: method, path and body. */
const received: string[] = [];

before(async () => {
  client = createServer(async (request, response) => {
    received.push(`${request.method} ${request.url} ${await text(request)}`);
    response.end('arrived');
  });
  await new Promise<void>((resolve) => client.listen(0, '127.0.0.1', resolve));
  const { port } = client.address() as AddressInfo;
  const answer = formPostPage({
    action: `http://127.0.0.1:${port}/callback?kept=1`,
    fields: [
      ['code', 'a"b<c>&'],
      ['submit', 'a field of that name'],
    ],
  });
  // The one example that leaves by itself is looked at with its script off, below.
  const { 'form-post': _leaves, ...staying } = examplePages();
  const inProductLook = Object.fromEntries(
    Object.entries(examplePages(productFrame))
      .filter(([name]) => seenInProductLook.includes(name))
      .map(([name, page]) => [`${name}-product`, page]),
  );
  pages = await servePages({ ...staying, ...inProductLook, 'form-post-to-client': answer });
  browser = await startBrowser();
});

after(async () => {
  await browser?.close();
  await pages?.close();
  client?.close();
});

async function inBrowser(options: BrowserContextOptions, visit: (page: BrowserPage) => Promise<void>) {
  const context = await browser.newContext(options);
  try {
    await visit(await context.newPage());
  } finally {
    await context.close();
  }
}

const visitable = (): string[] => pages.names.filter((name) => name !== 'form-post-to-client');

for (const [appearance, options] of Object.entries(appearances)) {
  test(`no page has an accessibility violation on ${appearance}`, async () => {
    await inBrowser(options, async (page) => {
      for (const name of visitable()) {
        await page.goto(pages.addressOf(name));
        const { violations } = await new AxeBuilder({ page }).setLegacyMode().withTags(rules).analyze();
        const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
        assert.deepEqual(found, [], name);
      }
    });
  });
}

test('no page is wider than its window, be it as narrow as at 400 % zoom', async () => {
  await inBrowser({ viewport: { width: 320, height: 256 } }, async (page) => {
    for (const name of visitable()) {
      await page.goto(pages.addressOf(name));
      const width = await page.evaluate('document.scrollingElement.scrollWidth');
      assert.equal(width, 320, name);
    }
  });
});

test('S039: no page loads anything from elsewhere, nor anything that its policy forbids', async () => {
  await inBrowser({}, async (page) => {
    const problems: string[] = [];
    page.on('console', (message) => problems.push(`${page.url()}: ${message.text()}`));
    page.on('pageerror', (error) => problems.push(`${page.url()}: ${error.message}`));
    page.on('requestfailed', (request) => problems.push(`${request.url()} failed`));
    page.on('response', (response) => {
      if (response.status() >= 400) problems.push(`${response.url()}: ${response.status()}`);
    });
    page.on('request', (request) => {
      if (!/^(http:\/\/127\.0\.0\.1:|data:image\/)/.test(request.url())) problems.push(request.url());
    });
    for (const name of visitable()) await page.goto(pages.addressOf(name));
    assert.deepEqual(problems, []);
  });
});

test('every form is usable by keyboard alone, in the order in which it is read', async () => {
  await inBrowser({}, async (page) => {
    await page.goto(pages.addressOf('sign-in'));
    await page.locator('#username:focus').waitFor();
    await page.keyboard.type('jane');
    await page.keyboard.press('Tab');
    await page.keyboard.type('secret');
    assert.equal(await page.inputValue('#username'), 'jane');
    assert.equal(await page.inputValue('#password'), 'secret');
    const order: string[] = [];
    for (let step = 0; step < 3; step++) {
      await page.keyboard.press('Tab');
      order.push(String(await page.evaluate('document.activeElement.textContent')));
    }
    assert.deepEqual(order, ['Sign in', 'Cancel', 'Forgot your password?']);
  });
});

test('a message about what was typed belongs to the fields for whoever cannot see it', async () => {
  await inBrowser({}, async (page) => {
    await page.goto(pages.addressOf('sign-in-refused'));
    const field = page.getByLabel('Password');
    assert.equal(await field.getAttribute('aria-invalid'), 'true');
    const described = await field.getAttribute('aria-describedby');
    assert.match(String(await page.textContent(`#${described}`)), /do not match/);
    assert.equal(await page.getByRole('alert').count(), 1);
  });
});

describe('S021: an answer by form', () => {
  // "value" as a form sends it: what the fields hold, and no more.
  const body = 'code=a%22b%3Cc%3E%26&submit=a+field+of+that+name';
  const expected = `POST /callback?kept=1 ${body}`;

  test('goes on by itself where there is script', async () => {
    received.length = 0;
    await inBrowser({}, async (page) => {
      await page.goto(pages.addressOf('form-post-to-client'));
      await page.waitForURL(/callback/);
    });
    assert.deepEqual(
      received.filter((line) => line.startsWith('POST')),
      [expected],
    );
  });

  test('goes on by its button where there is none', async () => {
    received.length = 0;
    await inBrowser({ javaScriptEnabled: false }, async (page) => {
      await page.goto(pages.addressOf('form-post-to-client'));
      assert.deepEqual(received, []);
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.waitForURL(/callback/);
    });
    assert.deepEqual(
      received.filter((line) => line.startsWith('POST')),
      [expected],
    );
  });
});

test('the answer to a form may lead to a client, and on to another of its addresses', async () => {
  const { port } = client.address() as AddressInfo;
  const onward = createServer((_request, response) => {
    response.writeHead(302, { location: `http://127.0.0.1:${port}/home` }).end();
  });
  await new Promise<void>((resolve) => onward.listen(0, '127.0.0.1', resolve));
  const destination = `127.0.0.1:${(onward.address() as AddressInfo).port}`;
  const server = await servePages({
    leaving: signOutConfirmPage({
      action: `http://${destination}/callback`,
      formToken: 'x',
      account: exampleAccount,
      destination,
    }),
  });
  try {
    await inBrowser({ javaScriptEnabled: false }, async (page) => {
      await page.goto(server.addressOf('leaving'));
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.waitForURL(/home/);
    });
  } finally {
    await server.close();
    onward.close();
  }
});
