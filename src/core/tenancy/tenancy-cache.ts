/** Look-ups that nearly every request makes, kept until the change feed says that tenancy changed. */
import type { Awaitable } from '../awaitable.ts';
import { BoundedCache } from '../bounded-cache.ts';
import type { AdminUser, AdminUserStore } from '../identity/accounts.ts';
import type { ChangeFeed } from '../oauth/revocation-store.ts';
import { isUuid, type Uuid } from '../uuid.ts';
import type { Application, Organization, TenancyStore } from './tenancy.ts';

/** An admin user and where it is a member. */
export interface Membership {
  user: AdminUser;
  organizationUuids: ReadonlySet<Uuid>;
}

/** Answers at once what it knows. */
export interface TenancyCache {
  /** By name in any case, or uuid. */
  organization(reference: string): Awaitable<Organization | undefined>;
  /** Live applications only; each reference a name in any case or a uuid. */
  application(
    organizationReference: string,
    applicationReference: string,
  ): Awaitable<Application | undefined>;
  /** What `application` would answer at once. */
  knownApplication(organizationReference: string, applicationReference: string): Application | undefined;
  applicationByUuid(uuid: Uuid): Awaitable<Application | undefined>;
  applicationByKey(key: number): Awaitable<Application | undefined>;
  membership(adminUserUuid: Uuid): Awaitable<Membership | undefined>;
}

const nameOf = (organizationReference: string, applicationReference: string): string =>
  `${organizationReference}/${applicationReference}`.toLowerCase();

export function createTenancyCache(
  tenancy: TenancyStore,
  adminUsers: AdminUserStore,
  changes: ChangeFeed,
): TenancyCache {
  const organizations = new BoundedCache<string, Organization>(10_000);
  const applications = new BoundedCache<string, Application>(10_000);
  const memberships = new BoundedCache<Uuid, Membership>(10_000);
  let generation = 0;
  changes.subscribe(({ topic }) => {
    if (topic !== 'tenancy') return;
    generation += 1;
    organizations.clear();
    applications.clear();
    memberships.clear();
  });

  const through = <Key, Value>(
    cache: BoundedCache<Key, Value>,
    key: Key,
    read: () => Promise<Value | undefined>,
  ): Awaitable<Value | undefined> => cache.get(key) ?? readThrough(cache, key, read);

  /** What was read before a change must not be kept after it. */
  async function readThrough<Key, Value>(
    cache: BoundedCache<Key, Value>,
    key: Key,
    read: () => Promise<Value | undefined>,
  ): Promise<Value | undefined> {
    const readAt = generation;
    const value = await read();
    if (value !== undefined && readAt === generation) cache.set(key, value);
    return value;
  }

  const organization = (reference: string): Awaitable<Organization | undefined> => {
    const key = reference.toLowerCase();
    return through(organizations, key, () =>
      tenancy.findOrganization(isUuid(key) ? { uuid: key } : { name: key }),
    );
  };

  /** A live application, of an organization that needs no approval any more. */
  async function usable(application: Application | undefined): Promise<Application | undefined> {
    if (!application || application.deletedAt !== undefined) return undefined;
    return (await organization(application.organizationUuid))?.activated ? application : undefined;
  }

  const applicationByUuid = (uuid: Uuid): Awaitable<Application | undefined> => {
    const key = uuid.toLowerCase();
    return through(applications, key, async () => usable(await tenancy.findApplication({ uuid: key })));
  };

  async function readApplication(
    organizationReference: string,
    applicationReference: string,
  ): Promise<Application | undefined> {
    const owner = await organization(organizationReference);
    if (!owner) return undefined;
    if (!isUuid(applicationReference)) {
      return usable(
        await tenancy.findApplication({ organizationUuid: owner.uuid, name: applicationReference }),
      );
    }
    const found = await applicationByUuid(applicationReference);
    return found?.organizationUuid === owner.uuid ? found : undefined;
  }

  return {
    organization,
    application: (organizationReference, applicationReference) =>
      through(applications, nameOf(organizationReference, applicationReference), () =>
        readApplication(organizationReference, applicationReference),
      ),
    knownApplication: (organizationReference, applicationReference) =>
      applications.get(nameOf(organizationReference, applicationReference)),
    applicationByUuid,
    applicationByKey: (key) =>
      through(applications, `#${key}`, async () => usable(await tenancy.findApplication({ key }))),
    membership: (uuid) =>
      through(memberships, uuid, async () => {
        const user = await adminUsers.find({ uuid });
        if (!user) return undefined;
        const found = await tenancy.organizationsOfMember(uuid);
        return { user, organizationUuids: new Set(found.map((each) => each.uuid)) };
      }),
  };
}
