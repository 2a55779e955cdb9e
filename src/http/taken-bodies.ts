/** Small bodies that are read before the framework has the request, and given to it again where it answers after all. */
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';

/** Bytes. Larger bodies are left to the routes. */
const longestTaken = 16 * 1024;

/** Of the body; undefined for one that is not taken, whose length is not said in advance, or that is no plain text. */
export function lengthToTake({ headers }: IncomingMessage): number | undefined {
  if (headers['transfer-encoding'] !== undefined || headers['content-encoding'] !== undefined)
    return undefined;
  const length = Number(headers['content-length']);
  return length > 0 && length <= longestTaken ? length : undefined;
}

/** Never resolves where the client goes away before it has sent all. The parser lets no more than `length` through. */
export function takeBody(request: IncomingMessage, length: number): Promise<Buffer> {
  return new Promise((resolve) => {
    let received: Buffer | undefined;
    request.on('data', (chunk: Buffer) => {
      received = received ? Buffer.concat([received, chunk]) : chunk;
      if (received.length === length) resolve(received);
    });
  });
}

const given = new WeakMap<IncomingMessage, Buffer>();

export const giveBack = (request: IncomingMessage, body: Buffer): void => void given.set(request, body);

export function readGivenBodies(app: FastifyInstance): void {
  app.addHook('preParsing', ({ raw }, _reply, payload, done) => {
    const body = given.get(raw);
    done(null, body ? Readable.from([body], { objectMode: false }) : payload);
  });
}
