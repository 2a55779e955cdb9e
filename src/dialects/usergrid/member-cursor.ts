/** Where a page of members ended, as clients carry it: opaque, URL-safe, and nothing secret. */
import { KeygridError } from '../../core/errors.ts';
import type { MemberPosition } from '../../core/identity/memberships.ts';
import { isUuid } from '../../core/uuid.ts';

export const renderMemberCursor = ({ connectedAt, uuid }: MemberPosition): string =>
  Buffer.from(`${connectedAt} ${uuid}`).toString('base64url');

/** @throws KeygridError `invalid_argument` */
export function parseMemberCursor(cursor: string | undefined): MemberPosition | undefined {
  if (!cursor) return undefined;
  const [connectedAt = '', uuid = ''] = Buffer.from(cursor, 'base64url').toString('utf8').split(' ');
  const isOurs = /^\d{1,15}$/.test(connectedAt) && isUuid(uuid);
  if (isOurs) return { connectedAt: Number(connectedAt), uuid: uuid.toLowerCase() };
  throw new KeygridError('invalid_argument', 'The cursor does not belong to this list');
}
