/** `/users/{u}/activities`, `/users/{u}/feed`, and the same of groups and of members. usergrid-data.md 4.3. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ActivityList, Place } from '../../core/activities/activities.ts';
import {
  type ActivitiesCall,
  type ActivityCall,
  changeActivity,
  listActivities,
  publishActivities,
  publishAgain,
  putActivities,
  removeActivity,
  showActivity,
} from './activity-answers.ts';
import { findOwner } from './activity-owner.ts';
import { type Answer, paramsOf, type Routes, type UsergridOptions } from './context.ts';
import type { QueryParameters } from './envelope.ts';
import { inBothNumbers, spellings } from './holder-paths.ts';
import { eachOrOfMany } from './many-owners.ts';
import { pageQuery } from './query-parameters.ts';
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
  const callOf = async (request: FastifyRequest, reply: FastifyReply): Promise<ActivitiesCall> => ({
    ...{ request, reply, options, list },
    owner: await findOwner(options.core, request, kind, list),
    parameters: request.query as QueryParameters,
  });
  const ofMany =
    (answer: (call: ActivitiesCall) => Promise<FastifyReply>): Answer =>
    async (request, reply) =>
      answer(await callOf(request, reply));
  const ofOne =
    (answer: (call: ActivityCall) => Promise<FastifyReply>): Answer =>
    async (request, reply) =>
      answer({ ...(await callOf(request, reply)), reference: paramsOf(request).activity ?? '' });
  return {
    list: ofMany(listActivities),
    publish: ofMany(publishActivities),
    put: ofMany((call) => putActivities(call)),
    show: ofOne(showActivity),
    publishAgain: ofOne(publishAgain),
    change: ofOne(changeActivity),
    remove: ofOne(removeActivity),
  };
}
