/**
 * Runs the tests: `npm test`, or `npm test -- test/usergrid src/core/uuid.test.ts --test-name-pattern=paging` for
 * some of them. One PostgreSQL serves all test files. After the tests come the checks of the run as a whole, and at
 * the very end Node's summary of both.
 */
import { globSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { run } from 'node:test';
import { spec, type TestEvent } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { dismissGuardian, makeTemporaryDirectory } from './support/guardian.ts';
import { startPostgres } from './support/postgres.ts';
import { collectResults } from './support/test-results.ts';

const project = fileURLToPath(new URL('..', import.meta.url));
const resultsDirectory = process.env.KEYGRID_TEST_RESULTS_DIRECTORY ?? join(project, 'test-results');
const everything = ['src', 'test', 'bench'];
const filesAtOnce = 2;
const testMilliseconds = 300_000;
const namePatternFlag = '--test-name-pattern=';
const summaryLine = /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) ([\d.]+)$/;

interface Selection {
  files: string[];
  namePatterns: string[];
  /** Whether these are all tests, so that what they cover can be written down. */
  complete: boolean;
}

function readSelection(commandArguments: string[]): Selection {
  const paths = commandArguments.filter((argument) => !argument.startsWith('-'));
  const flags = commandArguments.filter((argument) => argument.startsWith('-'));
  const unknown = flags.find((flag) => !flag.startsWith(namePatternFlag));
  if (unknown !== undefined) throw new Error(`${unknown} is no option here; there is ${namePatternFlag}TEXT`);
  const selected = paths.length === 0 ? everything : paths;
  const patterns = selected.map((path) =>
    statSync(resolve(project, path), { throwIfNoEntry: false })?.isDirectory()
      ? `${path}/**/*.test.ts`
      : path,
  );
  // The bench may have installed a contender, whose packages bring tests of their own.
  const files = globSync(patterns, { cwd: project, exclude: ['**/node_modules/**'] }).sort();
  if (files.length === 0) throw new Error(`No test file: ${selected.join(' ')}`);
  const namePatterns = flags.map((flag) => flag.slice(namePatternFlag.length));
  return { files, namePatterns, complete: paths.length === 0 && namePatterns.length === 0 };
}

const interruption = new AbortController();
const reporter = spec();
const collector = collectResults(project);
const summary = new Map<string, number>();

/** Node's closing lines are held back and added up, since there is more than one run. */
function isSummary({ type, data }: TestEvent): boolean {
  const [, name, value] = (type === 'test:diagnostic' && summaryLine.exec(data.message)) || [];
  if (name === undefined) return false;
  summary.set(name, (summary.get(name) ?? 0) + Number(value));
  return true;
}

/** Whether all went well. */
async function runFiles(files: string[], namePatterns: string[]): Promise<boolean> {
  let success = true;
  const events = run({
    files: files.map((file) => resolve(project, file)),
    concurrency: filesAtOnce,
    timeout: testMilliseconds,
    signal: interruption.signal,
    ...(namePatterns.length > 0 && { testNamePatterns: namePatterns }),
  });
  for await (const event of events as AsyncIterable<TestEvent>) {
    collector.add(event);
    if (event.type === 'test:summary' && event.data.file === undefined) success &&= event.data.success;
    if (!isSummary(event)) reporter.write(event);
  }
  return success && !interruption.signal.aborted;
}

/** In the record of this run, which other runs in the same checkout leave alone, and where people look for it. */
function writeResults(recordDirectory: string): void {
  const text = `${JSON.stringify(collector.results(), null, 2)}\n`;
  writeFileSync(join(recordDirectory, 'results.json'), text);
  mkdirSync(resultsDirectory, { recursive: true });
  writeFileSync(join(resultsDirectory, 'results.json'), text);
}

async function runAll({ files, namePatterns, complete }: Selection, record: string): Promise<boolean> {
  const testsPassed = await runFiles(files, namePatterns);
  writeResults(record);
  if (interruption.signal.aborted) return false;
  // After a failure the document would lose what the failed tests cover.
  const checks = complete && testsPassed ? 'test/after-run/*.check.ts' : 'test/after-run/secrets.check.ts';
  return (await runFiles(globSync(checks, { cwd: project }).sort(), [])) && testsPassed;
}

async function printReport(): Promise<void> {
  const finished = new Promise((resolve) => reporter.once('end', resolve));
  reporter.end();
  await finished;
  process.stdout.write([...summary].map(([name, value]) => `ℹ ${name} ${value}\n`).join(''));
}

function interrupt(): void {
  // The second time is an order: what is still running is left to the guardian.
  if (interruption.signal.aborted) process.exit(130);
  interruption.abort();
}

const selection = readSelection(process.argv.slice(2));
process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);
reporter.pipe(process.stdout, { end: false });
const recordDirectory = await makeTemporaryDirectory('record');
process.env.KEYGRID_TEST_RECORD_DIRECTORY = recordDirectory;
const cluster = process.env.KEYGRID_TEST_DATABASE_URL ? undefined : await startPostgres();
if (cluster) process.env.KEYGRID_TEST_DATABASE_URL = cluster.url;
let success = false;
try {
  success = await runAll(selection, recordDirectory);
} finally {
  await cluster?.stop();
  await dismissGuardian();
}
await printReport();
process.exitCode = interruption.signal.aborted ? 130 : success ? 0 : 1;
