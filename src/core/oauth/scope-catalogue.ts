/**
 * The scopes that this server knows, each in plain words for the person who is asked: `words` completes the sentence
 * "… would like to". aps-auth.md 4; OpenID Connect Core §5.4, §11.
 */

export type ScopeFamily = 'identity' | 'account' | 'data' | 'storage' | 'code' | 'access' | 'administration';

export interface ScopeDescription {
  family: ScopeFamily;
  words: string;
}

const scope = (family: ScopeFamily, words: string): ScopeDescription => ({ family, words });

/** OpenID Connect's, and what opens the data API (scope-reach.ts). */
export const standardScopes: Readonly<Record<string, ScopeDescription>> = {
  openid: scope('identity', 'know who you are'),
  profile: scope('identity', 'see your name and profile'),
  email: scope('identity', 'see your email address'),
  address: scope('identity', 'see your postal address'),
  phone: scope('identity', 'see your telephone number'),
  offline_access: scope('access', 'keep this access while you are away'),
  'data:read': scope('data', 'read your data'),
  'data:create': scope('data', 'add new data for you'),
  'data:write': scope('data', 'add, change and delete your data'),
  'data:search': scope('data', 'search your data'),
  'account:read': scope('account', 'see your organizations and applications'),
  'account:write': scope('account', 'change your organizations and applications'),
};

/** The sixteen of Autodesk's discovery document, then those that it lists elsewhere. */
export const autodeskScopes: Readonly<Record<string, ScopeDescription>> = {
  'user:read': scope('identity', 'see your profile, with your products and services'),
  'user:write': scope('identity', 'change your profile, with your products and services'),
  'user-profile:read': scope('identity', 'see your name and profile'),
  'viewables:read': scope('data', 'show your files in a viewer'),
  'data:read': scope('data', 'read your files and data'),
  'data:write': scope('data', 'add, change and delete your files and data'),
  'data:create': scope('data', 'add new files and data for you'),
  'data:search': scope('data', 'search your files and data'),
  'bucket:create': scope('storage', 'make new storage buckets'),
  'bucket:read': scope('storage', 'list your storage buckets and what they are called'),
  'bucket:update': scope('storage', 'change who may use your storage buckets'),
  'bucket:delete': scope('storage', 'delete your storage buckets'),
  'code:all': scope('code', 'write and run code for you'),
  'account:read': scope('account', 'see your product accounts'),
  'account:write': scope('account', 'change your product accounts'),
  openid: scope('identity', 'know who you are'),
  offline_access: scope('access', 'keep this access while you are away'),
  'application:service_account:read': scope('administration', 'see service accounts'),
  'application:service_account:write': scope('administration', 'change service accounts'),
  'application:service_account_key:read': scope('administration', 'see keys of service accounts'),
  'application:service_account_key:write': scope('administration', 'change keys of service accounts'),
  'application:client:read': scope('administration', 'see your registered applications'),
  'application:client:write': scope('administration', 'change your registered applications'),
  'application:client:rotate_secret': scope(
    'administration',
    'replace secrets of your registered applications',
  ),
};

/** What Autodesk's discovery document lists as `scopes_supported`. */
export const autodeskSupportedScopes: readonly string[] = Object.keys(autodeskScopes).slice(0, 16);

/** Scopes that concern a person: no client gets them for itself (S091). */
export const userScopes: ReadonlySet<string> = new Set([
  'openid',
  'profile',
  'email',
  'address',
  'phone',
  'offline_access',
]);

/** `data:read:urn:adsk.…`: one resource, of Autodesk's, whose name may hold a path; never a `*` (aps-auth.md 4). */
const oneResource = /^data:read:([A-Za-z0-9][!#-)+-[\]-~]*)$/;

/** The scope without the resource that it is narrowed to. */
export const scopeKind = (name: string): string => (oneResource.test(name) ? 'data:read' : name);

/** Undefined for scopes of an operator's own: a consent page then shows the name. */
export function describeScope(
  name: string,
  dialect: 'standard' | 'autodesk' | 'usergrid',
): ScopeDescription | undefined {
  const catalogue = dialect === 'autodesk' ? autodeskScopes : standardScopes;
  if (Object.hasOwn(catalogue, name)) return catalogue[name];
  const resource = dialect === 'autodesk' ? oneResource.exec(name)?.[1] : undefined;
  return resource === undefined ? undefined : scope('data', `read ${resource}`);
}
