/** What is done with the activities and the feed of a user, group or member. usergrid-data.md 4.3. */
import type { FastifyReply } from 'fastify';
import type { ActivityList } from '../../core/activities/activities.ts';
import type { Awaitable } from '../../core/awaitable.ts';
import { maximumBatch } from '../../core/entities/collections/collection.ts';
import type { ChangeOptions } from '../../core/entities/entities.ts';
import type { StoredEntity } from '../../core/entities/entity-store.ts';
import { preconditionFailed } from '../../core/entities/entity-writer.ts';
import { maximumPageSize } from '../../core/entities/query/entity-page.ts';
import { updateFound } from '../../core/entities/query/write-each.ts';
import { KeygridError } from '../../core/errors.ts';
import { isUuid, type Uuid } from '../../core/uuid.ts';
import { type Owner, requireKnowing, requireOwnership } from './activity-owner.ts';
import { changeByQuery, isByQuery } from './change-by-query.ts';
import { requireCondition, writeConditionOf } from './conditional-request.ts';
import { type CreationPlace, createManyAt, createOneAt } from './create-entities.ts';
import { type EntitiesCall, sendEntitiesAt, sendPageAt, sentBody, sentObject } from './data-call.ts';
import type { QueryParameters } from './envelope.ts';
import { ofOneType } from './list-narrowing.ts';
import { readDataParameters } from './query-parameters.ts';
import { sendUnlessKnown, sendWritten } from './tagged-answers.ts';

export interface ActivitiesCall extends EntitiesCall {
  owner: Owner;
  list: ActivityList;
  parameters: QueryParameters;
}

/** `reference`: what the path says in the place of the activity's uuid. */
export interface ActivityCall extends ActivitiesCall {
  reference: string;
}

export async function listActivities(call: ActivitiesCall): Promise<FastifyReply> {
  const { request, options, owner, list } = call;
  const { query, limit, cursor } = ofOneType(readDataParameters(call.parameters), 'activity');
  const asked = { query, limit, cursor };
  const page = await options.core.activities.list(request.application, owner.entity, list, asked);
  return sendPageAt(call, owner.path, page, query);
}

export async function publishActivities(call: ActivitiesCall): Promise<FastifyReply> {
  const { request, owner } = call;
  const sent = sentBody(request);
  const place = { type: 'activity', path: owner.path, writer: publisherAt(call) };
  if (Array.isArray(sent)) return send(call, await createManyAt(call, place, sent));
  return sendWritten(call, owner.path, await createOneAt(call, place, sent));
}

/** `chosen`: by a segment such as `all`, which counts as a query. Without any query one is published. */
export async function putActivities(call: ActivitiesCall, chosen = false): Promise<FastifyReply> {
  const asked = readDataParameters(call.parameters);
  if (!isByQuery(asked, chosen)) return publishActivities(call);
  const { request, options, owner, list } = call;
  const { query } = ofOneType(asked, 'activity');
  return changeByQuery(call, asked, {
    ...{ path: owner.path, nothing: notListed(list).message },
    async change(patch) {
      const page = { query, limit: maximumPageSize };
      const found = await options.core.activities.list(request.application, owner.entity, list, page);
      for (const activity of found.entities) await requireOwnership(options.core, request, owner, activity);
      return updateFound(found, patch, (activity) => update(call, activity, patch));
    },
  });
}

export async function showActivity(call: ActivityCall): Promise<FastifyReply> {
  return sendUnlessKnown(call, call.owner.path, await requireListed(call));
}

export async function publishAgain(call: ActivityCall): Promise<FastifyReply> {
  const { request, options, owner, list } = call;
  const activity = await findActivity(call);
  if (!activity) throw notListed(list);
  await requireKnowing(options.core, request, owner, activity);
  await options.core.activities.publishAgain(request.application, owner.place, activity);
  return send(call, [activity]);
}

/** Or publishes one under that uuid. @throws KeygridError also `precondition_failed` */
export async function changeActivity(call: ActivityCall): Promise<FastifyReply> {
  const { request, owner, list, reference } = call;
  const sent = sentObject(request);
  if (!(await findActivity(call))) {
    if (writeConditionOf(request)?.mustExist) throw preconditionFailed();
    if (!isUuid(reference)) throw notListed(list);
    const published = await publishUnder(call, reference.toLowerCase(), sent);
    if (published) return sendWritten(call, owner.path, published);
  }
  return sendWritten(call, owner.path, await changeListed(call, sent));
}

async function changeListed(call: ActivityCall, sent: object): Promise<StoredEntity> {
  const activity = await requireListed(call);
  await requireOwnership(call.options.core, call.request, call.owner, activity);
  return update(call, activity, sent, writeConditionOf(call.request));
}

/** Undefined where somebody was quicker, or where the uuid is that of another type. */
function publishUnder(
  { request, options, owner }: ActivityCall,
  uuid: Uuid,
  sent: object,
): Promise<StoredEntity | undefined> {
  return options.core.activities.publish(request.application, owner.place, sent, { uuid }).catch((error) => {
    if (error instanceof KeygridError && error.subject.property === 'uuid') return undefined;
    throw error;
  });
}

/** Out of this list only. @throws KeygridError also `precondition_failed` */
export async function removeActivity(call: ActivityCall): Promise<FastifyReply> {
  const { request, options, owner, list } = call;
  const activity = await requireListed(call);
  requireCondition(request, activity);
  const { activities } = options.core;
  if (await activities.remove(request.application, owner.entity, list, activity.uuid))
    return send(call, [activity]);
  throw notListed(list);
}

const send = (call: ActivitiesCall, entities: StoredEntity[]): Awaitable<FastifyReply> =>
  sendEntitiesAt(call, call.owner.path, entities);

const update = (
  { request, options }: ActivitiesCall,
  activity: StoredEntity,
  sent: object,
  condition?: ChangeOptions,
): Promise<StoredEntity> =>
  options.core.entities.of(request.application).update('activity', activity, sent, condition);

function publisherAt({ request, options, owner }: ActivitiesCall): CreationPlace['writer'] {
  const { activities } = options.core;
  const { application } = request;
  return {
    create: (body, how) => activities.publish(application, owner.place, body, how),
    createMany: async (bodies, how) => {
      if (bodies.length <= maximumBatch) return activities.publishMany(application, owner.place, bodies, how);
      throw new KeygridError('invalid_argument', `A batch has at most ${maximumBatch} activities`);
    },
  };
}

async function findActivity({
  request,
  options,
  reference,
}: ActivityCall): Promise<StoredEntity | undefined> {
  return isUuid(reference)
    ? options.core.entities.of(request.application).findByUuid('activity', reference.toLowerCase())
    : undefined;
}

async function requireListed(call: ActivityCall): Promise<StoredEntity> {
  const { request, options, owner, list } = call;
  const activity = await findActivity(call);
  const { activities } = options.core;
  if (activity && (await activities.isListed(request.application, owner.entity, list, activity.uuid)))
    return activity;
  throw notListed(list);
}

const notListed = (list: ActivityList): KeygridError =>
  new KeygridError(
    'resource_not_found',
    list === 'feed' ? 'It is not in the feed' : 'There is no such activity here',
  );
