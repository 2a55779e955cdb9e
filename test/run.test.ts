import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeTemporaryDirectory } from './support/guardian.ts';
import { createTestDatabase } from './support/postgres.ts';
import type { TestResult } from './support/test-results.ts';

const runner = fileURLToPath(new URL('./run.ts', import.meta.url));
const secrets = new URL('./support/secrets.ts', import.meta.url).href;

interface Run {
  exitCode: number;
  output: string;
  results: TestResult[];
}

/** The runner on one test file of this text, as `npm test -- FILE` starts it. */
async function runTests(text: string, ...flags: string[]): Promise<Run> {
  const directory = await makeTemporaryDirectory('runner');
  const file = join(directory, 'x.test.ts');
  await writeFile(file, text);
  // Inside a test file Node's runner would refuse to start another.
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
  const database = await createTestDatabase();
  const child = spawn(process.execPath, [runner, file, ...flags], {
    env: {
      ...environment,
      KEYGRID_TEST_DATABASE_URL: database.url,
      KEYGRID_TEST_RESULTS_DIRECTORY: directory,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  const [exitCode] = await once(child, 'close');
  await database.drop();
  const results = await readFile(join(directory, 'results.json'), 'utf8').catch(() => '[]');
  return { exitCode, output, results: JSON.parse(results) };
}

const outcomes = ({ results }: Run): string[] => results.map(({ name, outcome }) => `${name}: ${outcome}`);

describe('the runner', () => {
  test('succeeds, counts its own checks too and ends with the summary', async () => {
    const run = await runTests("import { test } from 'node:test'; test('UA-1 works', () => {});");
    assert.equal(run.exitCode, 0, run.output);
    assert.match(run.output, /\nℹ tests 2\nℹ suites 0\nℹ pass 2\nℹ fail 0\n.*\nℹ duration_ms [\d.]+\n$/s);
  });

  test('fails with a failed test, and still ends with the summary', async () => {
    const run = await runTests(
      "import { test } from 'node:test'; test('breaks', () => { throw new Error('x'); });",
    );
    assert.equal(run.exitCode, 1);
    assert.match(run.output, /ℹ pass 1\nℹ fail 1\n.*\nℹ duration_ms [\d.]+\n$/s);
  });

  test('fails with a test file that does not load', async () => {
    assert.equal((await runTests("import './no-such-file.ts';")).exitCode, 1);
  });

  test('records each test with the names around it and its outcome', async () => {
    const run = await runTests(`
      import { describe, test } from 'node:test';
      describe('UA-2', { concurrency: true }, () => {
        describe('inner', () => { test('one', () => {}); test('two', { skip: true }, () => {}); });
        test('three', { todo: true }, () => {});
        test('four', async (t) => { await t.test('five', () => { throw new Error('x'); }); });
      });`);
    assert.deepEqual(outcomes(run).sort(), [
      'UA-2 > four > five: failed',
      'UA-2 > four: failed',
      'UA-2 > inner > one: passed',
      'UA-2 > inner > two: skipped',
      'UA-2 > three: todo',
    ]);
  });

  test('runs only the tests of a name pattern', async () => {
    const text = "import { test } from 'node:test'; test('wanted', () => {}); test('other', () => {});";
    const run = await runTests(text, '--test-name-pattern=wanted');
    assert.deepEqual(outcomes(run), ['wanted: passed']);
  });

  test('fails when the output of a server holds a secret of any test', async () => {
    const run = await runTests(`
      import { test } from 'node:test';
      import { appendToRecord, rememberSecret } from '${secrets}';
      test('leaks', () => { appendToRecord('output', 'x hidden-word y'); rememberSecret('hidden-word'); });`);
    assert.equal(run.exitCode, 1);
    assert.match(run.output, /secrets in the output of servers:\s+x hidden-word y/);
  });

  test('refuses an option that it does not know', async () => {
    const run = await runTests('', '--watch');
    assert.equal(run.exitCode, 1);
    assert.match(run.output, /--watch is no option here/);
  });
});
