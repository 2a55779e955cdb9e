/**
 * The path forms of usergrid-auth.md 1.2, brought to the one form that is routed: `/{org}/{app}/…`, or `/-/{app uuid}/…`
 * where no organization is named. Also the stray `?` that old browser clients send (usergrid-data.md 0.3).
 */
import { reservedOrganizationNames } from '../../core/tenancy/names.ts';
import { isUuid } from '../../core/uuid.ts';

/** Stands for "whatever organization owns it"; no organization can be called so. */
export const anyOrganization = '-';

const organizationAliases = new Set(['organizations', 'orgs', 'o']);
const applicationAliases = new Set(['applications', 'apps', 'a']);

export function normalizeUrl(url: string): string {
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const query = mark < 0 ? '' : normalizeQuery(url.slice(mark + 1));
  return normalizePath(path) + query;
}

function normalizeQuery(query: string): string {
  if (query === '') return '';
  return `?${query.includes('?') ? withoutMarksAtEnd(query).replaceAll('?', '&') : query}`;
}

/** A regular expression would look for the end anew from each of them. */
function withoutMarksAtEnd(query: string): string {
  let end = query.length;
  while (query[end - 1] === '?') end -= 1;
  return query.slice(0, end);
}

function normalizePath(path: string): string {
  const end = path.indexOf('/', 1);
  if (end < 0) return path;
  // Once only: an organization may itself be called by a word that stands for one.
  return normalizeApplication(organizationAliases.has(path.slice(1, end)) ? path.slice(end) : path);
}

function normalizeApplication(path: string): string {
  const firstEnd = path.indexOf('/', 1);
  if (firstEnd < 0) return path;
  const first = path.slice(1, firstEnd);
  const secondEnd = path.indexOf('/', firstEnd + 1);
  const second = path.slice(firstEnd + 1, secondEnd < 0 ? undefined : secondEnd);
  if (applicationAliases.has(first) && isUuid(second)) return `/${anyOrganization}${path.slice(firstEnd)}`;
  const isAlias = applicationAliases.has(second) && !reservedOrganizationNames.has(first);
  return isAlias && secondEnd > 0 && secondEnd + 1 < path.length ? `/${first}${path.slice(secondEnd)}` : path;
}

/**
 * The uuid in `/{uuid}` or `/{uuid}/{not a uuid}…`, which may be an organization's or an application's: only a look
 * into the store tells.
 */
export function ambiguousUuid(url: string): string | undefined {
  const first = url.slice(1, 37);
  if (!isUuid(first) || (url.length > 37 && url[37] !== '/' && url[37] !== '?')) return undefined;
  return isUuid(url.slice(38, 74)) ? undefined : first;
}
