/** Whom a reference to a user of an application means; `me` is the caller. usergrid-auth.md 4.3 and 9.3. */
import type { Entities, ForcedAlias } from '../entities/entities.ts';
import type { StoredEntity } from '../entities/entity-store.ts';
import { KeygridError } from '../errors.ts';
import type { Application } from '../tenancy/tenancy.ts';
import { isUuid, type Uuid } from '../uuid.ts';
import type { Caller } from './principal.ts';

export const isSelfReference = (reference: string): boolean => reference.toLowerCase() === 'me';

/** The application's user that the caller is. */
export function callingUser({ principal }: Caller, application: Application): Uuid | undefined {
  const isUser = principal?.kind === 'application_user' && principal.realm === application.key;
  return isUser ? principal.uuid : undefined;
}

/**
 * By uuid, email address, username or `me`, in any case. Which error it is tells old clients whether to create one.
 * @throws KeygridError `entity_not_found`, `resource_not_found`
 */
export async function requireUser(
  entities: Entities,
  application: Application,
  caller: Caller,
  reference: string,
  force?: ForcedAlias,
): Promise<StoredEntity> {
  const users = entities.of(application);
  if (!isSelfReference(reference)) {
    const user = await users.resolve('user', reference, force);
    if (user) return user;
    throw new KeygridError(isUuid(reference) ? 'entity_not_found' : 'resource_not_found', 'User not found', {
      subject: { type: 'user' },
    });
  }
  const uuid = callingUser(caller, application);
  const self = uuid === undefined ? undefined : await users.findByUuid('user', uuid);
  if (self) return self;
  const code = caller.principal?.kind === 'admin_user' ? 'entity_not_found' : 'resource_not_found';
  throw new KeygridError(code, 'The credentials name no user of this application');
}
