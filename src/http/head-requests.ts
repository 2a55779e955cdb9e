/** HEAD is routed as GET. That its answer goes out without a body, the response knows by then. */
import type { IncomingMessage } from 'node:http';

const heads = new WeakSet<IncomingMessage>();

export function routeHeadAsGet(request: IncomingMessage): void {
  if (request.method !== 'HEAD') return;
  heads.add(request);
  request.method = 'GET';
}

/** For the few GETs that begin something, which a HEAD must not. */
export const wasHead = (request: IncomingMessage): boolean => heads.has(request);
