/** Finds clients: registered ones, and those that every organization and application is born with. */
import { BoundedCache } from '../bounded-cache.ts';
import { KeygridError } from '../errors.ts';
import type { ChangeFeed } from '../oauth/revocation-store.ts';
import { type Application, managementRealmKey, type Organization } from '../tenancy/tenancy.ts';
import type { TenancyCache } from '../tenancy/tenancy-cache.ts';
import { maximumTokenLifetime, userTokenLifetimes } from '../tenancy/token-lifetimes.ts';
import { redirectUrisOf } from './built-in-redirect-uris.ts';
import type { Client, ClientStore } from './client.ts';
import { type ClientOwner, clientIdOf, parseClientId } from './client-credentials.ts';
import { clientDefaults } from './client-defaults.ts';
import { findClientProblems } from './client-rules.ts';

export interface ClientDirectory {
  /** Undefined too when its organization or application is gone. One of a suspended organization is disabled. */
  find(clientId: string): Promise<Client | undefined>;
}

export interface ClientDirectoryOptions {
  store: Pick<ClientStore, 'find'>;
  cache: Pick<TenancyCache, 'organization' | 'applicationByUuid' | 'applicationByKey'>;
  changes: Pick<ChangeFeed, 'subscribe'>;
}

const capacity = 10_000;

export function createClientDirectory({ store, cache, changes }: ClientDirectoryOptions): ClientDirectory {
  const registered = new BoundedCache<string, Client>(capacity);
  /** Owners are the cache's own objects, new ones after each change. */
  const builtIn = new WeakMap<Organization | Application, Client>();
  let generation = 0;
  changes.subscribe(({ topic }) => {
    if (topic !== 'tenancy') return;
    generation += 1;
    registered.clear();
  });

  /** What was read before a change must not be kept after it. */
  async function findRegistered(clientId: string): Promise<Client | undefined> {
    const kept = registered.get(clientId);
    if (kept) return kept;
    const readAt = generation;
    const client = await store.find(clientId);
    if (client && readAt === generation) registered.set(clientId, client);
    return client;
  }

  async function findUsable(clientId: string): Promise<Client | undefined> {
    const client = await findRegistered(clientId);
    if (!client) return undefined;
    const organization = await cache.organization(client.organizationUuid);
    if (!organization) return undefined;
    if (client.realm !== managementRealmKey && !(await cache.applicationByKey(client.realm)))
      return undefined;
    return organization.activated ? client : { ...client, disabled: true };
  }

  async function findBuiltIn(owner: ClientOwner, uuid: string): Promise<Client | undefined> {
    const found =
      owner === 'organization' ? await cache.organization(uuid) : await cache.applicationByUuid(uuid);
    if (!found) return undefined;
    const kept = builtIn.get(found);
    if (kept) return kept;
    const client = 'key' in found ? clientOfApplication(found) : clientOfOrganization(found);
    builtIn.set(found, client);
    return client;
  }

  return {
    find(clientId) {
      const named = parseClientId(clientId);
      return named ? findBuiltIn(named.owner, named.uuid) : findUsable(clientId);
    },
  };
}

function clientOfOrganization(organization: Organization): Client {
  return builtInClient({
    clientId: clientIdOf('organization', organization.uuid),
    name: organization.name,
    realm: managementRealmKey,
    organizationUuid: organization.uuid,
    owner: organization,
    disabled: !organization.activated,
  });
}

function clientOfApplication(application: Application): Client {
  const client = builtInClient({
    clientId: clientIdOf('application', application.uuid),
    name: `${application.organizationName}/${application.name}`,
    realm: application.key,
    organizationUuid: application.organizationUuid,
    owner: application,
    disabled: false,
  });
  // What is given to a client lasts a week at most, also where users' own tokens never expire.
  const lifetime = Math.min(userTokenLifetimes(application).default, maximumTokenLifetime);
  const accessToken = Math.floor(lifetime / 1000);
  return { ...client, lifetimes: { accessToken } };
}

interface BuiltIn extends Pick<Client, 'clientId' | 'name' | 'realm' | 'organizationUuid' | 'disabled'> {
  owner: Organization | Application;
}

/** usergrid-auth.md 5.4: where it may redirect is a property of its owner. What is no redirect URI there, is left out. */
function builtInClient({ owner, ...known }: BuiltIn): Client {
  const client: Client = {
    ...known,
    ...clientDefaults('web', 'usergrid'),
    type: 'web',
    dialect: 'usergrid',
    secrets: [{ sealed: owner.sealedClientSecret, createdAt: owner.created, expiresAt: undefined }],
    builtIn: true,
    created: owner.created,
    modified: owner.modified,
  };
  const redirectUris = redirectUrisOf(owner.properties).filter(
    (uri) => findClientProblems({ ...client, redirectUris: [uri] }).length === 0,
  );
  return { ...client, redirectUris };
}

/** @throws KeygridError `client_not_found` */
export async function requireClient(directory: ClientDirectory, clientId: string): Promise<Client> {
  const client = await directory.find(clientId);
  if (client) return client;
  throw new KeygridError('client_not_found', `There is no client ${JSON.stringify(clientId)}`);
}
