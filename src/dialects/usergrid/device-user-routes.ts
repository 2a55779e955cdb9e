/** `/devices/{d}/users`: whose a device is, as seen from its own end. usergrid-data.md 8.1. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { requireEntity, segmentAt } from './addressed-entities.ts';
import type { Answer, Routes, UsergridOptions } from './context.ts';
import {
  type LinkCall,
  linkUserOfDevice,
  listUsersOfDevice,
  showUserOfDevice,
  unlinkUserOfDevice,
} from './device-answers.ts';
import type { QueryParameters } from './envelope.ts';
import { inBothNumbers, spellings } from './holder-paths.ts';
import { eachOrOfMany } from './many-owners.ts';
import { pageQuery } from './query-parameters.ts';
import { resource } from './resource.ts';

export const deviceUserRoutes: Routes = (app, options) => {
  const flow = eachOrOfMany(options, createFlow(options));
  const schema = { querystring: pageQuery };
  const [devices, users] = [inBothNumbers('devices'), inBothNumbers('users')];
  const many = spellings(devices, ':device', users);
  const one = spellings(devices, ':device', users, ':owner');
  const summary = 'The user of a device';
  resource(app, many.path, { GET: { summary, answer: flow.list, schema } }, many.aliases);
  resource(
    app,
    one.path,
    {
      GET: { summary, answer: flow.show },
      POST: { summary: 'Links a device to a user, and to no other', answer: flow.link },
      DELETE: { summary: 'Unlinks a device from its user', answer: flow.unlink },
    },
    one.aliases,
  );
};

type Flow = Record<'list' | 'show' | 'link' | 'unlink', Answer>;

function createFlow(options: UsergridOptions): Flow {
  const at =
    (answer: (call: LinkCall) => Promise<FastifyReply>): Answer =>
    async (request, reply) =>
      answer(await callOf(options, request, reply));
  return {
    list: at(listUsersOfDevice),
    show: at(showUserOfDevice),
    link: at(linkUserOfDevice),
    unlink: at(unlinkUserOfDevice),
  };
}

async function callOf(
  options: UsergridOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<LinkCall> {
  const owner = await requireEntity(options.core, request, 'device', segmentAt(request, 1));
  const path = `/devices/${owner.uuid}/users`;
  const parameters = request.query as QueryParameters;
  return { request, reply, options, owner, path, parameters, reference: segmentAt(request, 3) };
}
