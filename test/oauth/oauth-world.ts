/** An organization with an application over a store of its own, with a clock that moves when told. */
import { createClientAuthentication } from '../../src/core/clients/client-authentication.ts';
import { createClientSecrets } from '../../src/core/clients/client-credentials.ts';
import { createClientDirectory } from '../../src/core/clients/client-directory.ts';
import {
  type ClientFoundation,
  type ClientSettings,
  createClientService,
} from '../../src/core/clients/client-service.ts';
import { createEntities } from '../../src/core/entities/entities.ts';
import { creationOf } from '../../src/core/entities/entity-changes.ts';
import { createSealer } from '../../src/core/keys/sealer.ts';
import type { Log } from '../../src/core/ports.ts';
import { applicationSeed } from '../../src/core/tenancy/application-seed.ts';
import type { Application, Organization } from '../../src/core/tenancy/tenancy.ts';
import { createTenancyCache } from '../../src/core/tenancy/tenancy-cache.ts';
import { createUuidSource } from '../../src/core/uuid.ts';
import { createRandomSource } from '../../src/platform/index.ts';
import { openSqliteStorage } from '../../src/storage/sqlite/index.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { makeTemporaryDirectory } from '../support/guardian.ts';

export const quiet: Log = { debug() {}, info() {}, warn() {}, error() {} };

export interface MovableClock {
  time: number;
  now(): number;
}

export function createMovableClock(): MovableClock {
  const clock = { time: 1_700_000_000_000, now: () => clock.time };
  return clock;
}

export async function openStorage(clock: MovableClock): Promise<Storage> {
  const directory = await makeTemporaryDirectory('oauth');
  return openSqliteStorage({ directory, exclusive: true, clock, log: quiet });
}

export type ClientsWorld = Awaited<ReturnType<typeof openClientsWorld>>;

interface Tenant {
  organization: Organization;
  organizationSecret: string;
  application: Application;
  applicationSecret: string;
}

export interface WorldOptions {
  clock?: MovableClock;
  storage?: Storage;
  /** The world of another process of the same installation: its organization and application are taken over. */
  beside?: Tenant;
}

/** The clients' part; the root key is the same in every world, as in every process of one installation. */
export async function openClientsWorld(given: WorldOptions = {}) {
  const clock = given.clock ?? createMovableClock();
  const storage = given.storage ?? (await openStorage(clock));
  const random = createRandomSource();
  const uuids = createUuidSource(clock, random);
  const sealer = createSealer(Buffer.alloc(32, 7), random);
  const cache = createTenancyCache(storage.tenancy, storage.adminUsers, storage.changes);
  const secrets = createClientSecrets(sealer, random);
  const entities = createEntities({ storeFor: storage.entities, clock, uuids });
  const directory = createClientDirectory({ store: storage.clients, cache, changes: storage.changes });
  const revokedClients: string[] = [];
  const warnings: unknown[] = [];
  const clients = createClientService({
    ...{ store: storage.clients, directory, cache, secrets, clock, random },
    grantsOf: storage.grants,
    tokens: {
      async revokeClient(clientId, store) {
        revokedClients.push(clientId);
        await store([]);
      },
    },
  });
  const authentication = createClientAuthentication({
    ...{ directory, secrets, clock },
    log: { ...quiet, warn: (fields) => void warnings.push(fields) },
  });

  async function createOrganization(name: string) {
    const now = clock.now();
    const uuid = uuids.next();
    const clientSecret = secrets.generate('organization');
    const sealedClientSecret = secrets.seal(clientSecret);
    const times = { created: now, modified: now };
    const organization = { uuid, name, properties: {}, sealedClientSecret, activated: true, ...times };
    await storage.tenancy.createOrganization(organization, undefined);
    return { organization, clientSecret };
  }

  async function createApplication(organizationUuid: string, name: string) {
    const now = clock.now();
    const clientSecret = secrets.generate('application');
    const sealedClientSecret = secrets.seal(clientSecret);
    const seed = applicationSeed(false, (type, properties) =>
      creationOf(type, properties, { uuid: uuids.next(), now }),
    );
    const application = await storage.tenancy.createApplication(
      {
        ...{ uuid: uuids.next(), organizationUuid, name, properties: {}, sealedClientSecret },
        ...{ created: now, modified: now },
      },
      seed,
    );
    return { application, clientSecret };
  }

  async function createTenant(): Promise<Tenant> {
    const owner = await createOrganization(`org-${uuids.next().slice(0, 8)}`);
    const owned = await createApplication(owner.organization.uuid, 'shop');
    return {
      ...{ organization: owner.organization, organizationSecret: owner.clientSecret },
      ...{ application: owned.application, applicationSecret: owned.clientSecret },
    };
  }
  const tenant: Tenant = given.beside ?? (await createTenant());
  const { organization, application } = tenant;

  return {
    ...{ clock, storage, random, uuids, sealer, cache, secrets, entities, directory },
    ...{ clients, authentication, revokedClients, warnings },
    ...tenant,
    ...{ createOrganization, createApplication },
    /** A web client of the application that comes back to `redirectUri`, unless said otherwise. */
    register: (foundation: Partial<ClientFoundation> = {}, settings: ClientSettings = {}) =>
      clients.register(
        {
          ...{ name: 'Photos', type: 'web', dialect: 'standard' },
          ...{ realm: application.key, organizationUuid: organization.uuid },
          ...foundation,
        },
        foundation.type === 'service' ? settings : { redirectUris: [redirectUri], ...settings },
      ),
    close: () => storage.close(),
  };
}

export const redirectUri = 'https://photos.example/callback';
