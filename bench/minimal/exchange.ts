/** What every minimal server needs of `node:http`: start, read a body, answer JSON. Nothing here is general. */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const maximumBodyBytes = 64 * 1024;

/** Listens on a port of the system's choice and says so on standard output, as `keygrid start` does. */
export function listen(listener: RequestListener): void {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo;
    console.log(`listening on http://127.0.0.1:${port}`);
  });
  process.once('SIGTERM', () => process.exit(0));
}

/** Gives `take` the whole body as text, or answers 413. */
export function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  take: (body: string) => void,
): void {
  let chunks: Buffer[] = [];
  let length = 0;
  request.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length <= maximumBodyBytes) chunks.push(chunk);
    else chunks = [];
  });
  request.on('end', () => {
    if (length > maximumBodyBytes) return answerError(response, 413, 'request_too_large');
    // Nearly every body comes in one chunk, and then nothing is copied.
    const whole = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
    take(whole.toString());
  });
}

export function answerJson(response: ServerResponse, status: number, json: string): void {
  const headers = ['Content-Type', 'application/json', 'Content-Length', String(Buffer.byteLength(json))];
  response.writeHead(status, headers).end(json);
}

/** Answers in Usergrid's error form. */
export function answerError(response: ServerResponse, status: number, error: string): void {
  answerJson(response, status, JSON.stringify({ error, error_description: error.replaceAll('_', ' ') }));
}

/** A JSON object, or undefined for anything else. */
export function parseObject(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
