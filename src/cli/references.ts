/** What the operator names on the command line: organizations, and applications within them. */
import type { Core } from '../core/core.ts';
import type { Application, Organization } from '../core/tenancy/tenancy.ts';
import { CommandProblem } from './problem.ts';

type Tenants = Pick<Core, 'tenancy'>;

/** `acme/shop`; both parts names or uuids. @throws CommandProblem */
export function splitApplication(reference: string): { organization: string; application: string } {
  const [organization = '', application = '', ...rest] = reference.split('/');
  if (organization !== '' && application !== '' && rest.length === 0) return { organization, application };
  throw new CommandProblem(`"${reference}" names no application: write it as organization/application.`);
}

/** @throws KeygridError `application_not_found`, CommandProblem */
export async function requireApplication({ tenancy }: Tenants, reference: string): Promise<Application> {
  const { organization, application } = splitApplication(reference);
  return tenancy.requireApplication(organization, application);
}

/** `acme` or `acme/shop`. @throws KeygridError `organization_not_found`, `application_not_found`; CommandProblem */
export async function requireClientOwner(
  core: Tenants,
  reference: string,
): Promise<{ name: string; owner: Organization | Application }> {
  if (!reference.includes('/')) {
    const owner = await core.tenancy.requireOrganization(reference);
    return { name: owner.name, owner };
  }
  const owner = await requireApplication(core, reference);
  return { name: nameOfApplication(owner), owner };
}

export const nameOfApplication = ({ organizationName, name }: Application): string =>
  `${organizationName}/${name}`;
