/** What is no HTTP request that this server reads: answered below the framework, which never sees it. RFC 9110 §15.5. */
import type { Socket } from 'node:net';

/** In bytes; the request line, which holds the URL, counts too. */
export const maximumHeaderBytes = 32 * 1024;

/** What else a client may send while it is told: a connection closed on unread bytes may lose the answer. */
const mostIgnoredBytes = 64 * 1024 * 1024;
const longestWaitMilliseconds = 5000;

interface Refusal {
  status: string;
  error: string;
  description: string;
}

const timedOut: Refusal = {
  status: '408 Request Timeout',
  error: 'request_timeout',
  description:
    'The request did not arrive in time: expected its headers within 15 s and all of it within 60 s',
};
const tooLong: Refusal = {
  status: '431 Request Header Fields Too Large',
  error: 'request_header_fields_too_large',
  description: `URL and headers are too long: expected at most ${maximumHeaderBytes} bytes together`,
};
const malformed: Refusal = {
  status: '400 Bad Request',
  error: 'bad_request',
  description: 'What was sent is not a request of HTTP/1.1',
};

const refusals: ReadonlyMap<string | undefined, Refusal> = new Map([
  ['ERR_HTTP_REQUEST_TIMEOUT', timedOut],
  ['HPE_HEADER_OVERFLOW', tooLong],
]);

/** Sockets that were answered, and the bytes that had arrived by then. */
const answered = new WeakMap<Socket, number>();

/** Is called once more for everything else that arrives on the connection. */
export function answerUnreadableRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const before = answered.get(socket);
  if (before === undefined && socket.writable) {
    answered.set(socket, socket.bytesRead);
    const deadline = setTimeout(() => socket.destroy(), longestWaitMilliseconds).unref();
    socket.once('close', () => clearTimeout(deadline));
    socket.end(render(refusals.get(error.code) ?? malformed));
    return;
  }
  const isOver = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' || before === undefined;
  if (isOver || socket.bytesRead - before > mostIgnoredBytes) socket.destroy();
}

function render({ status, error, description }: Refusal): string {
  const body = JSON.stringify({ error, error_description: description });
  return `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;
}
