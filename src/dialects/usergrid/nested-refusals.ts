/** Writes that a path has no meaning for, and what to ask for instead. usergrid-data.md 3.1, 3.3 and 4.4. */
import type { FastifyRequest } from 'fastify';
import { KeygridError } from '../../core/errors.ts';
import type { Relation } from './nested-path.ts';

/** No call of the original changes what is below several entities: it could only be done in part. */
export const onlyReadBelowMany = ({ method }: FastifyRequest, { segment }: Relation): KeygridError =>
  new KeygridError(
    'invalid_argument',
    `What is below several entities is only read: list them by GET, then ${method} /{collection}/{id}/${segment}/… of each`,
  );

/** `all` or a query in the place of a member: rights would be given and taken in bulk. */
export const membersOneByOne = ({ method }: FastifyRequest, { segment }: Relation): KeygridError =>
  new KeygridError(
    'invalid_argument',
    `Members are added and removed one by one, not by a query: ${method} …/${segment}/{id}`,
  );

/** Of connections without a verb, or seen from where they end. */
export function notWhereItBegins(
  { method }: FastifyRequest,
  { direction, verb, segment }: Extract<Relation, { kind: 'connection' }>,
): KeygridError {
  if (segment === 'followers') {
    return new KeygridError(
      'invalid_argument',
      `followers is only read: who follows begins and ends it, ${method} /users/{follower}/following/users/{id}`,
    );
  }
  const otherEnd =
    direction === 'incoming' ? 'connecting is only read' : 'connections without a verb are only read';
  return new KeygridError(
    'invalid_argument',
    `${otherEnd}: make and end connections where they begin, ${method} /{collection}/{id}/${verb ?? '{verb}'}/{other}`,
  );
}
