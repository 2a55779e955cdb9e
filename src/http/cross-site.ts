import type { FastifyRequest } from 'fastify';

/**
 * Whether a browser says that another site made it send the request. It then adds by itself what it has for us, such as
 * a name and password that its user typed once. Programs other than browsers do not say. W3C Fetch Metadata §2.3.
 */
export function isFromAnotherSite({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  const site = headers['sec-fetch-site'];
  return site !== undefined && site !== 'same-origin' && site !== 'none';
}

/**
 * Whether another site may have made a browser send a form that holds no token of ours. Browsers that say nothing of
 * the kind name at least the origin; where that is hidden, the cookie tells, which does not come along from elsewhere
 * (`SameSite=Lax`). W3C Fetch Metadata §2.3; RFC 6454 §7.
 */
export function isFormFromAnotherSite(
  request: Pick<FastifyRequest, 'headers' | 'host'>,
  { publicUrl }: { publicUrl: string },
  hasCookie: boolean,
): boolean {
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (site !== undefined) return isFromAnotherSite(request);
  if (origin === undefined) return false;
  if (origin === 'null') return !hasCookie;
  const ours = [new URL(publicUrl).origin, `http://${request.host}`, `https://${request.host}`];
  return !ours.includes(origin);
}
