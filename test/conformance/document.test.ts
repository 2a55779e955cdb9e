import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Outcome, TestResult } from '../support/test-results.ts';
import { allChecks, citedChecks } from './checks.ts';
import { findMistakes, renderConformance } from './document.ts';

const result = (name: string, outcome: Outcome = 'passed'): TestResult => ({
  file: 'test/a.test.ts',
  name,
  outcome,
});

describe('citations', () => {
  test('single checks, lists and ranges are read', () => {
    assert.deepEqual(citedChecks('UA-1, UD-20 and S081: a sentence'), ['UA-1', 'UD-20', 'S081']);
    assert.deepEqual(citedChecks('APS-3..APS-5'), ['APS-3', 'APS-4', 'APS-5']);
    assert.deepEqual(citedChecks('UD-9..11 S001..S002'), ['UD-9', 'UD-10', 'UD-11', 'S001', 'S002']);
  });

  test('words that only look alike are none', () => {
    assert.deepEqual(citedChecks('SHA-256, S3, S2561, XUA-1, UA-, status 200'), []);
  });

  test('all references together have 574 checks', () => {
    assert.equal(allChecks.size, 574);
  });
});

describe('the conformance document', () => {
  test('names the tests of a covered check once each', () => {
    const document = renderConformance([result('UA-1 a'), result('UA-1 a'), result('UA-1 | b')], {});
    assert.match(document, /\| UA-1 \| UA-1 a \(test\/a\.test\.ts\)<br>UA-1 \\\| b \(test\/a\.test\.ts\) \|/);
    assert.match(document, /\*\*1 of 574 checks covered\.\*\*/);
  });

  test('does not count a check that a failed test cites as well', () => {
    assert.match(renderConformance([result('UA-1 a'), result('UA-1 b', 'failed')], {}), /\*\*0 of 574/);
  });

  test('does not count a check that only a skipped test cites', () => {
    assert.match(
      renderConformance([result('UA-1 a', 'skipped'), result('UA-2', 'todo')], {}),
      /\*\*0 of 574/,
    );
  });

  test('joins neighbours with the same reason and leaves a hole where one is covered', () => {
    const document = renderConformance([result('UA-3')], { 'UA-1..UA-5': 'later' });
    assert.match(
      document,
      /\| UA-1 to UA-2 \| later \|\n\| UA-4 to UA-5 \| later \|\n\| UA-6 to UA-157 \| No test yet/,
    );
  });

  test('a number that no check has is a mistake, in a test name and in a reason', () => {
    const mistakes = findMistakes([result('UA-158')], { 'UD-156': 'x', nonsense: 'y' });
    assert.equal(mistakes.length, 3, mistakes.join('\n'));
  });
});
