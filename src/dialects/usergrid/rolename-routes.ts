/** `/users/{u}/rolenames` and `/groups/{g}/rolenames`: roles as a map by name, as old portals ask. usergrid-auth.md 7.5. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { StoredEntity } from '../../core/entities/entity-store.ts';
import { KeygridError } from '../../core/errors.ts';
import { Type } from '../../http/json-schema.ts';
import { requireEntity, requireMember, segmentAt } from './addressed-entities.ts';
import { bodyFields } from './body.ts';
import type { Answer, Routes, UsergridOptions } from './context.ts';
import { applicationMembers, RawJson, sendEnvelope } from './envelope.ts';
import { type HolderKind, holderKinds, inBothNumbers, spellings } from './holder-paths.ts';
import { resource } from './resource.ts';
import { requireOtherEnd } from './role-administration.ts';

const nameBody = Type.Object({ name: Type.String({ description: 'Of a role' }) });

export const rolenameRoutes: Routes = (app, options) => {
  for (const { type, plural } of holderKinds) {
    if (type === 'role') continue;
    const many = spellings(inBothNumbers(plural), ':owner', 'rolenames');
    const one = spellings(inBothNumbers(plural), ':owner', 'rolenames', ':member');
    const named = assign(options, type, readName);
    const assignNamed = { summary: `Gives a ${type} a role`, answer: named, schema: { body: nameBody } };
    const assignAddressed = {
      summary: `Gives a ${type} a role`,
      answer: assign(options, type, (request) => segmentAt(request, 3)),
    };
    resource(
      app,
      many.path,
      {
        GET: { summary: `Roles of a ${type} by name`, answer: list(options, type) },
        POST: assignNamed,
        PUT: assignNamed,
      },
      many.aliases,
    );
    resource(
      app,
      one.path,
      {
        POST: assignAddressed,
        PUT: assignAddressed,
        DELETE: { summary: `Takes a role from a ${type}`, answer: unassign(options, type) },
      },
      one.aliases,
    );
  }
};

type OwnerType = HolderKind['type'];

const list =
  (options: UsergridOptions, type: OwnerType): Answer =>
  async (request, reply) =>
    sendRoles(
      options,
      request,
      reply,
      await requireEntity(options.core, request, type, segmentAt(request, 1)),
    );

function assign(
  options: UsergridOptions,
  type: OwnerType,
  roleReference: (request: FastifyRequest) => string,
): Answer {
  const { core } = options;
  return async (request, reply) => {
    const owner = await requireEntity(core, request, type, segmentAt(request, 1));
    const role = await requireMember(core, request, 'role', roleReference(request));
    await requireOtherEnd(core, request, owner, role);
    await core.memberships.add(request.application, owner, 'roles', role);
    return sendRoles(options, request, reply, owner);
  };
}

function unassign(options: UsergridOptions, type: OwnerType): Answer {
  const { core } = options;
  return async (request, reply) => {
    const owner = await requireEntity(core, request, type, segmentAt(request, 1));
    const role = await requireMember(core, request, 'role', segmentAt(request, 3));
    await requireOtherEnd(core, request, owner, role);
    await core.memberships.remove(request.application, owner, 'roles', role);
    return sendRoles(options, request, reply, owner);
  };
}

function readName(request: FastifyRequest): string {
  const { name } = bodyFields(request);
  if (typeof name === 'string' && name !== '') return name;
  throw new KeygridError('invalid_argument', "You must supply the 'name' of a role");
}

const mostRoles = 1000;

async function sendRoles(
  { core, place }: UsergridOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  owner: StoredEntity,
): Promise<FastifyReply> {
  const { application } = request;
  const roles = await core.memberships.list(application, owner, 'roles', {
    limit: mostRoles,
  });
  const entries = roles.entities.map((role) => `${JSON.stringify(nameOf(role))}:${role.body}`);
  return sendEnvelope(request, reply, {
    ...applicationMembers(request, { application, publicUrl: place.publicUrl }),
    entities: [],
    data: new RawJson(`{${entries.join(',')}}`),
  });
}

const nameOf = (role: StoredEntity): string => String((JSON.parse(role.body) as { name?: unknown }).name);
