/** What an account's holder sees of sessions and grants is read a part at a time. */
import type { SchemaTypes } from './schema-0001.ts';

export const schema0007 = (_type: SchemaTypes): string[] => [
  'drop index sessions_of_user',
  `create index sessions_of_user on sessions (application_id, user_id, created_at, session_id)
   where user_id is not null`,
  'create index grants_by_last_use on grants (application_id, user_id, last_used_at, grant_id)',
];
