/** The program behind guardian.ts: keeps a list of what to clean up, and cleans up when its input ends. */
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { GuardianMessage } from './guardian.ts';

const patienceMilliseconds = 5000;
const processes = new Map<number, NodeJS.Signals>();
const directories = new Set<string>();

function note(message: GuardianMessage): void {
  if (message.verb === 'guard-process') processes.set(message.processId, message.signal);
  else if (message.verb === 'release-process') processes.delete(message.processId);
  else directories.add(message.path);
}

function send(processId: number, signal: NodeJS.Signals): void {
  try {
    process.kill(processId, signal);
  } catch {
    // It has ended already.
  }
}

/** A process that ended without a parent to collect it stays visible, as a zombie: it counts as ended. */
function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return !readFileSync(`/proc/${processId}/stat`, 'utf8').includes(') Z ');
  } catch (error) {
    return process.platform !== 'linux' && error instanceof Error && !error.message.includes('ESRCH');
  }
}

async function endProcess(processId: number, signal: NodeJS.Signals): Promise<void> {
  send(processId, signal);
  const deadline = Date.now() + patienceMilliseconds;
  while (isRunning(processId)) {
    if (Date.now() > deadline) {
      send(processId, 'SIGKILL');
      return;
    }
    await delay(20);
  }
}

for await (const line of createInterface({ input: process.stdin })) note(JSON.parse(line));
await Promise.all([...processes].map(([processId, signal]) => endProcess(processId, signal)));
for (const path of directories) await rm(path, { recursive: true, force: true, maxRetries: 5 });
