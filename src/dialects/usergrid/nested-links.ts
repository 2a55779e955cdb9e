/**
 * Activities and devices met at the end of a longer path, where they are published, linked and changed as at
 * `/users/{u}/activities` and `/users/{u}/devices`. usergrid-data.md 0.1, 4.3 and 8.1.
 */
import type { FastifyReply } from 'fastify';
import type { ActivityList } from '../../core/activities/activities.ts';
import type { StoredEntity } from '../../core/entities/entity-store.ts';
import {
  type ActivityCall,
  changeActivity,
  publishActivities,
  publishAgain,
  putActivities,
  removeActivity,
} from './activity-answers.ts';
import type { Owner } from './activity-owner.ts';
import type { DataCall } from './data-call.ts';
import {
  createDevices,
  type LinkCall,
  linkDevice,
  linkUserOfDevice,
  putDevice,
  putDevices,
  unlinkDevice,
  unlinkUserOfDevice,
} from './device-answers.ts';
import type { QueryParameters } from './envelope.ts';
import { addressedPath, operationOf, pathSegments } from './guard.ts';
import { collectionName } from './inflection.ts';
import type { SubCollectionEnd } from './nested-memberships.ts';
import type { Selector } from './nested-path.ts';
import { type End, notConnected, type Stand } from './nested-walk.ts';
import { refuseMethod } from './resource.ts';
import { readQuerySegment } from './resource-address.ts';

type Answers<Call> = Partial<Record<string, (call: Call) => Promise<FastifyReply>>>;

/** How a sub-collection and one in it are written; and what to do where a method is missing. */
interface Writes<Call> {
  many: Answers<Call>;
  one: Answers<Call>;
  instead: string;
}

const ofActivities: Writes<ActivityCall & { chosen: boolean }> = {
  many: { POST: publishActivities, PUT: (call) => putActivities(call, call.chosen) },
  one: { POST: publishAgain, PUT: changeActivity, DELETE: removeActivity },
  instead: 'Activities are taken out one by one: DELETE …/activities/{uuid}',
};
const ofFeed: typeof ofActivities = {
  many: {},
  one: { DELETE: removeActivity },
  instead: 'A feed is filled by what is published, POST …/activities, and emptied by DELETE …/feed/{uuid}',
};
const ofDevices: Writes<LinkCall & { chosen: boolean }> = {
  many: { POST: createDevices, PUT: (call) => putDevices(call, call.chosen) },
  one: { POST: linkDevice, PUT: putDevice, DELETE: unlinkDevice },
  instead: 'Devices are unlinked one by one: DELETE …/devices/{device}',
};
const ofUserOfDevice: Writes<LinkCall> = {
  many: {},
  one: { POST: linkUserOfDevice, DELETE: unlinkUserOfDevice },
  instead: 'A device is linked by POST …/users/{user}, and unlinked by DELETE …/users/{user}',
};

/** Whether it is about activities or devices, and no membership or connection. */
export const isOfLinks = (end: End): end is SubCollectionEnd =>
  end.relation.kind === 'sub-collection' &&
  (linkedTypes.has(end.relation.kept.type) || end.stand.entities[0]?.type === 'device');

const linkedTypes: ReadonlySet<string> = new Set(['activity', 'device']);

export async function changeLinks(call: DataCall, end: SubCollectionEnd): Promise<FastifyReply> {
  const [owner] = end.stand.entities;
  if (!owner) throw notConnected();
  const { name, type } = end.relation.kept;
  const chosen = await requireOfList(call, owner, name);
  const path = `${end.stand.path}/${name}`;
  const parameters = { ...(call.request.query as QueryParameters), ...parametersOf(end.selector) };
  const asked = { ...call, reference: referenceOf(end.selector), chosen, parameters };
  if (type === 'activity') {
    const list = name as ActivityList;
    const activities = { ...asked, owner: ownerAt(end.stand, owner, path), list };
    return write(list === 'feed' ? ofFeed : ofActivities, activities, end.selector);
  }
  const links = { ...asked, owner, path };
  return write(type === 'device' ? ofDevices : ofUserOfDevice, links, end.selector);
}

function write<Call extends DataCall>(
  { many, one, instead }: Writes<Call>,
  call: Call,
  { kind }: Selector,
): FastifyReply | Promise<FastifyReply> {
  const { request, reply } = call;
  const answer = (kind === 'many' ? many : one)[request.method];
  return answer ? answer(call) : refuseMethod(request, reply, instead);
}

const referenceOf = (selector: Selector): string =>
  selector.kind === 'one' ? (selector.readings[0]?.reference ?? '') : '';

const parametersOf = (selector: Selector): QueryParameters | undefined =>
  selector.kind === 'many' ? selector.parameters : undefined;

/** Of a member of a group, reached by way of it: that one speaks to the group. */
function ownerAt({ memberOf }: Stand, entity: StoredEntity, path: string): Owner {
  if (entity.type === 'group') return { place: { kind: 'group', group: entity }, entity, path };
  if (memberOf) return { place: { kind: 'member', group: memberOf, user: entity }, entity, path };
  return { place: { kind: 'user', user: entity }, entity, path };
}

/**
 * What is done to all of `…/activities/all` needs a right to `…/activities`: one to a part of them is not enough.
 * @returns whether the last segment chooses so. @throws KeygridError `permission_missing`
 */
async function requireOfList(
  { request, options }: DataCall,
  { type, uuid }: StoredEntity,
  list: string,
): Promise<boolean> {
  const segments = pathSegments(request);
  if (!readQuerySegment(segments.at(-1) ?? '')) return false;
  for (const path of [segments.slice(0, -1), [collectionName(type), uuid, list]]) {
    await options.core.pathPermission.require(
      request.caller,
      request.application,
      operationOf(request),
      addressedPath(path),
    );
  }
  return true;
}
