import { isUuid } from '../uuid.ts';
import type { AdminUser, AdminUserStore } from './accounts.ts';

/** By uuid, email address or username, in any case. */
export async function findAdminUser(
  store: Pick<AdminUserStore, 'find'>,
  reference: string,
): Promise<AdminUser | undefined> {
  if (isUuid(reference)) return store.find({ uuid: reference.toLowerCase() });
  const byEmail = reference.includes('@') ? await store.find({ email: reference }) : undefined;
  return byEmail ?? store.find({ username: reference });
}
