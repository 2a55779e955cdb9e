/** `/devices/{d}/users`: whose a device is, as seen from its own end. usergrid-data.md 8.1. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Awaitable } from '../../core/awaitable.ts';
import type { StoredEntity } from '../../core/entities/entity-store.ts';
import { requireEntity, requireMember, segmentAt } from './addressed-entities.ts';
import type { Answer, Routes, UsergridOptions } from './context.ts';
import { sendEntitiesAt, sendPageAt } from './data-call.ts';
import { notLinked } from './device-rights.ts';
import type { QueryParameters } from './envelope.ts';
import { inBothNumbers, spellings } from './holder-paths.ts';
import { ofOneType } from './list-narrowing.ts';
import { eachOrOfMany } from './many-owners.ts';
import { pageQuery, readDataParameters } from './query-parameters.ts';
import { resource } from './resource.ts';
import { requireOtherEnd } from './role-administration.ts';

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
  const { core } = options;
  const { userDevices } = core;
  const deviceAt = (request: FastifyRequest): Promise<StoredEntity> =>
    requireEntity(core, request, 'device', segmentAt(request, 1));
  const endsOf = async (request: FastifyRequest): Promise<[device: StoredEntity, user: StoredEntity]> => [
    await deviceAt(request),
    await requireMember(core, request, 'user', segmentAt(request, 3)),
  ];
  const send = (
    request: FastifyRequest,
    reply: FastifyReply,
    device: StoredEntity,
    user: StoredEntity,
  ): Awaitable<FastifyReply> =>
    sendEntitiesAt({ request, reply, options }, `/devices/${device.uuid}/users`, [user]);

  return {
    async list(request, reply) {
      const device = await deviceAt(request);
      const asked = ofOneType(readDataParameters(request.query as QueryParameters), 'user');
      const page = await userDevices.usersOf(request.application, device, asked);
      return sendPageAt({ request, reply, options }, `/devices/${device.uuid}/users`, page, asked.query);
    },
    async show(request, reply) {
      const [device, user] = await endsOf(request);
      if (!(await userDevices.isOf(request.application, user, device))) throw notLinked();
      return send(request, reply, device, user);
    },
    async link(request, reply) {
      const [device, user] = await endsOf(request);
      await requireOtherEnd(core, request, device, user);
      await userDevices.link(request.application, user, device);
      return send(request, reply, device, user);
    },
    async unlink(request, reply) {
      const [device, user] = await endsOf(request);
      await requireOtherEnd(core, request, device, user);
      if (!(await userDevices.unlink(request.application, user, device))) throw notLinked();
      return send(request, reply, device, user);
    },
  };
}
