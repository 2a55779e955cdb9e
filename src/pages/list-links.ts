/** Links from one part of a list to those beside it: `?sessions=after-1700000000000-{uuid}`. */
import type { ListStart } from '../core/list-parts.ts';
import { isUuid } from '../core/uuid.ts';

const pattern = /^(after|before)-(\d{1,15})-(.+)$/;

/** Undefined, which is the first part, for whatever none of our links says. */
export function parseListStart(text: string | undefined): ListStart | undefined {
  const [, direction, at, id = ''] = pattern.exec(text ?? '') ?? [];
  if (!isUuid(id)) return undefined;
  return { direction: direction as ListStart['direction'], place: { at: Number(at), id } };
}

const textOf = ({ direction, place }: ListStart): string => `${direction}-${place.at}-${place.id}`;

/** To a part of the list called `name`, with the parts of other lists as they are. */
export function listLink(
  path: string,
  name: string,
  start: ListStart | undefined,
  others: Readonly<Record<string, ListStart | undefined>>,
): string | undefined {
  if (!start) return undefined;
  const shown = Object.entries({ ...others, [name]: start });
  const query = shown.flatMap(([list, from]) => (from ? [`${list}=${textOf(from)}`] : []));
  return `${path}?${query.join('&')}#${name}`;
}
