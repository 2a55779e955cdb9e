/**
 * The path forms of usergrid-auth.md 1.2, brought to the one form that is routed: `/{org}/{app}/…`, or `/-/{app uuid}/…`
 * where no organization is named. Also the stray `?` that old browser clients send (usergrid-data.md 0.3).
 */
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
  return `?${query.includes('?') ? query.replace(/\?+$/, '').replaceAll('?', '&') : query}`;
}

function normalizePath(path: string): string {
  const segments = path.split('/');
  const first = segments[1] ?? '';
  const second = segments[2] ?? '';
  if (organizationAliases.has(first)) return normalizePath(`/${segments.slice(2).join('/')}`);
  if (first !== 'o' && applicationAliases.has(first) && isUuid(second)) {
    return `/${anyOrganization}/${segments.slice(2).join('/')}`;
  }
  if (applicationAliases.has(second) && segments[3] && first !== 'management') {
    return `/${first}/${segments.slice(3).join('/')}`;
  }
  return path;
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
