/** Paths with a query in the place of a name, as `/users/all/feed`: what they read is that of many. usergrid-data.md 0.1. */
import type { Answer, UsergridOptions } from './context.ts';
import { readData } from './data-routes.ts';
import { pathSegments } from './guard.ts';
import { readQuerySegment } from './resource-address.ts';

/** Of routes that look as if each segment were a name. */
export function orOfMany(options: UsergridOptions, answer: Answer): Answer {
  const ofMany = readData(options);
  return (request, reply) =>
    pathSegments(request).some((segment, at) => at > 0 && readQuerySegment(segment))
      ? ofMany(request, reply)
      : answer(request, reply);
}
