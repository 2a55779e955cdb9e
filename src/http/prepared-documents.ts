/**
 * Documents that are the same for everyone, answered again without the way to their route: for a second, and not beyond
 * any change of what documents are made of.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import { BoundedCache } from '../core/bounded-cache.ts';
import type { Clock } from '../core/ports.ts';
import { isWorthCompressing } from './compression.ts';

declare module 'fastify' {
  interface FastifyInstance {
    preparedDocuments: PreparedDocuments;
  }
}

export interface PreparedDocuments {
  /** To be called before `reply` is sent with the document. */
  keep(reply: FastifyReply, document: string): void;
  forget(): void;
  /** Whether it answered. Such answers pass no hook: `listener` hears of them. */
  answer(request: IncomingMessage, response: ServerResponse): boolean;
  onAnswer(listener: () => void): void;
}

interface Prepared {
  headers: string[];
  document: string;
  isCompressible: boolean;
  /** Milliseconds since the epoch. */
  until: number;
}

const lifetimeMilliseconds = 1000;
const documentsKept = 1000;
/** Nobody asks at longer addresses but to fill the memory. */
const longestAddress = 512;

export function prepareDocuments(clock: Clock, nextRequestId: () => string): PreparedDocuments {
  const kept = new BoundedCache<string, Prepared>(documentsKept);
  const listeners: (() => void)[] = [];

  function find({ method, url = '', headers }: IncomingMessage): Prepared | undefined {
    const prepared = method === 'GET' ? kept.get(url) : undefined;
    if (!prepared || prepared.until <= clock.now()) return undefined;
    return prepared.isCompressible && headers['accept-encoding'] !== undefined ? undefined : prepared;
  }

  return {
    keep(reply, document) {
      if (reply.request.originalUrl.length > longestAddress) return;
      const isCompressible = isWorthCompressing(document);
      const headers = Object.entries({
        ...reply.getHeaders(),
        ...(isCompressible && { vary: 'Accept-Encoding' }),
        'content-length': Buffer.byteLength(document),
      }).filter(([name]) => name !== 'x-request-id');
      kept.set(reply.request.originalUrl, {
        headers: headers.flat().map(String),
        document,
        isCompressible,
        until: clock.now() + lifetimeMilliseconds,
      });
    },
    forget: () => kept.clear(),
    answer(request, response) {
      const prepared = find(request);
      if (!prepared) return false;
      response.writeHead(200, [...prepared.headers, 'x-request-id', nextRequestId()]);
      response.end(prepared.document);
      for (const listener of listeners) listener();
      return true;
    },
    onAnswer: (listener) => void listeners.push(listener),
  };
}
