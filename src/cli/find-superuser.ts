/** The operator's account, by name or because there is no other. */
import type { AdminUser, AdminUserStore } from '../core/identity/accounts.ts';
import { superuserName } from '../main/superuser.ts';

const pageSize = 500;

/** The superuser of that name; without a name the usual one, or else the oldest there is. */
export async function findSuperuser(
  store: Pick<AdminUserStore, 'find' | 'list' | 'hasSuperuser'>,
  username?: string,
): Promise<AdminUser | undefined> {
  const named = await store.find({ username: username ?? superuserName });
  if (named?.superuser) return named;
  if (username !== undefined || !(await store.hasSuperuser())) return undefined;
  let cursor: string | undefined;
  do {
    const page = await store.list(pageSize, cursor);
    const found = page.items.find((user) => user.superuser);
    if (found) return found;
    cursor = page.cursor;
  } while (cursor !== undefined);
  return undefined;
}
