/** Organizations with their applications and members, as sign-in answers and the management API show them. */
import type { Core } from '../../core/core.ts';
import type { AdminUser } from '../../core/identity/accounts.ts';
import type { Organization } from '../../core/tenancy/tenancy.ts';
import { renderApplicationMap, renderOrganization, renderUserMap } from './render-accounts.ts';

type Json = Record<string, unknown>;

export async function renderWholeOrganization(core: Core, organization: Organization): Promise<Json> {
  const [applications, users] = await Promise.all([
    core.tenancyStore.listApplications(organization.uuid),
    core.members.list(organization),
  ]);
  return {
    ...renderOrganization(organization),
    applications: renderApplicationMap(applications),
    users: renderUserMap(users),
  };
}

/** usergrid-auth.md 8.8: the superuser sees ten at most. */
const superuserOrganizations = 10;

/** By name in lower case; `shallow` leaves applications and members out. */
export async function renderOrganizationsOf(
  core: Core,
  user: AdminUser,
  { shallow }: { shallow: boolean } = { shallow: false },
): Promise<Json> {
  const organizations = user.superuser
    ? (await core.tenancyStore.listOrganizations(superuserOrganizations, undefined)).items
    : await core.tenancyStore.organizationsOfMember(user.uuid);
  const rendered = organizations.map(async (organization) => [
    organization.name.toLowerCase(),
    shallow ? renderOrganization(organization) : await renderWholeOrganization(core, organization),
  ]);
  return Object.fromEntries(await Promise.all(rendered));
}
