/** A thread that signs: see signing-threads.ts. It ends when nothing was asked of it for a while. */
import { type KeyObject, sign } from 'node:crypto';
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { BoundedCache } from '../core/bounded-cache.ts';
import { type Signable, signingRing } from './signing-ring.ts';
import { type KeyMessage, keysKept, type ThreadData } from './signing-threads.ts';

/** As long as it takes to sleep and to be woken. */
const awakeMilliseconds = 0.3;

const port = parentPort as MessagePort;
const { shared, endsAfterMilliseconds } = workerData as ThreadData;
const ring = signingRing(shared);
const keys = new BoundedCache<number, KeyObject>(keysKept);

/** A key is sent before it is asked for. */
function findKey(number: number): KeyObject | undefined {
  for (;;) {
    const known = keys.get(number);
    if (known) return known;
    const received = receiveMessageOnPort(port)?.message as KeyMessage | undefined;
    if (!received) return undefined;
    keys.set(received.number, received.key);
  }
}

function signatureOf({ key: number, bytes }: Signable): Buffer | undefined {
  const key = findKey(number);
  try {
    return key && sign('sha256', bytes, key);
  } catch {
    // The thread that asked tries itself, and meets the same.
    return undefined;
  }
}

function signNext(): boolean {
  const next = ring.take();
  if (!next) return false;
  ring.answer(next.place, signatureOf(next));
  if (ring.ring()) port.postMessage(undefined);
  return true;
}

let workedAt = performance.now();
for (;;) {
  if (signNext()) workedAt = performance.now();
  else if (performance.now() - workedAt > awakeMilliseconds) {
    if (!ring.sleep(endsAfterMilliseconds)) break;
    workedAt = performance.now();
  }
}
