/** First segments that are no collections, and that nothing here serves. */
import { KeygridError } from '../../core/errors.ts';

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
  if (what) throw new KeygridError('not_implemented', `${what}: not offered by this server`);
}
