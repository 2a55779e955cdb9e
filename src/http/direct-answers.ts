/**
 * Answers that are given without the framework, which costs as much as all else of a small answer. Who gives them gives
 * the very answer that the route would, and leaves whatever it is not sure of to the route.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Awaitable, andThen } from '../core/awaitable.ts';
import type { Clock } from '../core/ports.ts';
import { acceptsGzip, compress, isWorthCompressing, variesByEncoding } from './compression.ts';
import { giveBack, lengthToTake, takeBody } from './taken-bodies.ts';

declare module 'fastify' {
  interface FastifyInstance {
    directAnswers: DirectAnswers;
  }
}

/** With status 200, and no secret, which must not be compressed (see compression.ts). */
export interface DirectAnswer {
  /** Names in lower case, each with its value behind it; without length, `vary` and request id. */
  headers: readonly string[];
  /** What the answer depends on, besides whether it may come compressed. */
  vary: string | undefined;
  body: string;
}

/** Of a GET. Undefined for what is left to the route. It never throws nor rejects. */
export type DirectAnswerer = (request: IncomingMessage) => Awaitable<DirectAnswer | undefined>;

/** Of a POST, of which the body has not come yet. Undefined for what is left to the route. It never throws. */
export type DirectTaker = (request: IncomingMessage) => TakenRequest | undefined;
/** What becomes of the whole body. Undefined for what is left to the route. It never throws nor rejects. */
export type TakenRequest = (body: Buffer) => Awaitable<DirectAnswer | undefined>;

export interface DirectAnswers {
  add(answerer: DirectAnswerer): void;
  addTaker(taker: DirectTaker): void;
  /** Such answers pass no hook: `listener` hears of them. */
  onAnswer(listener: (method: string, seconds: number) => void): void;
  /** From now on all is left to the routes: a server that stops tells its peers so there. */
  stop(): void;
  /** Whether it answered. */
  answer(request: IncomingMessage, response: ServerResponse): Awaitable<boolean>;
}

/** Of a body the route may have something to say, even of one that nobody reads. */
const mayHaveBody = ({ headers }: IncomingMessage): boolean =>
  headers['content-length'] !== undefined ||
  headers['transfer-encoding'] !== undefined ||
  headers['content-encoding'] !== undefined;

export function createDirectAnswers(clock: Clock, nextRequestId: () => string): DirectAnswers {
  const answerers: DirectAnswerer[] = [];
  const takers: DirectTaker[] = [];
  const listeners: ((method: string, seconds: number) => void)[] = [];

  function read(request: IncomingMessage): Awaitable<DirectAnswer | undefined> {
    if (mayHaveBody(request)) return undefined;
    for (const answerer of answerers) {
      const answer = answerer(request);
      if (answer) return answer;
    }
    return undefined;
  }

  function take(request: IncomingMessage): Awaitable<DirectAnswer | undefined> {
    const length = lengthToTake(request);
    if (length === undefined) return undefined;
    for (const taker of takers) {
      const taken = taker(request);
      if (taken) return answerTaken(request, length, taken);
    }
    return undefined;
  }

  function find(request: IncomingMessage): Awaitable<DirectAnswer | undefined> {
    if (request.method === 'GET') return read(request);
    return request.method === 'POST' ? take(request) : undefined;
  }

  function send(response: ServerResponse, headers: readonly string[], body: string | Buffer): void {
    const length = ['content-length', String(Buffer.byteLength(body)), 'x-request-id', nextRequestId()];
    response.writeHead(200, [...headers, ...length]);
    response.end(body);
  }

  function sendAnswer(
    { headers: asked }: IncomingMessage,
    response: ServerResponse,
    { headers, vary, body }: DirectAnswer,
  ): Awaitable<void> {
    if (!isWorthCompressing(body)) {
      return send(response, vary === undefined ? headers : [...headers, 'vary', vary], body);
    }
    const varying = [...headers, 'vary', variesByEncoding(vary)];
    if (!acceptsGzip(asked['accept-encoding'])) return send(response, varying, body);
    return compress(body).then((packed) => send(response, [...varying, 'content-encoding', 'gzip'], packed));
  }

  return {
    stop() {
      answerers.length = 0;
      takers.length = 0;
    },
    add: (answerer) => void answerers.push(answerer),
    addTaker: (taker) => void takers.push(taker),
    onAnswer: (listener) => void listeners.push(listener),
    answer(request, response) {
      const startedAt = clock.now();
      return andThen(find(request), (answer) => {
        if (!answer) return false;
        return andThen(sendAnswer(request, response, answer), () => {
          // The clock may have been put back.
          const seconds = Math.max(0, clock.now() - startedAt) / 1000;
          for (const listener of listeners) listener(request.method!, seconds);
          return true;
        });
      });
    },
  };
}

async function answerTaken(
  request: IncomingMessage,
  length: number,
  taken: TakenRequest,
): Promise<DirectAnswer | undefined> {
  const body = await takeBody(request, length);
  const answer = await taken(body);
  if (!answer) giveBack(request, body);
  return answer;
}
