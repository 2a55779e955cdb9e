/**
 * The load generator: some connections, each with one request in flight, every answer's status and body checked.
 *
 * `autocannon` was measured first. It is quick enough (80 thousand requests/s from one core with `verifyBody`),
 * but takes 0.93 of that core where this takes 0.74, has latencies in whole milliseconds, and cannot give each
 * request a body of its own with an expectation of its own.
 */
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { HttpConnection } from './http-connection.ts';

export interface LoadRequest {
  /** The whole request as it goes over the wire. */
  readonly bytes: Buffer;
  /** What a right answer's body contains. */
  readonly expectedInBody: Buffer;
  /** 200 unless said otherwise. */
  readonly expectedStatus?: number;
  /** What a right answer's status line and headers contain. */
  readonly expectedInHead?: string;
  /** What else is wrong with a body, in words; undefined when nothing is. Only valid during the call, as in `onAnswer`. */
  readonly findFault?: (body: Buffer) => string | undefined;
  /** Told of every right answer before the connection asks again; `body` is only valid during the call. */
  readonly onAnswer?: (body: Buffer, head: string) => void;
}

/** Gives connection number `connection` its next request; undefined when there is none left, which ends the load. */
export type NextRequest = (connection: number) => LoadRequest | undefined;

export interface LoadOptions {
  port: number;
  connections: number;
  seconds: number;
  /** Load before the measuring begins; its answers are checked but not counted. */
  warmUpSeconds: number;
  nextRequest: NextRequest;
  /** Requests/s over all connections, evenly spaced; without it each connection asks again at once. */
  pace?: number;
}

export interface LoadResult {
  requestsPerSecond: number;
  p50Milliseconds: number;
  p99Milliseconds: number;
  maxMilliseconds: number;
  wrongAnswers: number;
  /** The first few wrong answers, described. */
  wrongExamples: string[];
  /** The last body that each connection received: what an audit after the round looks at. */
  lastBodies: string[];
  /** Share of one core that this process used, load of other runs at the same time included. */
  generatorBusy: number;
}

/** The wrong answers of a run in words; none when all were right. */
export function describeWrongAnswers({ wrongAnswers, wrongExamples }: LoadResult): string[] {
  const others = wrongAnswers - wrongExamples.length;
  return others > 0 ? [...wrongExamples, `and ${others} more wrong answers`] : [...wrongExamples];
}

const answerTimeoutMilliseconds = 15_000;

/** Applies the load and resolves when the time is up and every request in flight is answered. */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const run = new LoadRun(options);
  await run.open();
  const cpuAtStart = process.cpuUsage();
  const startedAt = performance.now();
  await run.finish();
  const cpu = process.cpuUsage(cpuAtStart);
  const busyMilliseconds = (cpu.user + cpu.system) / 1000;
  return { ...run.result(), generatorBusy: busyMilliseconds / (performance.now() - startedAt) };
}

/** One connection's part of a run. */
interface Lane {
  readonly number: number;
  connection: HttpConnection;
  /** Undefined before the first. */
  request: LoadRequest | undefined;
  /** When the request was sent or, in a paced run, was due: waiting for one's turn counts as latency. */
  askedAt: number;
  lastBody: Buffer;
}

/** What is wrong with an answer; undefined when nothing is. */
function faultOf(request: LoadRequest, status: number, body: Buffer, head: string): string | undefined {
  const { expectedStatus = 200, expectedInHead = '', expectedInBody } = request;
  const isAsExpected =
    status === expectedStatus && head.includes(expectedInHead) && body.indexOf(expectedInBody) >= 0;
  if (isAsExpected) return request.findFault?.(body);
  return `expected ${`${expectedInHead} ${expectedInBody}`.trim()}`;
}

class LoadRun {
  readonly #options: LoadOptions;
  readonly #lanes: Lane[] = [];
  readonly #latencies: RecordableHistogram = createHistogram({ lowest: 1, highest: 60_000_000, figures: 3 });
  readonly #wrongExamples: string[] = [];
  #wrongAnswers = 0;
  #lanesAtWork = 0;
  #countedFrom = 0;
  #countedUntil = 0;
  #finished = Promise.withResolvers<void>();

  constructor(options: LoadOptions) {
    this.#options = options;
  }

