/**
 * Group paths hold slashes: `/groups/a/b/users` is about the group `a/b` where there is one. Such a path is brought to
 * `/groups/a%2Fb/users` before routing, so that routes and permissions see the group as the one thing it is.
 * usergrid-data.md 1.3.
 */
import type { Core } from '../../core/core.ts';
import { isUuid } from '../../core/uuid.ts';
import { anyOrganization, normalizeUrl } from './url.ts';

const groupUrl = /^\/+([^/?]+)\/+([^/?]+)\/+(groups?)\/+([^?]+)(\?.*)?$/is;
const groupWord = /\/groups?\//i;
/** Never a part of a path when they stand behind something. */
const subCollections: ReadonlySet<string> = new Set([
  'users',
  'user',
  'roles',
  'role',
  'rolenames',
  'permissions',
  'activities',
  'feed',
]);
const longestPath = 8;

/** The URL with the group's path as one segment; undefined where it is so already, without a look into the store. */
export function joinGroupPath(core: Core, url: string): Promise<string | undefined> | undefined {
  // Most requests are about something else, and this is asked of all of them.
  if (!groupWord.test(url)) return undefined;
  const match = groupUrl.exec(normalizeUrl(url));
  if (!match) return undefined;
  const [, organization = '', application = '', collection = '', rest = '', query = ''] = match;
  const segments = rest.split('/').filter((segment) => segment !== '');
  const end = segments.findIndex((segment, index) => index > 0 && subCollections.has(segment.toLowerCase()));
  const longest = Math.min(end < 0 ? segments.length : end, longestPath);
  if (longest < 2 || isUuid(segments[0] ?? '')) return undefined;
  const head = `/${organization}/${application}/${collection}`;
  return findLongest(core, organization, application, segments.slice(0, longest)).then((length) =>
    length === undefined
      ? undefined
      : `${head}/${[segments.slice(0, length).join('%2F'), ...segments.slice(length)].join('/')}${query}`,
  );
}

/** How many of the segments are the path of a group; undefined for one, or none. */
async function findLongest(
  core: Core,
  organization: string,
  application: string,
  segments: string[],
): Promise<number | undefined> {
  const found =
    organization === anyOrganization
      ? await core.tenancyCache.applicationByUuid(application)
      : await core.tenancyCache.application(decode(organization), decode(application));
  if (!found) return undefined;
  const groups = core.entities.of(found);
  for (let length = segments.length; length > 1; length -= 1) {
    const path = segments.slice(0, length).map(decode).join('/');
    if (await groups.findByAlias('group', path)) return length;
  }
  return undefined;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
