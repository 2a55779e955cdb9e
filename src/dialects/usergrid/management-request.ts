/** What the management routes read from a request: whom and what the path names, and who may go on. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Core } from '../../core/core.ts';
import type { AdminUser } from '../../core/identity/accounts.ts';
import type { NewAdminUser } from '../../core/identity/admin-accounts.ts';
import type { ManagementScope } from '../../core/identity/delegated-reach.ts';
import type { Application, Organization } from '../../core/tenancy/tenancy.ts';
import { bodyFields, fieldsOf, type ParsedBody } from './body.ts';
import { paramsOf } from './context.ts';
import { type Method, type Operation, resource } from './resource.ts';

/** `organizations` may be `orgs` and `applications` may be `apps`, wherever they stand (usergrid-auth.md 1.2). */
export function managementResource(
  app: FastifyInstance,
  path: string,
  operations: Partial<Record<Method, Operation>>,
): void {
  const short = path.replace('/organizations', '/orgs');
  const spellings = [short, path.replace('/applications', '/apps'), short.replace('/applications', '/apps')];
  const aliases = new Set(spellings.filter((spelling) => spelling !== path));
  resource(app, path, operations, [...aliases]);
}

/** What lets a token through that was given to a client. */
function delegatedScope({ routeOptions }: FastifyRequest): ManagementScope | undefined {
  const { delegated } = routeOptions.config;
  return delegated === 'ignored' ? undefined : delegated;
}

/** @throws KeygridError `organization_not_found` */
export const organizationOf = (request: FastifyRequest, core: Core): Promise<Organization> =>
  core.tenancy.requireOrganization(paramsOf(request).organization ?? '');

/** Unknown organizations are reported before access is (usergrid-auth.md 1.4). @throws KeygridError */
export async function accessibleOrganization(request: FastifyRequest, core: Core): Promise<Organization> {
  const organization = await organizationOf(request, core);
  await core.access.requireOrganization(request.caller, organization, delegatedScope(request));
  return organization;
}

/** @throws KeygridError as `accessibleOrganization`, `entity_not_found` */
export async function accessibleApplication(
  request: FastifyRequest,
  core: Core,
  { deleted }: { deleted: boolean } = { deleted: false },
): Promise<Application> {
  const organization = await accessibleOrganization(request, core);
  return core.tenancy.requireApplicationOf(organization, paramsOf(request).application ?? '', deleted);
}

/** By uuid, username, email address or `me`. @throws KeygridError `account_not_found`, `admin_identity_missing` */
export async function adminUserOf(request: FastifyRequest, core: Core): Promise<AdminUser> {
  const reference = await adminUserReference(request, core);
  return core.adminAccounts.require(reference);
}

/** As it stands in the path; `me` as the caller's uuid. @throws KeygridError `admin_identity_missing` */
export async function adminUserReference(request: FastifyRequest, core: Core): Promise<string> {
  const { user = '' } = paramsOf(request);
  if (user.toLowerCase() !== 'me') return user;
  return (await core.access.requireAdminUser(request.caller, delegatedScope(request))).user.uuid;
}

/** The admin user itself or the superuser asks. @throws KeygridError as `adminUserOf`, `admin_user_access_denied` */
export async function ownAdminUser(request: FastifyRequest, core: Core): Promise<AdminUser> {
  const user = await adminUserOf(request, core);
  await core.access.requireAdminUserSelf(request.caller, user.uuid, delegatedScope(request));
  return user;
}

/** Fields that say something of the request and nothing of the user. */
const notOfTheUser: ReadonlySet<string> = new Set(['organization', 'invite']);

/** `username`, `name`, `email`, `password`; of a JSON body any further keys are properties of the user. */
export function newAdminUser(
  request: FastifyRequest,
  options: { propertiesAreOfTheUser: boolean },
): NewAdminUser {
  const { username, name, email, password } = fieldsOf(request);
  const isJson = (request.body as ParsedBody | undefined)?.kind === 'json';
  const others = Object.entries(isJson ? bodyFields(request) : {}).filter(
    ([key]) => !notOfTheUser.has(key) && (key !== 'properties' || options.propertiesAreOfTheUser),
  );
  return { username, name, email, password, properties: Object.fromEntries(others) };
}
