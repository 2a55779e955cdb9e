import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { auditEvents } from './audit.ts';

test('S162 every event is documented with its level, and no other', () => {
  const page = readFileSync(new URL('../../docs/audit-log.md', import.meta.url), 'utf8');
  const documented = [...page.matchAll(/^\| `(\w+)` \| (\w+) \|/gm)].map(([, name, level]) => [name, level]);
  assert.deepEqual(
    documented,
    Object.entries(auditEvents).map(([name, { level }]) => [name, level]),
  );
});
