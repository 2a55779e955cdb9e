import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { errorCatalogue } from '../../core/errors.ts';
import { refusalRules } from '../../core/explain-rules.ts';
import { wireErrors } from '../../dialects/usergrid/errors.ts';
import { isExplained } from '../../http/note-refusal.ts';
import { errorDocument } from './error-document.ts';

test('docs/errors.md is what the tables of errors say (else run scripts/write-error-document.ts)', () => {
  assert.equal(readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8'), errorDocument());
});

test('every error of the core has its row in docs/errors.md', () => {
  const rows = errorDocument().matchAll(/^\| `(\w+)` \|/gm);
  assert.deepEqual([...rows].map(([, code]) => code).toSorted(), Object.keys(errorCatalogue).toSorted());
});

test('every refusal that keygrid explain is asked about has a rule, its source and what to do', () => {
  for (const [code, { status }] of Object.entries(wireErrors)) {
    if (!isExplained(status)) continue;
    const found = refusalRules[code as keyof typeof wireErrors];
    assert.ok(
      found && found.rule !== '' && found.source !== '' && found.remedy !== '',
      `${code} (${status})`,
    );
  }
});
