/** `/users/{u}/devices` and, from the other end, `/devices/{d}/users`. usergrid-data.md 8.1. */

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Awaitable } from '../../core/awaitable.ts';
import type { Core } from '../../core/core.ts';
import { collectionWriter } from '../../core/entities/collection.ts';
import type { EntityPage } from '../../core/entities/entities.ts';
import type { StoredEntity } from '../../core/entities/entity-store.ts';
import { KeygridError } from '../../core/errors.ts';
import { isUuid } from '../../core/uuid.ts';
import { Type } from '../../http/json-schema.ts';
import { requireEntity, requireMember, segmentAt } from './addressed-entities.ts';
import type { Routes, UsergridOptions } from './context.ts';
import { createManyAt, createOneAt } from './create-entities.ts';
import { sendEntitiesAt, sentBody, sentObject } from './data-call.ts';
import type { QueryParameters } from './envelope.ts';
import { addressedPath } from './guard.ts';
import { inBothNumbers, spellings } from './holder-paths.ts';
import { orOfMany } from './many-owners.ts';
import { type DataParameters, readDataParameters } from './query-parameters.ts';
import { resource } from './resource.ts';
import { requireOtherEnd } from './role-administration.ts';

const pageQuery = Type.Object({
  ql: Type.Optional(Type.String({ description: 'A statement, as for collections' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 10 })),
  cursor: Type.Optional(Type.String()),
});
const users = inBothNumbers('users');
const devices = inBothNumbers('devices');

export const deviceRoutes: Routes = (app, options) => {
  const flow = createFlow(options);
  const schema = { querystring: pageQuery };
  const ofUser = spellings(users, ':owner', devices);
  const oneOfUser = spellings(users, ':owner', devices, ':device');
  const ofDevice = spellings(devices, ':device', users);
  const oneOfDevice = spellings(devices, ':device', users, ':owner');
  const create = { summary: 'Registers a device of a user', answer: flow.create };
  resource(
    app,
    ofUser.path,
    {
      GET: { summary: 'The devices of a user', answer: orOfMany(options, flow.list), schema },
      POST: create,
      PUT: create,
    },
    ofUser.aliases,
  );
  resource(
    app,
    oneOfUser.path,
    {
      GET: { summary: 'One of the devices of a user', answer: orOfMany(options, flow.show) },
      POST: { summary: 'Links a device to a user, and to no other', answer: flow.link },
      PUT: { summary: 'Registers or changes a device, and links it', answer: flow.put },
      DELETE: { summary: 'Unlinks a device from its user', answer: flow.unlink },
    },
    oneOfUser.aliases,
  );
  resource(
    app,
    ofDevice.path,
    { GET: { summary: 'The user of a device', answer: orOfMany(options, flow.listUsers), schema } },
    ofDevice.aliases,
  );
  resource(
    app,
    oneOfDevice.path,
    {
      GET: { summary: 'The user of a device', answer: orOfMany(options, flow.showUser) },
      POST: { summary: 'Links a device to a user, and to no other', answer: flow.linkUser },
      DELETE: { summary: 'Unlinks a device from its user', answer: flow.unlinkUser },
    },
    oneOfDevice.aliases,
  );
};

