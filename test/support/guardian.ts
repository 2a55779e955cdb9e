/**
 * Sees to it that nothing a test process started outlives it, however it ends: normally, by a failure, by Ctrl-C
 * or by SIGKILL. A small process of its own holds the other end of a pipe; when the pipe closes, it ends the
 * processes and removes the directories that it was told of.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const guardianProgram = fileURLToPath(new URL('./guardian-process.ts', import.meta.url));

export type GuardianMessage =
  | { verb: 'guard-process'; processId: number; signal: NodeJS.Signals }
  | { verb: 'release-process'; processId: number }
  | { verb: 'guard-directory'; path: string };

let guardian: ChildProcess | undefined;

/** Lets the event loop end although the child and its pipes are open. */
export function unrefChild(child: ChildProcess): void {
  child.unref();
  for (const stream of child.stdio) if (stream instanceof Socket) stream.unref();
}

/** The opposite of `unrefChild`: while something of the child is awaited, the event loop must not end. */
export function refChild(child: ChildProcess): void {
  child.ref();
  for (const stream of child.stdio) if (stream instanceof Socket) stream.ref();
}

function startGuardian(): ChildProcess {
  // Detached: a Ctrl-C or a kill of the whole process group must not reach it before its work is done.
  const child = spawn(process.execPath, [guardianProgram], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: {},
  });
  child.stdin?.on('error', () => {});
  unrefChild(child);
  // The usual end: everything is cleaned up before this process is gone, and nothing is orphaned.
  process.once('beforeExit', dismissGuardian);
  return child;
}

function tell(message: GuardianMessage): void {
  guardian ??= startGuardian();
  guardian.stdin?.write(`${JSON.stringify(message)}\n`);
}

/** Ends the process by `signal`, and by SIGKILL if that does not help, once this process is gone. */
export function guardProcess(processId: number, signal: NodeJS.Signals): void {
  tell({ verb: 'guard-process', processId, signal });
}

/** To be called when a guarded process has ended: its id may then become another's. */
export function releaseProcess(processId: number): void {
  tell({ verb: 'release-process', processId });
}

/** A fresh directory that is removed when this process is gone. */
export async function makeTemporaryDirectory(name: string): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), `keygrid-test-${name}-`));
  tell({ verb: 'guard-directory', path });
  return path;
}

/** Lets the guardian do its work now, and waits for it. */
export async function dismissGuardian(): Promise<void> {
  if (guardian === undefined) return;
  const leaving = guardian;
  guardian = undefined;
  refChild(leaving);
  const exit = once(leaving, 'exit');
  leaving.stdin?.end();
  await exit;
}
