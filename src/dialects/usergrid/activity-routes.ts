/** `/users/{u}/activities`, `/users/{u}/feed`, and the same of groups and of members. usergrid-data.md 4.3. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ActivityList, Place } from '../../core/activities/activities.ts';
import type { Awaitable } from '../../core/awaitable.ts';
import type { Core } from '../../core/core.ts';
import { maximumBatch } from '../../core/entities/collections/collection.ts';
import type { StoredEntity } from '../../core/entities/entity-store.ts';
import { maximumPageSize } from '../../core/entities/query/queries.ts';
import { KeygridError } from '../../core/errors.ts';
import { isUuid } from '../../core/uuid.ts';
import { findOwner, type Owner, requireKnowing, requireOwnership } from './activity-owner.ts';
import type { Answer, Routes, UsergridOptions } from './context.ts';
import { type CreationPlace, createManyAt, createOneAt } from './create-entities.ts';
import { sendEntitiesAt, sendPageAt, sentBody, sentObject } from './data-call.ts';
import type { QueryParameters } from './envelope.ts';
import { inBothNumbers, spellings } from './holder-paths.ts';
import { ofOneType } from './list-narrowing.ts';
import { eachOrOfMany } from './many-owners.ts';
import { pageQuery, readDataParameters } from './query-parameters.ts';
import { type Method, type Operation, resource } from './resource.ts';

const owners: { kind: Place['kind']; called: string; parts: (string | string[])[] }[] = [
  { kind: 'user', called: 'a user', parts: [inBothNumbers('users'), ':owner'] },
  { kind: 'group', called: 'a group', parts: [inBothNumbers('groups'), ':owner'] },
  {
    kind: 'member',
    called: 'a member of a group',
    parts: [inBothNumbers('groups'), ':group', inBothNumbers('users'), ':owner'],
  },
];

export const activityRoutes: Routes = (app, options) => {
  for (const { kind, called, parts } of owners) {
    const lists = { activities: ['activities', 'activity'], feed: ['feed', 'feeds'] };
    for (const list of ['activities', 'feed'] as const) {
      const flow = eachOrOfMany(options, createFlow(options, kind, list));
      const many = spellings(...parts, lists[list]);
      const one = spellings(...parts, lists[list], ':activity');
      const read: Operation = {
        summary: `The ${list} of ${called}, newest first`,
        answer: flow.list,
        schema: { querystring: pageQuery },
      };
      const ofMany: Partial<Record<Method, Operation>> = { GET: read };
      const ofOne: Partial<Record<Method, Operation>> = {
        GET: { summary: `One of the ${list} of ${called}`, answer: flow.show },
        DELETE: { summary: `Takes one out of the ${list} of ${called}`, answer: flow.remove },
      };
      if (list === 'activities') {
        ofMany.POST = { summary: `Publishes an activity of ${called}`, answer: flow.publish };
        ofMany.PUT = { summary: 'Publishes one, or changes all that match the query', answer: flow.put };
        ofOne.POST = { summary: 'Publishes an activity that is there already', answer: flow.publishAgain };
        ofOne.PUT = { summary: `Changes or publishes an activity of ${called}`, answer: flow.change };
      }
      resource(app, many.path, ofMany, many.aliases);
      resource(app, one.path, ofOne, one.aliases);
    }
  }
};

type Flow = Record<'list' | 'publish' | 'put' | 'show' | 'publishAgain' | 'change' | 'remove', Answer>;

function createFlow(options: UsergridOptions, kind: Place['kind'], list: ActivityList): Flow {
  const { core } = options;
  const { activities } = core;
  const ownerOf = (request: FastifyRequest): Promise<Owner> => findOwner(core, request, kind, list);
  const listed = ({ application }: FastifyRequest, { entity }: Owner, activity: StoredEntity) =>
    activities.isListed(application, entity, list, activity.uuid);
  const send = (
    request: FastifyRequest,
    reply: FastifyReply,
    { path }: Owner,
    entities: StoredEntity[],
  ): Awaitable<FastifyReply> => sendEntitiesAt({ request, reply, options }, path, entities);

  const update = ({ application }: FastifyRequest, activity: StoredEntity, sent: object) =>
    core.entities.of(application).update('activity', activity, sent);

  const publisherAt = ({ application }: FastifyRequest, { place }: Owner): CreationPlace['writer'] => ({
    create: (body, how) => activities.publish(application, place, body, how),
    createMany: async (bodies, how) => {
      if (bodies.length <= maximumBatch) return activities.publishMany(application, place, bodies, how);
      throw new KeygridError('invalid_argument', `A batch has at most ${maximumBatch} activities`);
    },
  });

  const publish: Answer = async (request, reply) => {
    const owner = await ownerOf(request);
    const sent = sentBody(request);
    const call = { request, reply, options };
    const place = { type: 'activity', path: owner.path, writer: publisherAt(request, owner) };
    return send(
      request,
      reply,
      owner,
      Array.isArray(sent) ? await createManyAt(call, place, sent) : [await createOneAt(call, place, sent)],
    );
  };

  return {
    async list(request, reply) {
      const { entity, path } = await ownerOf(request);
      const asked = readDataParameters(request.query as QueryParameters);
      const { query, limit, cursor } = ofOneType(asked, 'activity');
      const page = await activities.list(request.application, entity, list, { query, limit, cursor });
      return sendPageAt({ request, reply, options }, path, page, query);
    },
    publish,
    async put(request, reply) {
      const asked = readDataParameters(request.query as QueryParameters);
      if (!asked.chooses && !asked.isBlank) return publish(request, reply);
      const { query } = ofOneType(asked, 'activity');
      const owner = await ownerOf(request);
      const sent = sentObject(request);
      const page = { query, limit: maximumPageSize };
      const { entities: found } = await activities.list(request.application, owner.entity, list, page);
      if (found.length === 0) throw notListed(list);
      for (const activity of found) await requireOwnership(core, request, owner, activity);
      const changed: StoredEntity[] = [];
      for (const activity of found) changed.push(await update(request, activity, sent));
      return send(request, reply, owner, changed);
    },
    async show(request, reply) {
      const owner = await ownerOf(request);
      const activity = await findActivity(core, request);
      if (activity && (await listed(request, owner, activity)))
        return send(request, reply, owner, [activity]);
      throw notListed(list);
    },
    async publishAgain(request, reply) {
      const owner = await ownerOf(request);
      const activity = await findActivity(core, request);
      if (!activity) throw notListed(list);
      await requireKnowing(core, request, owner, activity);
      await activities.publishAgain(request.application, owner.place, activity);
      return send(request, reply, owner, [activity]);
    },
    async change(request, reply) {
      const owner = await ownerOf(request);
      const sent = sentObject(request);
      const activity = await findActivity(core, request);
      if (activity) {
        if (!(await listed(request, owner, activity))) throw notListed(list);
        await requireOwnership(core, request, owner, activity);
        return send(request, reply, owner, [await update(request, activity, sent)]);
      }
      const uuid = activityReference(request).toLowerCase();
      if (!isUuid(uuid)) throw notListed(list);
      const published = await activities
        .publish(request.application, owner.place, sent, { uuid })
        .catch(refuseTakenUuid);
      return send(request, reply, owner, [published]);
    },
    async remove(request, reply) {
      const owner = await ownerOf(request);
      const activity = await findActivity(core, request);
      const removed =
        activity && (await activities.remove(request.application, owner.entity, list, activity.uuid));
      if (removed) return send(request, reply, owner, [activity]);
      throw notListed(list);
    },
  };
}

/** By an entity of another type: that one is not at this path. */
function refuseTakenUuid(error: unknown): never {
  const isTaken = error instanceof KeygridError && error.subject.property === 'uuid';
  throw isTaken ? notListed('activities') : error;
}

/** The last segment. */
const activityReference = (request: FastifyRequest): string =>
  (request.params as { activity?: string }).activity ?? '';

async function findActivity(core: Core, request: FastifyRequest): Promise<StoredEntity | undefined> {
  const reference = activityReference(request);
  return isUuid(reference)
    ? core.entities.of(request.application).findByUuid('activity', reference.toLowerCase())
    : undefined;
}

const notListed = (list: ActivityList): KeygridError =>
  new KeygridError(
    'resource_not_found',
    list === 'feed' ? 'It is not in the feed' : 'There is no such activity here',
  );