function createFlow(options: UsergridOptions) {
  const { core } = options;
  const { userDevices } = core;

  const sendDevices = (
    request: FastifyRequest,
    reply: FastifyReply,
    user: StoredEntity,
    found: readonly StoredEntity[],
  ): Awaitable<FastifyReply> =>
    sendEntitiesAt({ request, reply, options }, `/users/${user.uuid}/devices`, found);
  const sendUser = (
    request: FastifyRequest,
    reply: FastifyReply,
    device: StoredEntity,
    user: StoredEntity,
  ): Awaitable<FastifyReply> =>
    sendEntitiesAt({ request, reply, options }, `/devices/${device.uuid}/users`, [user]);
  const sendPage = (
    request: FastifyRequest,
    reply: FastifyReply,
    path: string,
    { entities, distances, cursor }: EntityPage,
    { query }: DataParameters,
  ): Awaitable<FastifyReply> =>
    sendEntitiesAt({ request, reply, options }, path, entities, {
      projection: query.projection,
      distances,
      members: { cursor },
    });
  const userAt = (request: FastifyRequest): Promise<StoredEntity> =>
    requireEntity(core, request, 'user', segmentAt(request, 1));
  const deviceAt = (request: FastifyRequest): Promise<StoredEntity> =>
    requireEntity(core, request, 'device', segmentAt(request, 1));
  const endsFromUser = async (
    request: FastifyRequest,
  ): Promise<[user: StoredEntity, device: StoredEntity]> => [
    await userAt(request),
    await requireMember(core, request, 'device', segmentAt(request, 3)),
  ];
  const endsFromDevice = async (
    request: FastifyRequest,
  ): Promise<[device: StoredEntity, user: StoredEntity]> => [
    await deviceAt(request),
    await requireMember(core, request, 'user', segmentAt(request, 3)),
  ];
  const parametersOf = ({ query }: FastifyRequest) => readDataParameters(query as QueryParameters);
  const writer = ({ application }: FastifyRequest) =>
    collectionWriter(core, application, 'device', { administrator: false });

  /** Of a request that was sent again: what somebody else has linked since stays there. */
  const linkNew = async ({ application }: FastifyRequest, user: StoredEntity, device: StoredEntity) => {
    if (await userDevices.isAnyones(application, device)) return;
    await userDevices.link(application, user, device);
  };

  return {
    async list(request: FastifyRequest, reply: FastifyReply) {
      const user = await userAt(request);
      const asked = parametersOf(request);
      const page = await userDevices.ofUser(request.application, user, asked);
      return sendPage(request, reply, `/users/${user.uuid}/devices`, page, asked);
    },
    async create(request: FastifyRequest, reply: FastifyReply) {
      const user = await userAt(request);
      const sent = sentBody(request);
      const call = { request, reply, options };
      const path = `/users/${user.uuid}/devices`;
      const place = { type: 'device', path, writer: writer(request) };
      const created = Array.isArray(sent)
        ? await createManyAt(call, place, sent)
        : [await createOneAt(call, place, sent)];
      for (const device of created) await linkNew(request, user, device);
      return sendDevices(request, reply, user, created);
    },
    async show(request: FastifyRequest, reply: FastifyReply) {
      const [user, device] = await endsFromUser(request);
      if (await userDevices.isOf(request.application, user, device))
        return sendDevices(request, reply, user, [device]);
      throw notLinked();
    },
    async link(request: FastifyRequest, reply: FastifyReply) {
      const [user, device] = await endsFromUser(request);
      await requireKnowing(core, request, user, device);
      await userDevices.link(request.application, user, device);
      return sendDevices(request, reply, user, [device]);
    },
    async put(request: FastifyRequest, reply: FastifyReply) {
      const user = await userAt(request);
      const sent = sentObject(request);
      const reference = segmentAt(request, 3);
      const known = await core.entities.of(request.application).resolve('device', reference);
      if (known) await requireRightToChange(core, request, user, known);
      const device = known
        ? await writer(request).update(known, sent)
        : await writer(request).createAt(reference, sent);
      await userDevices.link(request.application, user, device);
      return sendDevices(request, reply, user, [device]);
    },
    async unlink(request: FastifyRequest, reply: FastifyReply) {
      const [user, device] = await endsFromUser(request);
      if (await userDevices.unlink(request.application, user, device))
        return sendDevices(request, reply, user, [device]);
      throw notLinked();
    },
    async listUsers(request: FastifyRequest, reply: FastifyReply) {
      const device = await deviceAt(request);
      const asked = parametersOf(request);
      const page = await userDevices.usersOf(request.application, device, asked);
      return sendPage(request, reply, `/devices/${device.uuid}/users`, page, asked);
    },
    async showUser(request: FastifyRequest, reply: FastifyReply) {
      const [device, user] = await endsFromDevice(request);
      if (await userDevices.isOf(request.application, user, device))
        return sendUser(request, reply, device, user);
      throw notLinked();
    },
    async linkUser(request: FastifyRequest, reply: FastifyReply) {
      const [device, user] = await endsFromDevice(request);
      await requireOtherEnd(core, request, device, user);
      await userDevices.link(request.application, user, device);
      return sendUser(request, reply, device, user);
    },
    async unlinkUser(request: FastifyRequest, reply: FastifyReply) {
      const [device, user] = await endsFromDevice(request);
      await requireOtherEnd(core, request, device, user);
      if (await userDevices.unlink(request.application, user, device))
        return sendUser(request, reply, device, user);
      throw notLinked();
    },
  };
}

/** Its uuid is known to whoever holds it. Names can be guessed: they take the right to read the device. */
async function requireKnowing(
  core: Core,
  request: FastifyRequest,
  user: StoredEntity,
  device: StoredEntity,
): Promise<void> {
  const { caller, application } = request;
  if (isUuid(segmentAt(request, 3)) || (await core.userDevices.isOf(application, user, device))) return;
  await core.pathPermission.require(caller, application, 'get', addressedPath(['devices', device.uuid]));
}

/** A device that changes hands is linked as it is: to change somebody else's takes the right to that device. */
async function requireRightToChange(
  core: Core,
  { caller, application }: FastifyRequest,
  user: StoredEntity,
  device: StoredEntity,
): Promise<void> {
  if (await core.userDevices.isOf(application, user, device)) return;
  if (!(await core.userDevices.isAnyones(application, device))) return;
  await core.pathPermission.require(caller, application, 'put', addressedPath(['devices', device.uuid]));
}

const notLinked = (): KeygridError =>
  new KeygridError('resource_not_found', 'The user and the device are not connected');
