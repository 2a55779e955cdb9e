/** docs/conformance.md as text: which checks of the references the tests cover, and why the others are not. */
import type { TestResult } from '../support/test-results.ts';
import { allChecks, citedChecks, nameCheck, type Reference, references } from './checks.ts';

/** A check or a range, `UA-59..UA-70`, and why no test covers it. */
export type Reasons = Record<string, string>;

const noReason = 'No test yet.';

/** Check -> the tests that show it. One that also failed somewhere is not shown. */
function findCoverage(results: TestResult[]): Map<string, string[]> {
  const coverage = new Map<string, Set<string>>();
  const failed = new Set<string>();
  for (const { file, name, outcome } of results) {
    for (const check of citedChecks(name)) {
      if (outcome === 'failed') failed.add(check);
      if (outcome !== 'passed') continue;
      const tests = coverage.get(check) ?? new Set();
      coverage.set(check, tests.add(`${name} (${file})`));
    }
  }
  return new Map(
    [...coverage].filter(([check]) => !failed.has(check)).map(([check, tests]) => [check, [...tests].sort()]),
  );
}

function expandReasons(reasons: Reasons): Map<string, string> {
  return new Map(
    Object.entries(reasons).flatMap(([range, reason]) => citedChecks(range).map((check) => [check, reason])),
  );
}

/** What is wrong with the names of tests and with the reasons: numbers that no check has, keys that are no range. */
export function findMistakes(results: TestResult[], reasons: Reasons): string[] {
  const unknown = (text: string) => citedChecks(text).filter((check) => !allChecks.has(check));
  return [
    ...results.flatMap(({ file, name }) =>
      unknown(name).map((check) => `${check} does not exist: ${name} (${file})`),
    ),
    ...Object.keys(reasons).flatMap((range) =>
      unknown(range).map((check) => `${check} does not exist: reasons.json`),
    ),
    ...Object.keys(reasons)
      .filter((range) => citedChecks(range).length === 0)
      .map((range) => `"${range}" is no check and no range: reasons.json`),
  ];
}

/** Texts of tests go into a table as they are, whatever Markdown would make of them. */
const escapeCell = (text: string): string => text.replace(/[\\|<>*_`[\]]/g, '\\$&');

interface OpenRange {
  first: string;
  last: string;
  reason: string;
}

/** Neighbours with the same reason become one row. */
function joinOpenChecks(open: Array<{ number: number; check: string; reason: string }>): OpenRange[] {
  const ranges: Array<OpenRange & { end: number }> = [];
  for (const { number, check, reason } of open) {
    const previous = ranges.at(-1);
    if (previous?.reason === reason && previous.end === number - 1) {
      previous.last = check;
      previous.end = number;
    } else ranges.push({ first: check, last: check, reason, end: number });
  }
  return ranges;
}

function renderReference(
  { prefix, title, count }: Reference,
  coverage: Map<string, string[]>,
  reasons: Map<string, string>,
): string[] {
  const checks = Array.from({ length: count }, (_, index) => ({
    number: index + 1,
    check: nameCheck(prefix, index + 1),
  }));
  const covered = checks.filter(({ check }) => coverage.has(check));
  const open = joinOpenChecks(
    checks
      .filter(({ check }) => !coverage.has(check))
      .map(({ number, check }) => ({ number, check, reason: reasons.get(check) ?? noReason })),
  );
  return [
    `## ${prefix}: ${title}`,
    '',
    `${covered.length} of ${count} covered.`,
    ...(open.length === 0 ? [] : ['', '| not covered | why |', '|---|---|']),
    ...open.map(
      ({ first, last, reason }) => `| ${first === last ? first : `${first} to ${last}`} | ${reason} |`,
    ),
    ...(covered.length === 0 ? [] : ['', '| covered | by |', '|---|---|']),
    ...covered.map(
      ({ check }) => `| ${check} | ${(coverage.get(check) ?? []).map(escapeCell).join('<br>')} |`,
    ),
    '',
  ];
}

/** The whole document. Nothing in it depends on when or where the tests ran. */
export function renderConformance(results: TestResult[], reasons: Reasons): string {
  const coverage = findCoverage(results);
  const reasonOf = expandReasons(reasons);
  const total = references.reduce((sum, { count }) => sum + count, 0);
  const covered = [...coverage.keys()].filter((check) => allChecks.has(check)).length;
  return [
    '# Conformance',
    '',
    'Written by `npm test`; do not edit. The checks are the numbered statements of the references that the wire',
    'dialects were built from. A check is covered when a test that cites its number passes and none that cites it',
    'fails. Reasons stand in `test/conformance/reasons.json`.',
    '',
    `**${covered} of ${total} checks covered.**`,
    '',
    ...references.flatMap((reference) => renderReference(reference, coverage, reasonOf)),
  ].join('\n');
}
