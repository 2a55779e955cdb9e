/**
 * Documents that are the same for everyone, answered again without the way to their route: for a second, and not beyond
 * any change of what documents are made of.
 */
import type { IncomingMessage } from 'node:http';
import type { FastifyReply } from 'fastify';
import { BoundedCache } from '../core/bounded-cache.ts';
import type { Clock } from '../core/ports.ts';
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
  /** Milliseconds since the epoch. */
  until: number;
}

const lifetimeMilliseconds = 1000;
const documentsKept = 1000;
/** Nobody asks at longer addresses but to fill the memory. */
const longestAddress = 512;

const asItIs = (document: unknown): string => document as string;

export function prepareDocuments(clock: Clock): PreparedDocuments {
  const kept = new BoundedCache<string, Prepared>(documentsKept);

  return {
    keep(reply, document) {
      // Without a serializer the framework would add a charset, to the first answer only.
      reply.serializer(asItIs);
      if (reply.request.originalUrl.length > longestAddress) return;
      const { vary, 'x-request-id': _, ...headers } = reply.getHeaders();
      kept.set(reply.request.originalUrl, {
        headers: Object.entries(headers).flat().map(String),
        vary: vary?.toString(),
        body: document,
        until: clock.now() + lifetimeMilliseconds,
      });
    },
    forget: () => kept.clear(),
    answer({ url = '' }) {
      const prepared = kept.get(url);
      return prepared && clock.now() < prepared.until ? prepared : undefined;
    },
  };
}
