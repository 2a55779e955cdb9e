/** Conditional requests to one entity: entity tags, If-Match, If-None-Match. RFC 9110 §8.8.3 and §13.1. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Precondition } from '../../core/entities/entities.ts';
import type { StoredEntity } from '../../core/entities/entity-store.ts';
import { preconditionFailed } from '../../core/entities/entity-writer.ts';
import { KeygridError } from '../../core/errors.ts';

type Version = Pick<StoredEntity, 'uuid' | 'version'>;

const versionOf = ({ uuid, version }: Version): string => `${uuid}.${version}`;

/**
 * Names a version of the entity, whatever else is said in the answer. `beyond` is what the answer tells of the entity
 * that changes without a write of it: another text, another tag, and the same version.
 */
export const entityTag = (entity: Version, beyond?: string): string =>
  `"${versionOf(entity)}${beyond ? `.${digestOf(beyond)}` : ''}"`;

/** Enough to see that a text is another one. */
function digestOf(text: string): string {
  let low = 0xdeadbeef;
  let high = 0x41c6ce57;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    low = Math.imul(low ^ character, 2654435761);
    high = Math.imul(high ^ character, 1597334677);
  }
  return ((high >>> 0) * 0x1_0000_0000 + (low >>> 0)).toString(36);
}

/** Says which version is answered, to scripts of other origins too. */
export function tagAnswer({ headers }: FastifyRequest, reply: FastifyReply, tag: string): void {
  reply.header('etag', tag);
  if (headers.origin !== undefined) reply.header('access-control-expose-headers', 'ETag');
}

/** Whether the client has the very answer that it would get. */
export function isKnownToClient({ headers }: FastifyRequest, tag: string): boolean {
  const known = headers['if-none-match'];
  return known !== undefined && tagsIn(known).some((each) => each === '*' || each === bare(tag));
}

export interface WriteCondition {
  precondition: Precondition;
  /** An entity that is not there is no reason to make one. */
  mustExist: boolean;
}

/** What a request that changes one entity demands of it; undefined where it demands nothing. */
export function writeConditionOf({ headers }: FastifyRequest): WriteCondition | undefined {
  const wanted = headers['if-match'];
  const unwanted = headers['if-none-match'];
  if (wanted === undefined && unwanted === undefined) return undefined;
  const wantedTags = wanted === undefined ? undefined : tagsIn(wanted);
  const unwantedTags = unwanted === undefined ? [] : tagsIn(unwanted);
  return {
    mustExist: wantedTags !== undefined,
    precondition: (current) =>
      (wantedTags?.some((tag) => names(tag, current)) ?? true) &&
      !unwantedTags.some((tag) => names(tag, current)),
  };
}

/** Of what is linked or unlinked, and not itself written. @throws KeygridError `precondition_failed` */
export function requireCondition(request: FastifyRequest, entity: StoredEntity): void {
  if (writeConditionOf(request)?.precondition(entity) === false) throw preconditionFailed();
}

/** @throws KeygridError `invalid_argument`: what is done to many has no one version to be compared. */
export function requireUnconditional({ headers }: FastifyRequest): void {
  if (headers['if-match'] === undefined) return;
  throw new KeygridError(
    'invalid_argument',
    'If-Match goes with a request to one entity, not to those of a query',
  );
}

/** A tag may be weak: what compresses answers on the way makes it so, and the version stays what it is. */
const names = (tag: string, entity: Version): boolean => {
  const version = versionOf(entity);
  return tag === '*' || tag === version || tag.startsWith(`${version}.`);
};

const tagsIn = (header: string): string[] => header.split(',').map(bare);

const bare = (tag: string): string => tag.trim().replace(/^W\//, '').replace(/^"|"$/g, '');
