/** What is done with the devices of a user, and with the user of a device. usergrid-data.md 8.1. */
import type { FastifyReply } from 'fastify';
import type { Awaitable } from '../../core/awaitable.ts';
import { type CollectionWriter, collectionWriter } from '../../core/entities/collections/collection.ts';
import type { StoredEntity } from '../../core/entities/entity-store.ts';
import { preconditionFailed } from '../../core/entities/entity-writer.ts';
import { maximumPageSize } from '../../core/entities/query/entity-page.ts';
import { updateFound } from '../../core/entities/query/write-each.ts';
import { isUuid } from '../../core/uuid.ts';
import { requireMember } from './addressed-entities.ts';
import { changeByQuery, isByQuery } from './change-by-query.ts';
import { requireCondition, writeConditionOf } from './conditional-request.ts';
import { createManyAt, createOneAt } from './create-entities.ts';
import { type EntitiesCall, sendEntitiesAt, sendPageAt, sentBody, sentObject } from './data-call.ts';
import { notLinked, requireRightToChange, requireRightToName } from './device-rights.ts';
import type { QueryParameters } from './envelope.ts';
import { ofOneType } from './list-narrowing.ts';
import { readDataParameters } from './query-parameters.ts';
import { requireOtherEnd } from './role-administration.ts';
import { sendUnlessKnown, sendWritten } from './tagged-answers.ts';

/** `owner`: the user, or the device whose user is meant. `parameters`: what chooses from the list. */
export interface LinksCall extends EntitiesCall {
  owner: StoredEntity;
  parameters: QueryParameters;
  /** Of the list, as answers have it. */
  path: string;
}

/** `reference`: what the path says in the place of the other end's uuid or name. */
export interface LinkCall extends LinksCall {
  reference: string;
}

export async function listDevices(call: LinksCall): Promise<FastifyReply> {
  const { request, options, owner, path, parameters } = call;
  const asked = ofOneType(readDataParameters(parameters), 'device');
  return sendPageAt(
    call,
    path,
    await options.core.userDevices.ofUser(request.application, owner, asked),
    asked.query,
  );
}

export async function createDevices(call: LinksCall): Promise<FastifyReply> {
  const { request, owner, path } = call;
  const sent = sentBody(request);
  const place = { type: 'device', path, writer: writerOf(call) };
  if (!Array.isArray(sent)) {
    const device = await createOneAt(call, place, sent);
    await linkNew(call, owner, device);
    return sendWritten(call, path, device);
  }
  const created = await createManyAt(call, place, sent);
  for (const device of created) await linkNew(call, owner, device);
  return sendEntitiesAt(call, path, created);
}

/** `chosen`: by a segment such as `all`, which counts as a query. Without any query one is registered. */
export async function putDevices(call: LinksCall, chosen = false): Promise<FastifyReply> {
  const asked = readDataParameters(call.parameters);
  if (!isByQuery(asked, chosen)) return createDevices(call);
  const { request, options, owner, path } = call;
  const page = { query: ofOneType(asked, 'device').query, limit: maximumPageSize };
  const writer = writerOf(call);
  return changeByQuery(call, asked, {
    ...{ path, nothing: 'No device of the user matches the query' },
    async change(patch) {
      const found = await options.core.userDevices.ofUser(request.application, owner, page);
      return updateFound(found, patch, (device) => writer.update(device, patch));
    },
  });
}

/** Of a request that was sent again: what somebody else has linked since stays there. */
async function linkNew(
  { request, options }: LinksCall,
  user: StoredEntity,
  device: StoredEntity,
): Promise<void> {
  const { userDevices } = options.core;
  if (await userDevices.isAnyones(request.application, device)) return;
  await userDevices.link(request.application, user, device);
}

export async function showDevice(call: LinkCall): Promise<FastifyReply> {
  const device = await otherEnd(call, 'device');
  await requireLink(call, call.owner, device);
  return sendUnlessKnown(call, call.path, device);
}

export async function linkDevice(call: LinkCall): Promise<FastifyReply> {
  const { request, options, owner, reference } = call;
  const device = await otherEnd(call, 'device');
  if (!isUuid(reference)) await requireRightToName(options.core, request, owner, device);
  requireCondition(request, device);
  await options.core.userDevices.link(request.application, owner, device);
  return send(call, [device]);
}

/** @throws KeygridError also `precondition_failed` */
export async function putDevice(call: LinkCall): Promise<FastifyReply> {
  const { request, options, owner, reference } = call;
  const { core } = options;
  const sent = sentObject(request);
  const condition = writeConditionOf(request);
  const known = await core.entities.of(request.application).resolve('device', reference);
  if (known && !isUuid(reference)) await requireRightToName(core, request, owner, known);
  if (known) await requireRightToChange(core, request, owner, known);
  if (!known && condition?.mustExist) throw preconditionFailed();
  const writer = writerOf(call);
  const device = await (known
    ? writer.update(known, sent, condition)
    : writer.createAt(reference, sent, condition));
  await core.userDevices.link(request.application, owner, device);
  return sendWritten(call, call.path, device);
}

export async function unlinkDevice(call: LinkCall): Promise<FastifyReply> {
  const device = await otherEnd(call, 'device');
  await unlink(call, { user: call.owner, device }, device);
  return send(call, [device]);
}

export async function listUsersOfDevice(call: LinksCall): Promise<FastifyReply> {
  const { request, options, owner, path, parameters } = call;
  const asked = ofOneType(readDataParameters(parameters), 'user');
  return sendPageAt(
    call,
    path,
    await options.core.userDevices.usersOf(request.application, owner, asked),
    asked.query,
  );
}

export async function showUserOfDevice(call: LinkCall): Promise<FastifyReply> {
  const user = await otherEnd(call, 'user');
  await requireLink(call, user, call.owner);
  return sendUnlessKnown(call, call.path, user);
}

export async function linkUserOfDevice(call: LinkCall): Promise<FastifyReply> {
  const { request, options, owner } = call;
  const user = await otherEnd(call, 'user');
  await requireOtherEnd(options.core, request, owner, user);
  requireCondition(request, user);
  await options.core.userDevices.link(request.application, user, owner);
  return send(call, [user]);
}

export async function unlinkUserOfDevice(call: LinkCall): Promise<FastifyReply> {
  const { request, options, owner } = call;
  const user = await otherEnd(call, 'user');
  await requireOtherEnd(options.core, request, owner, user);
  await unlink(call, { user, device: owner }, user);
  return send(call, [user]);
}

const otherEnd = ({ request, options, reference }: LinkCall, type: string): Promise<StoredEntity> =>
  requireMember(options.core, request, type, reference);

/** @throws KeygridError `resource_not_found` */
async function requireLink({ request, options }: LinkCall, user: StoredEntity, device: StoredEntity) {
  if (!(await options.core.userDevices.isOf(request.application, user, device))) throw notLinked();
}

interface Link {
  user: StoredEntity;
  device: StoredEntity;
}

/** @param named the one that the path ends with. @throws KeygridError `resource_not_found`, `precondition_failed` */
async function unlink(call: LinkCall, { user, device }: Link, named: StoredEntity): Promise<void> {
  const { request, options } = call;
  await requireLink(call, user, device);
  requireCondition(request, named);
  if (!(await options.core.userDevices.unlink(request.application, user, device))) throw notLinked();
}

const writerOf = ({ request, options }: LinksCall): CollectionWriter =>
  collectionWriter(options.core, request.application, 'device', { administrator: false });

const send = (call: LinksCall, found: readonly StoredEntity[]): Awaitable<FastifyReply> =>
  sendEntitiesAt(call, call.path, found);
