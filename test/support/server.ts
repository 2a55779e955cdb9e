/** The real server, as an operator starts it: the CLI in a process of its own, on a port that the system chose. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { guardProcess, makeTemporaryDirectory, refChild, releaseProcess, unrefChild } from './guardian.ts';
import { appendToRecord, findSecrets, rememberedSecrets, rememberSecret } from './secrets.ts';

const projectDirectory = fileURLToPath(new URL('../..', import.meta.url));
const keygridProgram = fileURLToPath(new URL('../../src/cli/keygrid.ts', import.meta.url));
const startMilliseconds = 30_000;
const stopMilliseconds = 15_000;

export interface ServerOptions {
  /** A data directory to go on with; without it, a fresh one. */
  dataDirectory?: string;
  /** Switches the engine to PostgreSQL. */
  databaseUrl?: string;
  /** Further flags of `keygrid start`. */
  flags?: string[];
  /** Settings on top of the test's usual ones; `undefined` takes one away. */
  environment?: Record<string, string | undefined>;
  /** For a start that shows generated secrets on purpose, such as `--demo`: its output is not searched. */
  printsSecrets?: boolean;
  /** Another program in the place of the CLI: for the test of this very support. */
  program?: string;
}

export interface RunningServer {
  /** Without a slash at the end. */
  url: string;
  superuserPassword: string;
  /** Still there after the stop, to start another server on it; removed at the end of the test process. */
  dataDirectory: string;
  /** Everything written so far to standard output and standard error. */
  output(): string;
  /**
   * Ends it and gives its exit code, or null if a signal ended it.
   * @throws Error when it does not end in time, or when its output holds a secret that a test used.
   */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  /** Ends it as a power cut would: SIGKILL. */
  kill(): Promise<void>;
}

/** Nothing of the caller's own settings, nor of the test runner's, reaches the server. */
function serverEnvironment(settings: Record<string, string | undefined>): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('KEYGRID_') && !name.startsWith('NODE_TEST_'),
  );
  return Object.fromEntries(
    [...inherited, ...Object.entries(settings)].filter(([, value]) => value !== undefined),
  );
}

function spawnServer(
  program: string,
  flags: string[],
  settings: Record<string, string | undefined>,
): ChildProcess {
  const child = spawn(process.execPath, [program, 'start', ...flags], {
    cwd: projectDirectory,
    env: serverEnvironment(settings),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const processId = child.pid;
  if (processId !== undefined) {
    guardProcess(processId, 'SIGKILL');
    child.once('exit', () => releaseProcess(processId));
  }
  return child;
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

/** Resolves after the last output as well, which may arrive later than the exit. */
async function waitUntilEnded(child: ChildProcess): Promise<void> {
  if (hasEnded(child) && child.stdout?.closed && child.stderr?.closed) return;
  refChild(child);
  await once(child, 'close');
}

async function stopChild(child: ChildProcess, signal: NodeJS.Signals, output: () => string): Promise<void> {
  if (!hasEnded(child)) child.kill(signal);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, stopMilliseconds);
  await waitUntilEnded(child);
  clearTimeout(timer);
  if (late) throw new Error(`The server did not end ${stopMilliseconds} ms after ${signal}:\n${output()}`);
}

function refuseSecretsIn(text: string): void {
  const leaked = findSecrets(text, rememberedSecrets());
  if (leaked.length === 0) return;
  const lines = text.split('\n').filter((line) => findSecrets(line, leaked).length > 0);
  throw new Error(`The server wrote secrets to its output (${leaked.join(', ')}):\n${lines.join('\n')}`);
}

/** The address in the line `listening on http://127.0.0.1:PORT`. */
async function waitForAddress(child: ChildProcess, output: () => string): Promise<string> {
  return await new Promise((resolve, reject) => {
    const fail = (what: string) => reject(new Error(`The server ${what}:\n${output()}`));
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      fail(`did not listen within ${startMilliseconds} ms`);
    }, startMilliseconds);
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      fail(`ended with ${code} before it listened`);
    });
    child.stdout?.on('data', () => {
      const address = /listening on (http:\/\/\S+?:\d+)(?=[\s"\\])/.exec(output());
      if (address?.[1] === undefined) return;
      clearTimeout(timer);
      resolve(address[1]);
    });
  });
}

/**
 * Starts a server and waits until it listens. It ends when stopped, and at the latest with the test process.
 * @throws Error with the server's output when it does not come to listen.
 */
export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const dataDirectory = options.dataDirectory ?? (await makeTemporaryDirectory('data'));
  const superuserPassword =
    options.environment?.KEYGRID_SUPERUSER_PASSWORD ?? randomBytes(18).toString('base64url');
  rememberSecret(superuserPassword);
  if (options.databaseUrl !== undefined) rememberSecret(new URL(options.databaseUrl).password);
  const child = spawnServer(options.program ?? keygridProgram, options.flags ?? [], {
    KEYGRID_DATA: dataDirectory,
    KEYGRID_PORT: '0',
    KEYGRID_LOG_LEVEL: 'debug',
    KEYGRID_SIGNUP: 'open',
    KEYGRID_DATABASE_URL: options.databaseUrl,
    KEYGRID_SUPERUSER_PASSWORD: superuserPassword,
    ...options.environment,
  });
  let text = '';
  const output = () => text;
  const collect = (chunk: string) => {
    text += chunk;
    if (!options.printsSecrets) appendToRecord('output', chunk);
  };
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', collect);

  const url = await waitForAddress(child, output);
  unrefChild(child);

  return {
    url,
    superuserPassword,
    dataDirectory,
    output,
    async stop(signal = 'SIGTERM') {
      await stopChild(child, signal, output);
      if (!options.printsSecrets) refuseSecretsIn(text);
      return child.exitCode;
    },
    async kill() {
      await stopChild(child, 'SIGKILL', output);
    },
  };
}
