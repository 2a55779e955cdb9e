/**
 * Answers that are given without the framework, which costs as much as all else of a small answer. Who gives them gives
 * the very answer that the route would, and leaves whatever it is not sure of to the route.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
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

/** Of a GET. Undefined for what is left to the route. */
export type DirectAnswerer = (request: IncomingMessage) => DirectAnswer | undefined;

export interface DirectAnswers {
  add(answerer: DirectAnswerer): void;
  /** Such answers pass no hook: `listener` hears of them. */
  onAnswer(listener: (seconds: number) => void): void;
  /** From now on all is left to the routes: a server that stops tells its peers so there. */
  stop(): void;
  /** Whether it answered. */
  answer(request: IncomingMessage, response: ServerResponse): boolean;
}

/** Of a body the route may have something to say, even of one that nobody reads. */
const mayHaveBody = ({ headers }: IncomingMessage): boolean =>
  headers['content-length'] !== undefined ||
  headers['transfer-encoding'] !== undefined ||
  headers['content-encoding'] !== undefined;

export function createDirectAnswers(clock: Clock, nextRequestId: () => string): DirectAnswers {
  const answerers: DirectAnswerer[] = [];
  const listeners: ((seconds: number) => void)[] = [];

  function find(request: IncomingMessage): DirectAnswer | undefined {
    for (const answerer of answerers) {
      const answer = answerer(request);
      if (answer) return answer;
    }
    return undefined;
  }

  return {
    stop: () => void answerers.splice(0),
    add: (answerer) => void answerers.push(answerer),
    onAnswer: (listener) => void listeners.push(listener),
    answer(request, response) {
      if (request.method !== 'GET' || mayHaveBody(request)) return false;
      const startedAt = clock.now();
      const answer = find(request);
      if (!answer) return false;
      const { headers, body } = answer;
      let { vary } = answer;
      if (isWorthCompressing(body)) {
        if (request.headers['accept-encoding'] !== undefined) return false;
        vary = variesByEncoding(vary);
      }
      response.writeHead(200, [
        ...headers,
        ...(vary === undefined ? [] : ['vary', vary]),
        ...['content-length', String(Buffer.byteLength(body)), 'x-request-id', nextRequestId()],
      ]);
      response.end(body);
      const seconds = (clock.now() - startedAt) / 1000;
      for (const listener of listeners) listener(seconds);
      return true;
    },
  };
}
