/** Bodies that are not read: the error that says so, and what becomes of their bytes. */
import type { Readable } from 'node:stream';

/** A refusal that the error handler of the application turns into an answer. */
export class BodyRefused extends Error {
  readonly statusCode: number;
  constructor(statusCode: number, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}

/** `limit` in bytes. */
export const bodyTooLarge = (limit: number): BodyRefused =>
  new BodyRefused(413, `The body is too large: expected at most ${limit} bytes, inflated too`);

const mostIgnoredBytes = 64 * 1024 * 1024;

/**
 * Lets the rest of a body pass, as far as that makes sense: a client that is still sending when the connection closes
 * may never see the answer.
 */
export function ignoreBody(payload: Readable): Promise<void> {
  return new Promise((resolve) => {
    let ignored = 0;
    payload.on('data', (chunk: Buffer) => {
      ignored += chunk.length;
      if (ignored > mostIgnoredBytes) resolve();
    });
    for (const event of ['end', 'close', 'error']) payload.once(event, () => resolve());
  });
}
