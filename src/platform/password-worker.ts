/** A thread that hashes passwords: see password-threads.ts. It ends when nothing was asked of it for a while. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { type PasswordJob, performPasswordJobHere } from './password-job.ts';
import type { Outcomes, ThreadData } from './password-threads.ts';

const port = parentPort as MessagePort;
const { endsAfterMilliseconds } = workerData as ThreadData;

function outcomeOf(job: PasswordJob): Outcomes[number] {
  try {
    return { status: 'fulfilled', value: performPasswordJobHere(job) };
  } catch (reason) {
    return { status: 'rejected', reason };
  }
}

const ending = setTimeout(() => port.close(), endsAfterMilliseconds);
port.on('message', (jobs: PasswordJob[]) => {
  port.postMessage(jobs.map(outcomeOf));
  ending.refresh();
});
