/**
 * Documents that are the same for everyone, answered again without the way to their route: for a second, and not beyond
 * any change of what documents are made of.
 */
import type { IncomingMessage } from 'node:http';
import type { FastifyReply } from 'fastify';
import { BoundedCache } from '../core/bounded-cache.ts';
import type { Clock } from '../core/ports.ts';
import { isWorthCompressing } from './compression.ts';
import type { DirectAnswer } from './direct-answers.ts';

declare module 'fastify' {
  interface FastifyInstance {
    preparedDocuments: PreparedDocuments;
  }
}

export interface PreparedDocuments {
  /** To be called before `reply` is sent with the document. */
  keep(reply: FastifyReply, document: string): void;
  forget(): void;
  answer(request: IncomingMessage): DirectAnswer | undefined;
}

interface Prepared extends DirectAnswer {
  isCompressible: boolean;
  /** Milliseconds since the epoch. */
  until: number;
}

const lifetimeMilliseconds = 1000;
const documentsKept = 1000;
/** Nobody asks at longer addresses but to fill the memory. */
const longestAddress = 512;

export function prepareDocuments(clock: Clock): PreparedDocuments {
  const kept = new BoundedCache<string, Prepared>(documentsKept);

  return {
    keep(reply, document) {
      if (reply.request.originalUrl.length > longestAddress) return;
      const isCompressible = isWorthCompressing(document);
      const headers = Object.entries({
        ...reply.getHeaders(),
        ...(isCompressible && { vary: 'Accept-Encoding' }),
      }).filter(([name]) => name !== 'x-request-id');
      kept.set(reply.request.originalUrl, {
        headers: headers.flat().map(String),
        body: document,
        isCompressible,
        until: clock.now() + lifetimeMilliseconds,
      });
    },
    forget: () => kept.clear(),
    answer({ url = '', headers }) {
      const prepared = kept.get(url);
      if (!prepared || prepared.until <= clock.now()) return undefined;
      return prepared.isCompressible && headers['accept-encoding'] !== undefined ? undefined : prepared;
    },
  };
}
