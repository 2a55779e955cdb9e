// Run by test/run.ts after all tests.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { findSecrets } from '../support/secrets.ts';

function readRecord(kind: 'secrets' | 'output'): string {
  const directory = process.env.KEYGRID_TEST_RECORD_DIRECTORY;
  assert.ok(directory, 'this check runs after the others: npm test');
  const names = readdirSync(directory).filter((name) => name.endsWith(`.${kind}`));
  return names.map((name) => readFileSync(join(directory, name), 'utf8')).join('');
}

test('no server of this run wrote a secret that any test of it used', () => {
  const lines = readRecord('secrets').split('\n').filter(Boolean);
  const secrets: string[] = lines.map((line) => JSON.parse(line));
  const output = readRecord('output');
  const leaked = findSecrets(output, secrets);
  const places = output.split('\n').filter((line) => findSecrets(line, leaked).length > 0);
  assert.equal(leaked.length, 0, `secrets in the output of servers:\n${places.slice(0, 20).join('\n')}\n`);
});
