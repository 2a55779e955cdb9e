import type { FastifyRequest } from 'fastify';

/**
 * Whether a browser says that another site made it send the request. It then adds by itself what it has for us, such as
 * a name and password that its user typed once. Programs other than browsers do not say. W3C Fetch Metadata §2.3.
 */
export function isFromAnotherSite({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  const site = headers['sec-fetch-site'];
  return site !== undefined && site !== 'same-origin' && site !== 'none';
}
