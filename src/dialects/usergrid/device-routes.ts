/** `/users/{u}/devices`. usergrid-data.md 8.1. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { requireEntity, segmentAt } from './addressed-entities.ts';
import type { Answer, Routes, UsergridOptions } from './context.ts';
import {
  createDevices,
  type LinkCall,
  linkDevice,
  listDevices,
  putDevice,
  putDevices,
  showDevice,
  unlinkDevice,
} from './device-answers.ts';
import type { QueryParameters } from './envelope.ts';
import { inBothNumbers, spellings } from './holder-paths.ts';
import { eachOrOfMany } from './many-owners.ts';
import { pageQuery } from './query-parameters.ts';
import { resource } from './resource.ts';

export const deviceRoutes: Routes = (app, options) => {
  const flow = eachOrOfMany(options, createFlow(options));
  const schema = { querystring: pageQuery };
  const [users, devices] = [inBothNumbers('users'), inBothNumbers('devices')];
  const many = spellings(users, ':owner', devices);
  const one = spellings(users, ':owner', devices, ':device');
  resource(
    app,
    many.path,
    {
      GET: { summary: 'The devices of a user', answer: flow.list, schema },
      POST: { summary: 'Registers a device of a user', answer: flow.create },
      PUT: { summary: 'Registers one, or changes all that match the query', answer: flow.putMany },
    },
    many.aliases,
  );
  resource(
    app,
    one.path,
    {
      GET: { summary: 'One of the devices of a user', answer: flow.show },
      POST: { summary: 'Links a device to a user, and to no other', answer: flow.link },
      PUT: { summary: 'Registers or changes a device, and links it', answer: flow.put },
      DELETE: { summary: 'Unlinks a device from its user', answer: flow.unlink },
    },
    one.aliases,
  );
};

type Flow = Record<'list' | 'create' | 'putMany' | 'show' | 'link' | 'put' | 'unlink', Answer>;

function createFlow(options: UsergridOptions): Flow {
  const at =
    (answer: (call: LinkCall) => Promise<FastifyReply>): Answer =>
    async (request, reply) =>
      answer(await callOf(options, request, reply));
  return {
    list: at(listDevices),
    create: at(createDevices),
    putMany: at((call) => putDevices(call)),
    show: at(showDevice),
    link: at(linkDevice),
    put: at(putDevice),
    unlink: at(unlinkDevice),
  };
}

async function callOf(
  options: UsergridOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<LinkCall> {
  const owner = await requireEntity(options.core, request, 'user', segmentAt(request, 1));
  const path = `/users/${owner.uuid}/devices`;
  const parameters = request.query as QueryParameters;
  return { request, reply, options, owner, path, parameters, reference: segmentAt(request, 3) };
}
