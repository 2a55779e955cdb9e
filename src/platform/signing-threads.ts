/**
 * RS256 signatures under load, by threads that are kept at work. The thread pool has to be woken for a signature and
 * wakes this thread for its answer, which costs much of what the rest of a token request does; here both see the same
 * memory. Where the threads do not keep up, this one takes its part between requests.
 */
import { type KeyObject, sign } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { mostBytes, places, type SigningRing, signingRing } from './signing-ring.ts';

export interface SigningThreads {
  /** Undefined where there is no room. */
  sign(key: KeyObject, bytes: Buffer): Promise<Buffer> | undefined;
}

export interface SigningThreadOptions {
  count: number;
  /** Without anything to sign. */
  endsAfterMilliseconds?: number;
  /** Signs what no thread could. */
  otherwise(key: KeyObject, bytes: Buffer): Promise<Buffer>;
  /** From then on nothing is signed here. */
  onEnd(): void;
}

/** What a thread is started with. */
export interface ThreadData {
  shared: SharedArrayBuffer;
  endsAfterMilliseconds: number;
}

export interface KeyMessage {
  number: number;
  key: KeyObject;
}

interface Waiting {
  key: KeyObject;
  bytes: Buffer;
  resolve(signature: Buffer | Promise<Buffer>): void;
}

/** Each thread keeps the keys that it met last: of one that it has forgotten it signs nothing, and is sent it again. */
export const keysKept = 1000;
/** More that wait for a thread are helped with. */
const waitingForEach = 3;

const workerFile = new URL(`./signing-worker.${import.meta.url.split('.').at(-1)}`, import.meta.url);

export function startSigningThreads(options: SigningThreadOptions): SigningThreads {
  const { count, endsAfterMilliseconds = 30_000, otherwise, onEnd } = options;
  const ring = signingRing();
  const waiting: (Waiting | undefined)[] = new Array(places).fill(undefined);
  const keyNumbers = new Map<KeyObject, number>();
  let keysSent = 0;
  let isHelping = false;
  let isReady = false;
  let hasEnded = false;
  const threads = new Set<Worker>();
  for (let started = 0; started < count; started++) startThread();
  // Where none is to be had now, there may be later.
  if (threads.size === 0) setTimeout(end, endsAfterMilliseconds).unref();

  /** One less where the system has no more. */
  function startThread(): void {
    const workerData: ThreadData = { shared: ring.shared, endsAfterMilliseconds };
    let thread: Worker;
    try {
      thread = new Worker(workerFile, { workerData });
    } catch {
      return;
    }
    threads.add(thread);
    thread.once('online', () => {
      isReady = true;
    });
    thread.on('message', takeAnswers);
    thread.on('error', end);
    thread.once('exit', () => {
      threads.delete(thread);
      if (threads.size === 0) end();
    });
    // Last, since to listen for messages keeps the process.
    thread.unref();
  }

  /** What a thread has taken and not answered may be written yet, so that no place is used again. */
  function end(): void {
    if (hasEnded) return;
    hasEnded = true;
    takeAnswers();
    for (const place of waiting.keys()) settle(place, 'failed');
    onEnd();
  }

  function numberOf(key: KeyObject): number {
    let number = keyNumbers.get(key);
    if (number === undefined) {
      if (keyNumbers.size === keysKept) keyNumbers.clear();
      number = ++keysSent;
      keyNumbers.set(key, number);
      const message: KeyMessage = { number, key };
      for (const thread of threads) thread.postMessage(message);
    }
    return number;
  }

  function settle(place: number, answer: Buffer | 'failed'): void {
    const one = waiting[place];
    if (!one) return;
    waiting[place] = undefined;
    if (answer === 'failed') keyNumbers.delete(one.key);
    one.resolve(answer === 'failed' ? otherwise(one.key, one.bytes) : answer);
  }

  function takeAnswers(): void {
    ring.heard();
    for (const place of waiting.keys()) {
      const answer = waiting[place] ? ring.answerAt(place) : 'open';
      if (answer !== 'open') settle(place, answer);
    }
  }

  function help(): void {
    isHelping = false;
    if (hasEnded || !needsHelp(ring, threads.size)) return;
    const next = ring.take();
    if (next) settle(next.place, signatureOrFailed(waiting[next.place]!));
    helpIfNeeded();
  }

  function helpIfNeeded(): void {
    if (isHelping || !needsHelp(ring, threads.size)) return;
    isHelping = true;
    setImmediate(help);
  }

  return {
    sign(key, bytes) {
      if (!isReady || hasEnded || bytes.length > mostBytes || waiting[ring.nextPlace()]) return undefined;
      return new Promise((resolve) => {
        waiting[ring.nextPlace()] = { key, bytes, resolve };
        ring.ask(numberOf(key), bytes);
        helpIfNeeded();
      });
    },
  };
}

const needsHelp = (ring: SigningRing, threads: number): boolean => ring.waiting() > waitingForEach * threads;

function signatureOrFailed({ key, bytes }: Waiting): Buffer | 'failed' {
  try {
    return sign('sha256', bytes, key);
  } catch {
    // Whoever signs it otherwise meets the same, and says it.
    return 'failed';
  }
}
