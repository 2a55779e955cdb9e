import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { settingNames, settingOf } from './settings.ts';
import { settingsDocument } from './settings-document.ts';

test('docs/settings.md is what the table of settings says (else run scripts/write-settings-document.ts)', () => {
  assert.equal(readFileSync(new URL('../../docs/settings.md', import.meta.url), 'utf8'), settingsDocument());
});

test('every setting has its row, and every row its five cells', () => {
  const rows = settingsDocument()
    .split('\n')
    .filter((line) => line.startsWith('| `KEYGRID_'));
  const named = rows.map((row) => /^\| `(\w+)`/.exec(row)?.[1]);
  assert.deepEqual(named.toSorted(), settingNames.map((name) => settingOf(name).environment).toSorted());
  for (const row of rows) assert.equal(row.split('|').length, 7, row);
});
