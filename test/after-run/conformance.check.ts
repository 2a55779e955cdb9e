// Run by test/run.ts after all tests of a full run.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { updateConformanceDocument } from '../conformance-document.ts';
import { isContinuousIntegration } from '../support/continuous-integration.ts';

test('docs/conformance.md lists what this run covered', () => {
  const { KEYGRID_TEST_RECORD_DIRECTORY: record } = process.env;
  assert.ok(record, 'this check runs after the others: npm test');
  const problems = updateConformanceDocument(join(record, 'results.json'), isContinuousIntegration());
  assert.equal(problems.length, 0, `\n${problems.join('\n')}\n`);
});
