/** What a user allowed to whom: listed, and ended at once. S051. */

import { createAudit, userSubject } from '../audit.ts';
import type { Client } from '../clients/client.ts';
import type { ClientDirectory } from '../clients/client-directory.ts';
import { KeygridError } from '../errors.ts';
import { type ListPart, type ListSlice, readListPart } from '../list-parts.ts';
import type { Log } from '../ports.ts';
import type { RealmKey } from '../tenancy/tenancy.ts';
import type { Uuid } from '../uuid.ts';
import type { Grant, GrantStore } from './authorization.ts';
import type { TokenAuthority } from './token-authority.ts';

export interface GrantedAccess {
  grant: Grant;
  /** Undefined when the client is gone meanwhile. */
  client: Client | undefined;
}

export interface GrantManagement {
  /** Ordered by when they were last used. */
  list(realm: RealmKey, user: Uuid, slice: ListSlice): Promise<ListPart<GrantedAccess>>;
  /** Ends the grant, its codes, refresh tokens and access tokens, by one write. @throws KeygridError `grant_not_found` */
  end(realm: RealmKey, user: Uuid, grant: Uuid): Promise<void>;
}

export interface GrantManagementOptions {
  grantsOf(realm: RealmKey): Pick<GrantStore, 'find' | 'listOfUser' | 'revoke'>;
  directory: ClientDirectory;
  tokens: Pick<TokenAuthority, 'revokeGrant'>;
  log: Log;
}

export function createGrantManagement(options: GrantManagementOptions): GrantManagement {
  const { grantsOf, directory, tokens } = options;
  const audit = createAudit(options.log);
  return {
    async list(realm, user, slice) {
      const read = (part: ListSlice) => grantsOf(realm).listOfUser(user, part);
      const { items, ...beside } = await readListPart(read, slice, ({ lastUsedAt, id }) => ({
        at: lastUsedAt,
        id,
      }));
      const granted = items.map(async (grant) => ({ grant, client: await directory.find(grant.clientId) }));
      return { ...beside, items: await Promise.all(granted) };
    },
    async end(realm, user, id) {
      const grant = await grantsOf(realm).find(id);
      if (grant?.user !== user) throw new KeygridError('grant_not_found', 'There is no such grant');
      await tokens.revokeGrant(realm, id, (revocations) => grantsOf(realm).revoke(id, revocations));
      audit('access_ended', { realm, actor: userSubject(realm, user), client: grant.clientId, grant: id });
    },
  };
}
