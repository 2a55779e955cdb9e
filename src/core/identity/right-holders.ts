/** The two look-ups that permissions start from: a role by name, and what a user is called. */
import type { Entities } from '../entities/entities.ts';
import type { AccessOptions } from './access.ts';

export function createRightHolders(entities: Entities): Pick<AccessOptions, 'findRole' | 'findUsername'> {
  return {
    async findRole(application, name) {
      const role = await entities.of(application).findByAlias('role', name);
      if (!role) return undefined;
      const { inactivity } = JSON.parse(role.body) as { inactivity?: unknown };
      return { uuid: role.uuid, inactivityMilliseconds: typeof inactivity === 'number' ? inactivity : 0 };
    },
    async findUsername(application, uuid) {
      const user = await entities.of(application).findByUuid('user', uuid);
      if (!user) return undefined;
      const { username } = JSON.parse(user.body) as { username?: unknown };
      return { username: typeof username === 'string' ? username : '' };
    },
  };
}