  async open(): Promise<void> {
    for (let number = 0; number < this.#options.connections; number++) {
      const lane: Lane = {
        number,
        connection: await HttpConnection.open(
          this.#options.port,
          (status, body, head) => this.#answered(lane, status, body, head),
          (reason) => this.#broken(lane, reason),
        ),
        request: undefined,
        askedAt: 0,
        lastBody: Buffer.alloc(0),
      };
      this.#lanes.push(lane);
    }
  }

  async finish(): Promise<void> {
    const now = performance.now();
    this.#countedFrom = now + this.#options.warmUpSeconds * 1000;
    this.#countedUntil = this.#countedFrom + this.#options.seconds * 1000;
    this.#lanesAtWork = this.#lanes.length;
    for (const lane of this.#lanes) {
      if (!this.#ask(lane, now, now + this.#firstDelay(lane))) this.#laneDone();
    }
    const timeout = new AbortController();
    await Promise.race([this.#finished.promise, this.#unanswered(timeout.signal)]);
    timeout.abort();
    for (const lane of this.#lanes) lane.connection.close();
  }

  result(): Omit<LoadResult, 'generatorBusy'> {
    const latencies = this.#latencies;
    return {
      requestsPerSecond: (latencies.count * 1000) / Math.max(1, this.#countedUntil - this.#countedFrom),
      p50Milliseconds: latencies.percentile(50) / 1000,
      p99Milliseconds: latencies.percentile(99) / 1000,
      maxMilliseconds: latencies.max / 1000,
      wrongAnswers: this.#wrongAnswers,
      wrongExamples: this.#wrongExamples,
      lastBodies: this.#lanes.map((lane) => lane.lastBody.toString()),
    };
  }

  #firstDelay(lane: Lane): number {
    return this.#options.pace === undefined ? 0 : (lane.number * 1000) / this.#options.pace;
  }

  /** Whether there was something left to ask at `now`. */
  #ask(lane: Lane, now: number, dueAt: number): boolean {
    const request = this.#options.nextRequest(lane.number);
    if (request === undefined) {
      // Only the time in which every connection was at work counts.
      this.#countedUntil = Math.min(this.#countedUntil, now);
      return false;
    }
    lane.request = request;
    lane.askedAt = dueAt;
    const delay = dueAt - performance.now();
    if (delay > 0) setTimeout(() => lane.connection.send(request.bytes), delay);
    else lane.connection.send(request.bytes);
    return true;
  }

  #answered(lane: Lane, status: number, body: Buffer, head: string): void {
    const now = performance.now();
    const fault = faultOf(lane.request!, status, body, head);
    if (fault === undefined) lane.request!.onAnswer?.(body, head);
    else this.#wrong(`status ${status}, ${fault} in ${body.toString('utf8', 0, 300)}`);
    if (now >= this.#countedFrom && now < this.#countedUntil) {
      this.#latencies.record(Math.max(1, Math.round((now - lane.askedAt) * 1000)));
    }
    if (now < this.#countedUntil && this.#ask(lane, now, this.#nextDue(lane, now))) return;
    lane.lastBody = Buffer.from(body);
    this.#laneDone();
  }

  #nextDue(lane: Lane, now: number): number {
    const { pace, connections } = this.#options;
    return pace === undefined ? now : lane.askedAt + (connections * 1000) / pace;
  }

  #broken(lane: Lane, reason: string): void {
    this.#wrong(`connection ${lane.number}: ${reason}`);
    this.#laneDone();
  }

  #wrong(description: string): void {
    this.#wrongAnswers += 1;
    if (this.#wrongExamples.length < 3) this.#wrongExamples.push(description);
  }

  #laneDone(): void {
    this.#lanesAtWork -= 1;
    if (this.#lanesAtWork === 0) this.#finished.resolve();
  }

  async #unanswered(signal: AbortSignal): Promise<void> {
    const limit = this.#countedUntil - performance.now() + answerTimeoutMilliseconds;
    // An abort means that every answer came; nobody looks at the race's loser.
    await sleep(limit, undefined, { signal }).then(
      () => this.#wrong(`${this.#lanesAtWork} requests unanswered after ${answerTimeoutMilliseconds} ms`),
      () => undefined,
    );
  }
}
