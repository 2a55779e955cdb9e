/** What a test run found, reduced to what other programs want to know: one entry for each test. */
import type { EventData } from 'node:test';
import type { TestEvent } from 'node:test/reporters';

export type Outcome = 'passed' | 'failed' | 'skipped' | 'todo';

export interface TestResult {
  /** From the project's root, with forward slashes. */
  file: string;
  /** The names of the suites and tests around it and its own, joined by " > ". */
  name: string;
  outcome: Outcome;
}

type Verdict = EventData.TestPass | EventData.TestFail;

function outcomeOf(type: 'test:pass' | 'test:fail', { skip, todo }: Verdict): Outcome {
  if (skip !== undefined && skip !== false) return 'skipped';
  if (todo !== undefined && todo !== false) return 'todo';
  return type === 'test:pass' ? 'passed' : 'failed';
}

export interface ResultCollector {
  /** Takes the events of a run in the order in which the run reports them. */
  add(event: TestEvent): void;
  results(): TestResult[];
}

/** Collects the tests of a run; a suite is in the names of its tests and not an entry itself. */
export function collectResults(projectDirectory: string): ResultCollector {
  // Ids are unique within a test file, and files are reported one after the other.
  const names = new Map<number, string>();
  const results: TestResult[] = [];
  const relative = (file = ''): string =>
    (file.startsWith(projectDirectory) ? file.slice(projectDirectory.length) : file).replaceAll('\\', '/');
  return {
    add({ type, data }) {
      if (type !== 'test:start' && type !== 'test:pass' && type !== 'test:fail') return;
      const around = data.parentId === undefined ? undefined : names.get(data.parentId);
      const name = around === undefined ? data.name : `${around} > ${data.name}`;
      if (type === 'test:start') names.set(data.testId, name);
      else if (data.details.type !== 'suite') {
        results.push({ file: relative(data.file), name, outcome: outcomeOf(type, data) });
      }
    },
    results: () => results,
  };
}
