/** Organizations and applications: creating, changing, their clients. Who may do so is decided by access.ts. */
import { createAudit } from '../audit.ts';
import { type Awaitable, andThen } from '../awaitable.ts';
import { requireRedirectUris } from '../clients/built-in-redirect-uris.ts';
import {
  type ClientOwner,
  type ClientSecrets,
  clientIdOf,
  clientRefused,
  parseClientId,
} from '../clients/client-credentials.ts';
import type { EntityChange } from '../entities/entity-store.ts';
import { KeygridError } from '../errors.ts';
import type { DoneBy } from '../identity/account-audit.ts';
import { type Principal, principalSubject } from '../identity/principal.ts';
import type { TokenAuthority } from '../oauth/token-authority.ts';
import type { Clock, Log } from '../ports.ts';
import { isUuid, type Uuid, type UuidSource } from '../uuid.ts';
import { applicationSeed } from './application-seed.ts';
import { requireApplicationName, requireOrganizationName } from './names.ts';
import { requireProperties } from './own-properties.ts';
import {
  type Application,
  managementRealmKey,
  type NewApplication,
  type NewOwner,
  type Organization,
  type Properties,
  type TenancyStore,
} from './tenancy.ts';
import { createTenancyAudit } from './tenancy-audit.ts';
import type { TenancyCache } from './tenancy-cache.ts';
import { internalApplicationProperties, readTokenLifetimes } from './token-lifetimes.ts';

export interface ClientCredentials {
  clientId: string;
  clientSecret: string;
}

export interface NewOrganizationOptions extends DoneBy {
  sandbox: boolean;
  activated: boolean;
}

/** `actor` is for the audit log. */
export interface Tenancy {
  /** @throws KeygridError `organization_not_found` */
  requireOrganization(reference: string): Promise<Organization>;
  /** Live ones. @throws KeygridError `application_not_found` */
  requireApplication(organizationReference: string, applicationReference: string): Awaitable<Application>;
  /** Live or deleted, for management. @throws KeygridError `entity_not_found` */
  requireApplicationOf(
    organization: Organization,
    reference: string,
    deleted?: boolean,
  ): Promise<Application>;
  /**
   * With a sandbox, as sign-up makes it, or without, as an admin user adds one.
   * @throws KeygridError `invalid_argument`, `duplicate_value`
   */
  createOrganization(
    name: string,
    properties: Properties,
    owner: Uuid | NewOwner | undefined,
    options: NewOrganizationOptions,
  ): Promise<Organization>;
  /** Merges; null and "" remove. @throws KeygridError `invalid_argument` */
  updateOrganization(organization: Organization, patch: unknown): Promise<Organization>;
  setOrganizationActivated(organization: Organization): Promise<void>;
  /** @throws KeygridError `invalid_argument`, `application_exists` */
  createApplication(organization: Organization, name: string, actor?: Principal): Promise<Application>;
  /** Merges; null and "" remove. @throws KeygridError `invalid_argument` */
  updateApplication(application: Application, patch: Properties): Promise<Application>;
  deleteApplication(application: Application, actor?: Principal): Promise<void>;
  restoreApplication(application: Application, actor?: Principal): Promise<void>;

  credentialsOf(owner: Organization | Application): ClientCredentials;
  /** A new secret; tokens issued to the client under the old one end. */
  regenerateCredentials(owner: Organization | Application, actor?: Principal): Promise<ClientCredentials>;
  /** @throws KeygridError `client_credentials_invalid` */
  authenticateClient(clientId: string, clientSecret: string): Awaitable<Principal>;
}

export interface TenancyOptions {
  store: TenancyStore;
  cache: TenancyCache;
  secrets: ClientSecrets;
  tokens: TokenAuthority;
  uuids: UuidSource;
  clock: Clock;
  log: Log;
  /** The change that creates an entity; core/entities knows how. */
  newEntity(type: string, properties: Properties): EntityChange;
}

