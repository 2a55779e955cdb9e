/** TenancyStore over SQL: organizations and applications, and the one step that makes both. */
import type { TenancyStore } from '../../core/tenancy/tenancy.ts';
import { addApplication, createApplicationStore } from './applications.ts';
import { addOrganization, addOwner, createOrganizationStore, tenancyChanged } from './organizations.ts';
import { announce, type SqlEngine } from './statement.ts';

export function createTenancyStore(engine: SqlEngine): TenancyStore {
  return {
    ...createOrganizationStore(engine),
    ...createApplicationStore(engine),
    createOrganization: (organization, owner, first) =>
      engine.write(function* () {
        yield* addOrganization(organization);
        if (owner) yield* addOwner(organization, owner);
        if (first) yield* addApplication(first.application, first.seed);
        yield* announce(tenancyChanged);
      }),
  };
}
