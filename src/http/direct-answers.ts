/**
 * Answers that are given without the framework, which costs as much as all else of a small answer. Who gives them gives
 * the very answer that the route would, and leaves whatever it is not sure of to the route.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Awaitable, andThen } from '../core/awaitable.ts';
import type { Clock } from '../core/ports.ts';
import { isWorthCompressing, variesByEncoding } from './compression.ts';

declare module 'fastify' {
  interface FastifyInstance {
    directAnswers: DirectAnswers;
  }
}

/** With status 200. */
export interface DirectAnswer {
  /** Names in lower case, each with its value behind it; without length, `vary` and request id. */
  headers: readonly string[];
  /** What the answer depends on, besides whether it may come compressed. */
  vary: string | undefined;
  body: string;
}

/** Of a GET. Undefined for what is left to the route. It never throws nor rejects. */
export type DirectAnswerer = (request: IncomingMessage) => Awaitable<DirectAnswer | undefined>;

export interface DirectAnswers {
  add(answerer: DirectAnswerer): void;
  /** Such answers pass no hook: `listener` hears of them. */
  onAnswer(listener: (seconds: number) => void): void;
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
  const listeners: ((seconds: number) => void)[] = [];

  function find(request: IncomingMessage): Awaitable<DirectAnswer | undefined> {
    for (const answerer of answerers) {
      const answer = answerer(request);
      if (answer) return answer;
    }
    return undefined;
  }

  function send(
    request: IncomingMessage,
    response: ServerResponse,
    { headers, vary, body }: DirectAnswer,
  ): boolean {
    const mayBeCompressed = isWorthCompressing(body);
    if (mayBeCompressed && request.headers['accept-encoding'] !== undefined) return false;
    const varies = mayBeCompressed ? variesByEncoding(vary) : vary;
    response.writeHead(200, [
      ...headers,
      ...(varies === undefined ? [] : ['vary', varies]),
      ...['content-length', String(Buffer.byteLength(body)), 'x-request-id', nextRequestId()],
    ]);
    response.end(body);
    return true;
  }

  return {
    stop: () => void answerers.splice(0),
    add: (answerer) => void answerers.push(answerer),
    onAnswer: (listener) => void listeners.push(listener),
    answer(request, response) {
      if (request.method !== 'GET' || mayHaveBody(request)) return false;
      const startedAt = clock.now();
      return andThen(find(request), (answer) => {
        if (!answer || !send(request, response, answer)) return false;
        const seconds = (clock.now() - startedAt) / 1000;
        for (const listener of listeners) listener(seconds);
        return true;
      });
    },
  };
}