export function createTenancy(options: TenancyOptions): Tenancy {
  const { store, cache, secrets, tokens, uuids, clock } = options;
  const audit = createAudit(options.log);
  const note = createTenancyAudit(options.log);
  const newSecret = (owner: ClientOwner): string => secrets.seal(secrets.generate(owner));

  function newApplication(organizationUuid: Uuid, name: string): NewApplication {
    const now = clock.now();
    const uuid = uuids.next();
    return {
      uuid,
      organizationUuid,
      name: requireApplicationName(name),
      properties: {},
      sealedClientSecret: newSecret('application'),
      created: now,
      modified: now,
    };
  }

  return {
    async requireOrganization(reference) {
      const organization = await cache.organization(reference);
      if (organization) return organization;
      const what = isUuid(reference) ? 'ID' : 'name';
      throw new KeygridError(
        'organization_not_found',
        `Could not find organization for ${what}: ${reference}`,
      );
    },
    requireApplication: (organizationReference, applicationReference) =>
      andThen(cache.application(organizationReference, applicationReference), (application) => {
        if (application) return application;
        throw new KeygridError(
          'application_not_found',
          `Could not find application for ${organizationReference}/${applicationReference}`,
        );
      }),
    async requireApplicationOf(organization, reference, deleted = false) {
      const found = isUuid(reference)
        ? await store.findApplication({ uuid: reference.toLowerCase() })
        : await store.findApplication({ organizationUuid: organization.uuid, name: reference });
      const wanted =
        found?.organizationUuid === organization.uuid && (found.deletedAt !== undefined) === deleted;
      if (found && wanted) return found;
      throw new KeygridError('entity_not_found', `Application ${reference} not found`);
    },

    async createOrganization(name, properties, owner, { sandbox, activated, actor }) {
      const now = clock.now();
      const organization: Organization = {
        uuid: uuids.next(),
        name: requireOrganizationName(name),
        properties,
        sealedClientSecret: newSecret('organization'),
        activated,
        created: now,
        modified: now,
      };
      const first = sandbox
        ? {
            application: newApplication(organization.uuid, 'sandbox'),
            seed: applicationSeed(true, options.newEntity),
          }
        : undefined;
      await store.createOrganization(organization, owner, first);
      note.organizationCreated(organization, owner, actor);
      return organization;
    },
    async updateOrganization({ uuid }, patch) {
      const given = requireProperties(patch);
      requireRedirectUris(given);
      return store.updateOrganization(uuid, (stored) => ({
        ...stored,
        properties: requireProperties(merge(stored.properties, given)),
        modified: clock.now(),
      }));
    },
    async setOrganizationActivated({ uuid }) {
      await store.updateOrganization(uuid, (stored) => ({
        ...stored,
        activated: true,
        modified: clock.now(),
      }));
    },

    async createApplication(organization, name, actor) {
      const application = await store.createApplication(
        newApplication(organization.uuid, name),
        applicationSeed(false, options.newEntity),
      );
      note.application('application_created', application, actor);
      return application;
    },
    async updateApplication({ key }, patch) {
      requireRedirectUris(patch);
      return store.updateApplication(key, (stored) => ({
        ...stored,
        properties: readTokenLifetimes(requireProperties(merge(stored.properties, withoutInternal(patch)))),
        modified: clock.now(),
      }));
    },
    async deleteApplication(application, actor) {
      await store.deleteApplication(application.key, clock.now());
      note.application('application_deleted', application, actor);
    },
    async restoreApplication(application, actor) {
      await store.restoreApplication(application.key);
      note.application('application_restored', application, actor);
    },

    credentialsOf: (owner) => ({
      clientId: clientIdOf(kindOf(owner), owner.uuid),
      clientSecret: secrets.reveal(owner.sealedClientSecret),
    }),
    async regenerateCredentials(owner, actor) {
      const clientSecret = secrets.generate(kindOf(owner));
      const changed = { sealedClientSecret: secrets.seal(clientSecret), modified: clock.now() };
      if ('key' in owner) await store.updateApplication(owner.key, (stored) => ({ ...stored, ...changed }));
      else await store.updateOrganization(owner.uuid, (stored) => ({ ...stored, ...changed }));
      await tokens.revokePrincipal(clientPrincipal(owner), 'revoked', longestClientTokenLifetime);
      const clientId = clientIdOf(kindOf(owner), owner.uuid);
      const [realm, tenant] =
        'key' in owner ? [owner.key, owner.organizationUuid] : [managementRealmKey, owner.uuid];
      const by = actor && { actor: principalSubject(actor) };
      audit('client_secret_rotated', { realm, tenant, client: clientId, ...by });
      return { clientId, clientSecret };
    },
    authenticateClient(clientId, clientSecret) {
      const named = parseClientId(clientId);
      if (!named) throw clientRefused();
      const owners: Awaitable<Organization | Application | undefined> =
        named.owner === 'organization' ? cache.organization(named.uuid) : cache.applicationByUuid(named.uuid);
      return andThen(owners, (owner) => {
        if (!owner || !secrets.matches(owner.sealedClientSecret, clientSecret)) throw clientRefused();
        return clientPrincipal(owner);
      });
    },
  };
}

/** Client tokens last seven days at most (usergrid-auth.md 6.1). Milliseconds. */
const longestClientTokenLifetime = 604_800_000;

const kindOf = (owner: Organization | Application): ClientOwner =>
  'key' in owner ? 'application' : 'organization';

export const clientPrincipal = (owner: Organization | Application): Principal =>
  'key' in owner
    ? { kind: 'application_client', realm: owner.key, uuid: owner.uuid }
    : { kind: 'organization_client', realm: managementRealmKey, uuid: owner.uuid };

/** What the server keeps for itself among an application's properties is not for the caller to say. */
const withoutInternal = (patch: Properties): Properties =>
  Object.fromEntries(Object.entries(patch).filter(([name]) => !internalApplicationProperties.has(name)));

function merge(properties: Properties, patch: Properties): Properties {
  const merged = new Map(Object.entries(properties));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null || value === '') merged.delete(name);
    else merged.set(name, value);
  }
  return Object.fromEntries(merged);
}
