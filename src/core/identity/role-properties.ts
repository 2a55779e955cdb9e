/** What a role entity holds: its name for good, a title, and how long it outlives an unused token. usergrid-auth.md 7.4. */
import { KeygridError } from '../errors.ts';
import type { Properties } from '../tenancy/tenancy.ts';
import { isUuid } from '../uuid.ts';

const longestName = 256;
/** Neither would ever be found in an address again, nor would a name that looks like a uuid. */
const forbiddenInName = /[/\p{Cc}]/u;

/**
 * The properties of a new role. Names are lower case (usergrid-auth.md 1.3); `title` defaults to the name, `inactivity`
 * (ms) to 0, which is never.
 * @throws KeygridError `missing_property`, `invalid_argument`
 */
export function newRoleProperties(sent: Properties): Properties {
  const { name, title, inactivity, ...others } = withoutCase(sent);
  const roleName = readName(name);
  return {
    ...others,
    name: roleName,
    roleName,
    title: isAbsent(title) ? roleName : readTitle(title),
    inactivity: readInactivity(inactivity),
  };
}

/** A change of a role; its name stays. @throws KeygridError `invalid_argument` */
export function rolePatch(sent: Properties): Properties {
  const { name: _name, title, inactivity, ...others } = withoutCase(sent);
  const patch: Properties = { ...others };
  if (!isAbsent(title)) patch.title = readTitle(title);
  if (inactivity !== undefined) patch.inactivity = readInactivity(inactivity);
  return patch;
}

/** The known properties under the spelling that is stored, whatever case they came in; `roleName` is the server's. */
function withoutCase(sent: unknown): Properties {
  if (typeof sent !== 'object' || sent === null || Array.isArray(sent)) {
    throw new KeygridError('invalid_argument', 'A role must be a JSON object');
  }
  const known = new Set(['name', 'title', 'inactivity']);
  const read: [string, unknown][] = [];
  for (const [name, value] of Object.entries(sent)) {
    const key = name.toLowerCase();
    if (key !== 'rolename') read.push([known.has(key) ? key : name, value]);
  }
  return Object.fromEntries(read);
}

const isAbsent = (value: unknown): boolean => value === undefined || value === null || value === '';

function readName(name: unknown): string {
  if (isAbsent(name)) {
    throw new KeygridError('missing_property', 'Entity "role" requires a property named "name"', {
      subject: { type: 'role', property: 'name' },
    });
  }
  const text = typeof name === 'number' || typeof name === 'boolean' ? String(name) : name;
  if (typeof text !== 'string' || text.length > longestName || forbiddenInName.test(text) || isUuid(text)) {
    throw new KeygridError(
      'invalid_argument',
      `A role name is a text of 1 to ${longestName} characters without "/"`,
    );
  }
  return text.toLowerCase();
}

function readTitle(title: unknown): string {
  if (typeof title !== 'object') return String(title);
  throw new KeygridError('invalid_argument', 'The title of a role is a text');
}

function readInactivity(inactivity: unknown): number {
  if (isAbsent(inactivity)) return 0;
  const number = typeof inactivity === 'string' && /^\d+$/.test(inactivity) ? Number(inactivity) : inactivity;
  if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 0) return number;
  throw new KeygridError('invalid_argument', 'The inactivity of a role is a number of milliseconds >= 0');
}
