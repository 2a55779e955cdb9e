/**
 * Takes pictures of every page with example content, at the width of a desktop and of a phone, into docs/images:
 * `node scripts/take-screenshots.ts`, or with `--into FOLDER` and `--dark` for a look at the others.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startBrowser } from '../test/support/browser.ts';
import { examplePages } from '../test/support/example-pages.ts';
import { servePages } from '../test/support/page-server.ts';

const widths = { desktop: 1280, phone: 390 };
const { values } = parseArgs({
  options: {
    into: { type: 'string', default: fileURLToPath(new URL('../docs/images', import.meta.url)) },
    dark: { type: 'boolean', default: false },
  },
});

const folder = resolve(values.into);
await mkdir(folder, { recursive: true });
const server = await servePages(examplePages());
const browser = await startBrowser();
try {
  for (const [device, width] of Object.entries(widths)) {
    const context = await browser.newContext({
      viewport: { width, height: device === 'phone' ? 700 : 720 },
      colorScheme: values.dark ? 'dark' : 'light',
      // The page that sends itself on would be gone before its picture is taken.
      javaScriptEnabled: false,
    });
    const page = await context.newPage();
    for (const name of server.names) {
      await page.goto(server.addressOf(name));
      const path = join(folder, `${name}-${device}.png`);
      await rm(path, { force: true });
      await page.screenshot({ path, fullPage: true, caret: 'hide' });
    }
    await context.close();
  }
} finally {
  await browser.close();
  await server.close();
}
