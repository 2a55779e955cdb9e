/** Organizations, applications and who belongs to them: the types, and the store that this folder needs. */
import type { EntityChange } from '../entities/entity-store.ts';
import type { AdminUser, Credential } from '../identity/accounts.ts';
import type { Uuid } from '../uuid.ts';

/**
 * The small integer by which a realm stands in keys and in tokens. Given out once, never reused. The management
 * realm is 1, every application has its own.
 */
export type RealmKey = number;

export const managementRealmKey: RealmKey = 1;
export const managementApplicationUuid: Uuid = '00000000-0000-0000-0000-000000000001';

export type Properties = Record<string, unknown>;

export interface Organization {
  uuid: Uuid;
  /** As it was spelled at creation; matched without case. */
  name: string;
  properties: Properties;
  /** Sealed; see core/keys/sealer.ts. */
  sealedClientSecret: string;
  activated: boolean;
  created: number;
  modified: number;
}

/** How many of its former passwords an admin user may not come back to; 0 where the property says no number. */
export function passwordHistorySizeOf({ properties }: Pick<Organization, 'properties'>): number {
  return Math.max(0, Math.floor(Number(properties.passwordHistorySize)) || 0);
}

export interface Application {
  key: RealmKey;
  uuid: Uuid;
  organizationUuid: Uuid;
  /** The organization's name as spelled. */
  organizationName: string;
  /** Lower case. */
  name: string;
  /** Settings such as `accesstokenttl`, and whatever else was put on the application. */
  properties: Properties;
  sealedClientSecret: string;
  created: number;
  modified: number;
  /** Milliseconds since the epoch; undefined while the application lives. */
  deletedAt: number | undefined;
}

export type NewApplication = Omit<Application, 'key' | 'organizationName' | 'deletedAt'>;

/** What a new application starts with: its roles as entities, and their permissions. */
export interface ApplicationSeed {
  entities: EntityChange[];
  permissions: { holder: Uuid; permission: string }[];
}

/** An admin user to be created together with its organization. */
export interface NewOwner {
  user: AdminUser;
  credential: Credential | undefined;
}

export interface Page<Item> {
  items: Item[];
  /** Where the next page begins; undefined when this page is the last. */
  cursor: string | undefined;
}

export interface TenancyStore {
  /**
   * Creates the organization, its first member (an admin user that exists, by uuid, or a new one) and, when given, an
   * application: all or nothing.
   * @throws KeygridError `duplicate_value`, subject.property `path` (the name), `username` or `email`.
   */
  createOrganization(
    organization: Organization,
    owner: Uuid | NewOwner | undefined,
    application?: { application: NewApplication; seed: ApplicationSeed },
  ): Promise<void>;
  findOrganization(reference: { uuid: Uuid } | { name: string }): Promise<Organization | undefined>;
  /** In order of name, for the superuser. */
  listOrganizations(limit: number, cursor: string | undefined): Promise<Page<Organization>>;
  /**
   * Changes properties, secret, activation and `modified` of what is stored at that moment, so that no change is lost.
   * `change` may run more than once. @throws KeygridError `organization_not_found`, and what `change` throws
   */
  updateOrganization(uuid: Uuid, change: (organization: Organization) => Organization): Promise<Organization>;

  memberUuids(organizationUuid: Uuid): Promise<Uuid[]>;
  organizationsOfMember(adminUserUuid: Uuid): Promise<Organization[]>;
  /** Idempotent. Whether the admin user was no member before. */
  addMember(organizationUuid: Uuid, adminUserUuid: Uuid): Promise<boolean>;
  /** Whether there was such a member. @throws KeygridError `last_member` when none would be left. */
  removeMember(organizationUuid: Uuid, adminUserUuid: Uuid): Promise<boolean>;

  /** @throws KeygridError `application_exists` when a live application of the organization has the name. */
  createApplication(application: NewApplication, seed: ApplicationSeed): Promise<Application>;
  findApplication(reference: ApplicationReference): Promise<Application | undefined>;
  /** Live ones, in order of name; with `deleted`, the deleted ones. */
  listApplications(organizationUuid: Uuid, deleted?: boolean): Promise<Application[]>;
  /** All organizations' applications, for the superuser, in order of key. */
  listAllApplications(
    deleted: boolean,
    limit: number,
    cursor: string | undefined,
  ): Promise<Page<Application>>;
  /** As `updateOrganization`, of properties, secret and `modified`. @throws KeygridError `entity_not_found` */
  updateApplication(key: RealmKey, change: (application: Application) => Application): Promise<Application>;
  /**
   * @throws KeygridError `entity_not_found` when it is deleted already, `application_conflict` when a deleted
   *   application has the same name.
   */
  deleteApplication(key: RealmKey, deletedAt: number): Promise<void>;
  /**
   * @throws KeygridError `entity_not_found` when it is not deleted, `application_conflict` when a live application has
   *   the name.
   */
  restoreApplication(key: RealmKey): Promise<void>;
}

/** By name only live applications are found; by uuid or key deleted ones too. */
export type ApplicationReference =
  | { uuid: Uuid }
  | { key: RealmKey }
  | { organizationUuid: Uuid; name: string };
