/** `/resetroles`: the roles of a new application, back as they were. usergrid-auth.md 7.3. */
import type { Answer, Routes, UsergridOptions } from './context.ts';
import { applicationMembers, rawJsonArray, sendEnvelope } from './envelope.ts';
import { spellings } from './holder-paths.ts';
import { renderEntity } from './render-entity.ts';
import { type Operation, resource } from './resource.ts';

export const roleRoutes: Routes = (app, options) => {
  const { path } = spellings('resetroles');
  const reset: Operation = {
    summary: 'Brings back the roles that an application begins with, and their permissions',
    answer: resetRoles(options),
  };
  resource(app, path, { POST: reset, PUT: reset });
};

const resetRoles =
  ({ core, place }: UsergridOptions): Answer =>
  async (request, reply) => {
    const { application } = request;
    const roles = await core.roles.resetDefaultRoles(application);
    return sendEnvelope(request, reply, {
      ...applicationMembers(request, { application, publicUrl: place.publicUrl }, '/roles'),
      entities: rawJsonArray(roles.map((role) => renderEntity(role, '/roles'))),
    });
  };
