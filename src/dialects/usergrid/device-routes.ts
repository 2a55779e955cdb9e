/** `/users/{u}/devices`. usergrid-data.md 8.1. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Awaitable } from '../../core/awaitable.ts';
import { type CollectionWriter, collectionWriter } from '../../core/entities/collections/collection.ts';
import type { StoredEntity } from '../../core/entities/entity-store.ts';
import { isUuid } from '../../core/uuid.ts';
import { requireEntity, requireMember, segmentAt } from './addressed-entities.ts';
import type { Answer, Routes, UsergridOptions } from './context.ts';
import { createManyAt, createOneAt } from './create-entities.ts';
import { sendEntitiesAt, sendPageAt, sentBody, sentObject } from './data-call.ts';
import { notLinked, requireRightToChange, requireRightToName } from './device-rights.ts';
import type { QueryParameters } from './envelope.ts';
import { inBothNumbers, spellings } from './holder-paths.ts';
import { ofOneType } from './list-narrowing.ts';
import { eachOrOfMany } from './many-owners.ts';
import { pageQuery, readDataParameters } from './query-parameters.ts';
import { resource } from './resource.ts';

export const deviceRoutes: Routes = (app, options) => {
  const flow = eachOrOfMany(options, createFlow(options));
  const schema = { querystring: pageQuery };
  const [users, devices] = [inBothNumbers('users'), inBothNumbers('devices')];
  const many = spellings(users, ':owner', devices);
  const one = spellings(users, ':owner', devices, ':device');
  const create = { summary: 'Registers a device of a user', answer: flow.create };
  resource(
    app,
    many.path,
    {
      GET: { summary: 'The devices of a user', answer: flow.list, schema },
      POST: create,
      PUT: create,
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

type Flow = Record<'list' | 'create' | 'show' | 'link' | 'put' | 'unlink', Answer>;

const pathOf = ({ uuid }: StoredEntity): string => `/users/${uuid}/devices`;

function createFlow(options: UsergridOptions): Flow {
  const { core } = options;
  const { userDevices } = core;
  const userAt = (request: FastifyRequest): Promise<StoredEntity> =>
    requireEntity(core, request, 'user', segmentAt(request, 1));
  const endsOf = async (request: FastifyRequest): Promise<[user: StoredEntity, device: StoredEntity]> => [
    await userAt(request),
    await requireMember(core, request, 'device', segmentAt(request, 3)),
  ];
  const writerOf = ({ application }: FastifyRequest): CollectionWriter =>
    collectionWriter(core, application, 'device', { administrator: false });
  const send = (
    request: FastifyRequest,
    reply: FastifyReply,
    user: StoredEntity,
    found: readonly StoredEntity[],
  ): Awaitable<FastifyReply> => sendEntitiesAt({ request, reply, options }, pathOf(user), found);

  /** Of a request that was sent again: what somebody else has linked since stays there. */
  async function linkNew({ application }: FastifyRequest, user: StoredEntity, device: StoredEntity) {
    if (await userDevices.isAnyones(application, device)) return;
    await userDevices.link(application, user, device);
  }

  return {
    async list(request, reply) {
      const user = await userAt(request);
      const asked = ofOneType(readDataParameters(request.query as QueryParameters), 'device');
      const page = await userDevices.ofUser(request.application, user, asked);
      return sendPageAt({ request, reply, options }, pathOf(user), page, asked.query);
    },
    async create(request, reply) {
      const user = await userAt(request);
      const sent = sentBody(request);
      const call = { request, reply, options };
      const place = { type: 'device', path: pathOf(user), writer: writerOf(request) };
      const created = Array.isArray(sent)
        ? await createManyAt(call, place, sent)
        : [await createOneAt(call, place, sent)];
      for (const device of created) await linkNew(request, user, device);
      return send(request, reply, user, created);
    },
    async show(request, reply) {
      const [user, device] = await endsOf(request);
      if (!(await userDevices.isOf(request.application, user, device))) throw notLinked();
      return send(request, reply, user, [device]);
    },
    async link(request, reply) {
      const [user, device] = await endsOf(request);
      if (!isUuid(segmentAt(request, 3))) await requireRightToName(core, request, user, device);
      await userDevices.link(request.application, user, device);
      return send(request, reply, user, [device]);
    },
    async put(request, reply) {
      const user = await userAt(request);
      const sent = sentObject(request);
      const reference = segmentAt(request, 3);
      const known = await core.entities.of(request.application).resolve('device', reference);
      if (known && !isUuid(reference)) await requireRightToName(core, request, user, known);
      if (known) await requireRightToChange(core, request, user, known);
      const writer = writerOf(request);
      const device = await (known ? writer.update(known, sent) : writer.createAt(reference, sent));
      await userDevices.link(request.application, user, device);
      return send(request, reply, user, [device]);
    },
    async unlink(request, reply) {
      const [user, device] = await endsOf(request);
      if (!(await userDevices.unlink(request.application, user, device))) throw notLinked();
      return send(request, reply, user, [device]);
    },
  };
}
