/** `/roles/{r}/permissions`, the same of users and groups, and of the roles that those have. usergrid-auth.md 7.4, 7.5. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { StoredEntity } from '../../core/entities/entity-store.ts';
import { KeygridError } from '../../core/errors.ts';
import { Type } from '../../http/json-schema.ts';
import { requireEntity, requireMember, segmentAt } from './addressed-entities.ts';
import { bodyFields } from './body.ts';
import type { Answer, Routes, UsergridOptions } from './context.ts';
import { applicationMembers, type QueryParameters, sendEnvelope } from './envelope.ts';
import { type HolderKind, holderKinds, inBothNumbers, spellings } from './holder-paths.ts';
import { resource } from './resource.ts';
import { requireRoleAdministration } from './role-administration.ts';

const permissionBody = Type.Object({
  permission: Type.String({ description: 'operations:path, such as get,put:/users/*' }),
});
const permissionQuery = Type.Object({
  permission: Type.String({ description: 'Exactly as listed; may come several times' }),
});

export const permissionRoutes: Routes = (app, options) => {
  for (const kind of holderKinds) {
    const { path, aliases } = spellings(inBothNumbers(kind.plural), ':owner', 'permissions');
    const give = { answer: givePermission(options, kind), schema: { body: permissionBody } };
    resource(
      app,
      path,
      {
        GET: { summary: `Permissions of a ${kind.type}`, answer: listPermissions(options, kind) },
        POST: { summary: `Gives a ${kind.type} a permission`, ...give },
        PUT: { summary: `Gives a ${kind.type} a permission`, ...give },
        DELETE: {
          summary: `Takes permissions away from a ${kind.type}`,
          answer: takePermissions(options, kind),
          schema: { querystring: permissionQuery },
        },
      },
      aliases,
    );
    if (kind.type !== 'role') permissionsOfOwnRoles(app, options, kind);
  }
};

/** `/users/{u}/roles/{r}/permissions`: the role's, where the user has it. */
function permissionsOfOwnRoles(app: Parameters<Routes>[0], options: UsergridOptions, kind: HolderKind): void {
  const { core } = options;
  const roles = inBothNumbers('roles');
  const { path, aliases } = spellings(inBothNumbers(kind.plural), ':owner', roles, ':member', 'permissions');
  const answer: Answer = async (request, reply) => {
    const owner = await requireEntity(core, request, kind.type, segmentAt(request, 1));
    const role = await requireMember(core, request, 'role', segmentAt(request, 3));
    if (!(await core.memberships.has(request.application, owner, 'roles', role))) throw notAssigned(kind);
    return sendPermissions(options, request, reply, role);
  };
  resource(app, path, { GET: { summary: `Permissions of a role of a ${kind.type}`, answer } }, aliases);
}

const notAssigned = ({ type }: HolderKind): KeygridError =>
  new KeygridError('resource_not_found', `The ${type} has no such role`);

const listPermissions =
  (options: UsergridOptions, { type }: HolderKind): Answer =>
  async (request, reply) =>
    sendPermissions(
      options,
      request,
      reply,
      await requireEntity(options.core, request, type, segmentAt(request, 1)),
    );

function givePermission(options: UsergridOptions, { type }: HolderKind): Answer {
  const { core } = options;
  return async (request, reply) => {
    if (type !== 'role') await requireRoleAdministration(core, request);
    const holder = await requireEntity(core, request, type, segmentAt(request, 1));
    const { permission } = bodyFields(request);
    const data = await core.roles.addPermission(request.application, holder.uuid, permission);
    return sendData(options, request, reply, data);
  };
}

function takePermissions(options: UsergridOptions, { type }: HolderKind): Answer {
  const { core } = options;
  return async (request, reply) => {
    const holder = await requireEntity(core, request, type, segmentAt(request, 1));
    const { permission = [] } = request.query as QueryParameters;
    const data = await core.roles.removePermissions(request.application, holder.uuid, [permission].flat());
    return sendData(options, request, reply, data);
  };
}

async function sendPermissions(
  options: UsergridOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  holder: StoredEntity,
): Promise<FastifyReply> {
  const data = await options.core.roles.permissionsOf(request.application, holder.uuid);
  return sendData(options, request, reply, data);
}

/** The answer about the application, as clients of the original know it: no `path`, and no entity. */
const sendData = (
  { place }: UsergridOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  data: string[],
): FastifyReply =>
  sendEnvelope(request, reply, {
    ...applicationMembers(request, { application: request.application, publicUrl: place.publicUrl }),
    entities: [],
    data,
  });
