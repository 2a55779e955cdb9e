/** gzip both ways: answers for clients that accept it, and bodies from clients that send it. usergrid-auth.md 10.7. */
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { BodyRefused, bodyTooLarge, ignoreBody } from './refused-body.ts';

/** Smaller answers fit into one packet anyway. Bytes. */
const smallestCompressed = 1024;

export const isWorthCompressing = (payload: unknown): payload is string | Buffer =>
  (typeof payload === 'string' || payload instanceof Buffer) && payload.length >= smallestCompressed;

/**
 * Answers marked `no-store` hold secrets beside text that a caller may have chosen, and their compressed size would
 * tell of both: they go out as they are (the BREACH attack).
 */
export function compressAnswers(app: FastifyInstance): void {
  app.addHook('onSend', (request, reply, payload: unknown, done) => {
    if (!isWorthCompressing(payload) || isFixed(reply)) return done(null, payload);
    reply.header('vary', variesByEncoding(reply.getHeader('vary')?.toString()));
    if (!acceptsGzip(request.headers['accept-encoding'])) return done(null, payload);
    compress(payload).then((compressed) => {
      reply.header('content-encoding', 'gzip');
      reply.header('content-length', compressed.length);
      done(null, compressed);
    }, done);
  });
}

export const compress: (payload: string | Buffer) => Promise<Buffer> = promisify(gzip);

const isFixed = (reply: FastifyReply): boolean =>
  reply.hasHeader('content-encoding') || String(reply.getHeader('cache-control') ?? '').includes('no-store');

/** The `Vary` of an answer that may come compressed, of what it would be else. */
export const variesByEncoding = (vary: string | undefined): string =>
  vary === undefined ? 'Accept-Encoding' : `${vary}, Accept-Encoding`;

/** RFC 9110 §12.5.3, as far as it concerns gzip. */
export function acceptsGzip(accepted: string | string[] | undefined): boolean {
  if (accepted === undefined) return false;
  const weights = new Map<string, number>();
  for (const part of String(accepted).split(',')) {
    const [coding = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    const weight = parameters.find((text) => text.startsWith('q='));
    weights.set(coding, weight === undefined ? 1 : Number(weight.slice(2)));
  }
  return (weights.get('gzip') ?? weights.get('*') ?? 0) > 0;
}

/** Reads `Content-Encoding: gzip` bodies; `limit` in bytes bounds them both as sent and inflated. */
export function inflateBodies(app: FastifyInstance, limit: number): void {
  app.addHook('preParsing', (request, _reply, payload, done) => {
    if (Number(request.headers['content-length']) > limit) {
      void ignoreBody(payload as Readable).then(() => done(bodyTooLarge(limit)));
      return;
    }
    const encoding = request.headers['content-encoding'];
    if (encoding === undefined || encoding === 'identity') return done(null, payload);
    if (!/^(?:x-)?gzip$/i.test(encoding)) {
      return done(new BodyRefused(415, `A body may come as it is or with gzip, not with ${encoding}`));
    }
    inflate(payload as Readable, limit).then(
      (stream) => done(null, stream),
      (error: Error) => done(error),
    );
  });
}

async function inflate(payload: Readable, limit: number): Promise<Readable> {
  const sent: Buffer[] = [];
  let length = 0;
  for await (const chunk of payload.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > limit) break;
    sent.push(chunk);
  }
  if (length > limit) {
    await ignoreBody(payload);
    throw bodyTooLarge(limit);
  }
  const inflated = length === 0 ? Buffer.alloc(0) : await gunzipWithin(Buffer.concat(sent), limit);
  // The framework compares the length of what was sent with the Content-Length header.
  return Object.assign(Readable.from([inflated], { objectMode: false }), { receivedEncodedLength: length });
}

const gunzipWithin = (bytes: Buffer, limit: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    gunzip(bytes, { maxOutputLength: limit }, (error, inflated) => {
      if (!error) resolve(inflated);
      else if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') reject(bodyTooLarge(limit));
      else reject(new BodyRefused(400, 'The body is not well-formed gzip'));
    });
  });
