/** The command line as an operator calls it: a process of its own, its output and its exit code. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { guardProcess, releaseProcess } from '../support/guardian.ts';
import type { WireJson } from '../support/http.ts';
import { rememberSecretsIn } from '../support/secrets.ts';

const projectDirectory = fileURLToPath(new URL('../..', import.meta.url));
const program = fileURLToPath(new URL('../../src/cli/keygrid.ts', import.meta.url));
const patience = 60_000;

export interface CommandOptions {
  dataDirectory?: string;
  databaseUrl?: string;
  environment?: Record<string, string>;
  /** What standard input holds; nothing unless given. */
  input?: string;
  workingDirectory?: string;
}

export interface CommandOutcome {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

function environmentOf({ dataDirectory, databaseUrl, environment }: CommandOptions): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('KEYGRID_') && !name.startsWith('NODE_TEST_'),
  );
  return {
    ...Object.fromEntries(inherited),
    ...(dataDirectory === undefined ? {} : { KEYGRID_DATA: dataDirectory }),
    ...(databaseUrl === undefined ? {} : { KEYGRID_DATABASE_URL: databaseUrl }),
    ...environment,
  };
}

/** Runs `keygrid` with these arguments to its end. */
export async function runKeygrid(
  commandArguments: string[],
  options: CommandOptions = {},
): Promise<CommandOutcome> {
  const child = spawn(process.execPath, [program, ...commandArguments], {
    cwd: options.workingDirectory ?? projectDirectory,
    env: environmentOf(options),
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: patience,
    killSignal: 'SIGKILL',
  });
  const processId = child.pid ?? 0;
  guardProcess(processId, 'SIGKILL');
  child.stdin.on('error', () => {}).end(options.input ?? '');
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  const [exitCode] = (await once(child, 'close')) as [number | null];
  releaseProcess(processId);
  const [stdout, stderr] = await output;
  return { exitCode, stdout, stderr };
}

/** The JSON of a command that is to succeed. */
export async function runForJson(commandLine: string, options: CommandOptions = {}): Promise<WireJson> {
  const outcome = await runKeygrid([...commandLine.split(' '), '--json'], options);
  assert.equal(outcome.exitCode, 0, `${commandLine}: ${outcome.stderr}`);
  const parsed: WireJson = JSON.parse(outcome.stdout);
  rememberSecretsIn(parsed);
  return parsed;
}

/** A command that is to fail: one sentence on standard error, nothing on standard output, no stack. */
export async function runForProblem(
  commandLine: string | string[],
  options: CommandOptions = {},
): Promise<string> {
  const given = typeof commandLine === 'string' ? commandLine.split(' ') : commandLine;
  const { exitCode, stdout, stderr } = await runKeygrid(given, options);
  assert.notEqual(exitCode, 0, `${given.join(' ')} succeeded: ${stdout}`);
  assert.ok(exitCode !== null, `${given.join(' ')} was killed`);
  assert.equal(stdout, '');
  assert.match(stderr, /^keygrid: .+/);
  assert.doesNotMatch(stderr, /\n\s+at |node:internal|Error:/);
  return stderr.replace(/^keygrid: /, '').trim();
}

/** Asks again until `isSo` answers true. @throws AssertionError after `milliseconds` */
export async function until(what: string, isSo: () => Promise<boolean>, milliseconds = 1000): Promise<void> {
  const deadline = performance.now() + milliseconds;
  while (!(await isSo())) {
    assert.ok(performance.now() < deadline, `${what}: not within ${milliseconds} ms`);
    await delay(20);
  }
}
