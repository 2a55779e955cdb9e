/** Starting, pinning, watching and stopping the processes under measurement. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Where the servers run, and their database with them. */
export const serverCores = '0';
/** Where this process runs, and so the load generator. */
export const generatorCores = '1';
export const allCores = '0,1';

export const repositoryRoot = fileURLToPath(new URL('..', import.meta.url));

const children = new Set<ChildProcess>();
process.once('exit', killServers);

/** Ends every process started here at once, for a run that is given up. */
export function killServers(): void {
  for (const child of children) child.kill('SIGKILL');
}

export interface LaunchOptions {
  /** A TypeScript file, from the repository's root. */
  script: string;
  args?: readonly string[];
  env?: Record<string, string>;
  /** A list as `taskset` takes it; `any` leaves the choice to the system. */
  cores?: string;
}

export interface ServerProcess {
  pid: number;
  port: number;
  /** Sends SIGTERM, then waits for the end; kills what has not ended after 10 s. */
  stop(): Promise<void>;
}

/** Keeps this process, and what it starts without saying otherwise, on `cores`. */
export function pinThisProcess(cores: string): void {
  execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', cores, String(process.pid)]);
}

/** Starts a Node server and waits until it says where it listens. @throws Error when it ends before that. */
export async function startServer(options: LaunchOptions): Promise<ServerProcess> {
  const child = launch(options);
  const stop = (): Promise<void> => stopChild(child);
  const startTimer = setTimeout(() => child.kill('SIGKILL'), 30_000);
  for await (const line of createInterface({ input: child.stdout! })) {
    const port = /listening on http:\/\/[^:]+:(\d+)/.exec(line)?.[1];
    if (port === undefined) continue;
    clearTimeout(startTimer);
    // Unread output would fill the pipe and stop the server.
    child.stdout!.resume();
    return { pid: child.pid!, port: Number(port), stop };
  }
  clearTimeout(startTimer);
  await stop();
  throw new Error(`${options.script} ended before it listened, exit code ${child.exitCode}`);
}

/** What `prepare` gives; when it throws, the server is stopped first. */
export async function orStop<Prepared>(
  server: ServerProcess,
  prepare: () => Promise<Prepared>,
): Promise<Prepared> {
  try {
    return await prepare();
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** Runs a Node script to its end and returns its standard output. @throws Error when it fails. */
export async function runScript(options: LaunchOptions): Promise<string> {
  const child = launch(options);
  let output = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${options.script} failed, exit code ${code}`);
  return output;
}

function launch({ script, args = [], env = {}, cores = serverCores }: LaunchOptions): ChildProcess {
  const node = [process.execPath, script, ...args];
  const [program = '', ...programArgs] = cores === 'any' ? node : ['taskset', '--cpu-list', cores, ...node];
  const child = spawn(program, programArgs, {
    cwd: repositoryRoot,
    env: { ...process.env, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  const killTimer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  child.kill('SIGTERM');
  await ended;
  clearTimeout(killTimer);
}

/** Processor time of a process since its start, all threads, in seconds. */
export function processorSeconds(pid: number): number {
  const ticksPerSecond = 100;
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/**
 * Resident memory in MiB: now (`VmRSS`), the most there ever was (`VmHWM`), or now without pages of mapped files, which
 * the system takes back as it needs them (`RssAnon`).
 */
export function residentMebibytes(pid: number, field: 'VmRSS' | 'VmHWM' | 'RssAnon'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1];
  if (kibibytes === undefined) throw new Error(`no ${field} in /proc/${pid}/status`);
  return Number(kibibytes) / 1024;
}
