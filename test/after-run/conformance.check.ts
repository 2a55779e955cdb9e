// Run by test/run.ts after all tests of a full run.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { updateConformanceDocument } from '../conformance-document.ts';
import { isContinuousIntegration } from '../support/continuous-integration.ts';

test('docs/conformance.md lists what this run covered', () => {
  const problems = updateConformanceDocument(isContinuousIntegration());
  assert.equal(problems.length, 0, `\n${problems.join('\n')}\n`);
});
