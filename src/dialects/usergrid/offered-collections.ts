/** What stands in the place of a collection or connection in a path, is none, and is not served here. */
import type { FastifyRequest } from 'fastify';
import { KeygridError } from '../../core/errors.ts';
import { isUuid } from '../../core/uuid.ts';
import { pathSegments } from './guard.ts';

const notOffered = new Map([
  ['auth', 'Sign-in with other providers'],
  ['authorize', 'This endpoint'],
  ['counter', 'Counters'],
  ['counters', 'Counters'],
  ['credentials', 'This method of the credentials'],
  ['event', 'Events'],
  ['events', 'Events'],
  ['export', 'Export'],
  ['file', 'Files'],
  ['notification', 'Push notifications'],
  ['notifications', 'Push notifications'],
  ['notifier', 'Push notifications'],
  ['notifiers', 'Push notifications'],
  ['queues', 'Queues'],
  ['resetroles', 'This method of the default roles'],
]);

/** @throws KeygridError `not_implemented`, `resource_not_found` */
export function requireOffered({ segment }: { segment: string }): void {
  // Mobile clients ask for their monitoring settings at the start, and go on without at a 404.
  if (segment === 'apm') throw new KeygridError('resource_not_found', 'Monitoring is not configured');
  const what = notOffered.get(segment);
  if (what) throw notImplemented(what);
}

/**
 * `…/{id}/notifications` and `/assets/{uuid}/data`: read as connections, a push or a file would seem to be taken.
 * usergrid-data.md 6.3 and 8.3. @throws KeygridError `not_implemented`
 */
export function requireOfferedPath(request: FastifyRequest): void {
  const segments = pathSegments(request);
  const last = segments.at(-1) ?? '';
  const isBelow = segments.length > 2 || (segments.length === 2 && request.url.includes(';'));
  if (request.method === 'POST' && isBelow && /^notifications?$/i.test(last)) {
    throw notImplemented('Push notifications');
  }
  const [first = '', second = ''] = segments;
  const isData = segments.length === 3 && last === 'data';
  if (isData && /^assets?$/i.test(first) && isUuid(second)) throw notImplemented('Files');
}

const notImplemented = (what: string): KeygridError =>
  new KeygridError('not_implemented', `${what}: not offered by this server`);
