/** Paths with a query in the place of a name, as `/users/all/feed`: what they mean is that of many. usergrid-data.md 0.1. */
import type { Answer, UsergridOptions } from './context.ts';
import { answerData } from './data-routes.ts';
import { pathSegments } from './guard.ts';
import { readQuerySegment } from './resource-address.ts';

/** Of routes that look as if each segment were a name. */
export function eachOrOfMany<Name extends string>(
  options: UsergridOptions,
  flow: Record<Name, Answer>,
): Record<Name, Answer> {
  const ofMany = answerData(options);
  const orOfMany =
    (answer: Answer): Answer =>
    (request, reply) =>
      pathSegments(request).some((segment, at) => at > 0 && readQuerySegment(segment))
        ? ofMany(request, reply)
        : answer(request, reply);
  const answers = Object.entries<Answer>(flow).map(([name, answer]) => [name, orOfMany(answer)]);
  return Object.fromEntries(answers) as Record<Name, Answer>;
}
