/** Who is in which group and who has which role, from either end: `/users/{u}/roles/{r}`. usergrid-auth.md 7.4, 7.5. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Awaitable } from '../../core/awaitable.ts';
import type { StoredEntity } from '../../core/entities/entity-store.ts';
import { requireEntity, requireMember, segmentAt } from './addressed-entities.ts';
import { isByQuery } from './change-by-query.ts';
import type { Answer, Routes, UsergridOptions } from './context.ts';
import { sendEntitiesAt, sendPageAt, sentBody } from './data-call.ts';
import { answerData } from './data-routes.ts';
import type { QueryParameters } from './envelope.ts';
import { type HolderKind, holderKinds, inBothNumbers, spellings } from './holder-paths.ts';
import { ofOneType } from './list-narrowing.ts';
import { eachOrOfMany } from './many-owners.ts';
import { addMember, createMembers, noMember, removeMember } from './member-changes.ts';
import { pageQuery, readDataParameters } from './query-parameters.ts';
import { resource } from './resource.ts';
import { requireCreation } from './role-administration.ts';
import { sendUnlessKnown, sendWritten } from './tagged-answers.ts';

export const membershipRoutes: Routes = (app, options) => {
  for (const { type, plural, collections } of holderKinds) {
    for (const collection of collections) {
      const flow = eachOrOfMany(options, createFlow(options, type, collection));
      const many = spellings(inBothNumbers(plural), ':owner', inBothNumbers(collection));
      const one = spellings(inBothNumbers(plural), ':owner', inBothNumbers(collection), ':member');
      const create = { summary: `Creates one of the ${collection} of a ${type}`, answer: flow.create };
      const add = { summary: `Adds to the ${collection} of a ${type}`, answer: flow.add };
      resource(
        app,
        many.path,
        {
          GET: {
            summary: `The ${collection} of a ${type}`,
            answer: flow.list,
            schema: { querystring: pageQuery },
          },
          POST: create,
          PUT: { summary: `Creates one, or changes all ${collection} that match`, answer: flow.put },
        },
        many.aliases,
      );
      resource(
        app,
        one.path,
        {
          GET: { summary: `One of the ${collection} of a ${type}`, answer: flow.show },
          POST: add,
          PUT: add,
          DELETE: { summary: `Removes from the ${collection} of a ${type}`, answer: flow.remove },
        },
        one.aliases,
      );
    }
  }
};

type Flow = Record<'list' | 'create' | 'put' | 'show' | 'add' | 'remove', Answer>;

function createFlow(options: UsergridOptions, type: HolderKind['type'], collection: string): Flow {
  const { core } = options;
  const memberType = core.memberships.memberTypeOf(type, collection)!;
  const ownerOf = (request: FastifyRequest) => requireEntity(core, request, type, segmentAt(request, 1));

  /** Both ends, which the caller must be allowed to change. */
  async function endsOf(request: FastifyRequest): Promise<[owner: StoredEntity, member: StoredEntity]> {
    const owner = await ownerOf(request);
    const member = await requireMember(core, request, memberType, segmentAt(request, 3));
    return [owner, member];
  }

  const pathOf = ({ uuid }: StoredEntity): string => `/${type}s/${uuid}/${collection}`;
  const send = (
    request: FastifyRequest,
    reply: FastifyReply,
    owner: StoredEntity,
    members: StoredEntity[],
  ): Awaitable<FastifyReply> => sendEntitiesAt({ request, reply, options }, pathOf(owner), members);

  const create: Answer = async (request, reply) => {
    await requireCreation(core, request, memberType);
    const owner = await ownerOf(request);
    const call = { request, reply, options };
    const sent = sentBody(request);
    const members = await createMembers(call, { owner, collection }, sent);
    return Array.isArray(sent)
      ? send(request, reply, owner, members)
      : sendWritten(call, pathOf(owner), members[0]!);
  };
  const changeMatching = answerData(options);

  return {
    create,
    put: (request, reply) =>
      isByQuery(readDataParameters(request.query as QueryParameters))
        ? changeMatching(request, reply)
        : create(request, reply),
    async list(request, reply) {
      const owner = await ownerOf(request);
      const asked = readDataParameters(request.query as QueryParameters);
      const { query, limit, cursor } = ofOneType(asked, memberType);
      const page = { query, limit, cursor };
      const found = await core.memberships.list(request.application, owner, collection, page);
      return sendPageAt({ request, reply, options }, pathOf(owner), found, query);
    },
    async show(request, reply) {
      const [owner, member] = await endsOf(request);
      if (await core.memberships.has(request.application, owner, collection, member))
        return sendUnlessKnown({ request, reply, options }, pathOf(owner), member);
      throw noMember(owner, member);
    },
    async add(request, reply) {
      const [owner, member] = await endsOf(request);
      await addMember({ request, reply, options }, { owner, collection, member });
      return send(request, reply, owner, [member]);
    },
    async remove(request, reply) {
      const [owner, member] = await endsOf(request);
      await removeMember({ request, reply, options }, { owner, collection, member });
      return send(request, reply, owner, [member]);
    },
  };
}
