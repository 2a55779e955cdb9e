/** Registers, changes, suspends and deletes clients, and replaces their secrets. */
import { KeygridError } from '../errors.ts';
import type { GrantStore } from '../oauth/authorization.ts';
import type { Revocation, StoreRevocations } from '../oauth/revocation-store.ts';
import type { Clock, RandomSource } from '../ports.ts';
import { randomLetters } from '../random-text.ts';
import { managementRealmKey, type Page, type RealmKey } from '../tenancy/tenancy.ts';
import type { TenancyCache } from '../tenancy/tenancy-cache.ts';
import type { Uuid } from '../uuid.ts';
import type { Client, ClientStore } from './client.ts';
import type { ClientSecrets } from './client-credentials.ts';
import { type ClientChoices, clientDefaults } from './client-defaults.ts';
import { type ClientDirectory, requireClient } from './client-directory.ts';
import { requireSoundClient } from './client-rules.ts';

/** What a client is registered with and keeps for life. */
export type ClientFoundation = Pick<Client, 'name' | 'type' | 'dialect' | 'realm' | 'organizationUuid'>;

/** What may be set at registration and changed later; what is left out takes the defaults of client-defaults.ts. */
export type ClientSettings = Partial<Pick<Client, 'name'> & ClientChoices>;

export interface RegisteredClient {
  client: Client;
  /** Shown once; undefined for public clients. */
  clientSecret: string | undefined;
}

export interface ClientService extends ClientDirectory {
  /** @throws KeygridError `client_not_found` */
  require(clientId: string): Promise<Client>;
  /** @throws KeygridError `invalid_client_metadata`, `invalid_redirect_uri`, `organization_not_found` */
  register(foundation: ClientFoundation, settings: ClientSettings): Promise<RegisteredClient>;
  /** @throws KeygridError `client_not_found`, `invalid_client_metadata`, `invalid_redirect_uri` */
  update(clientId: string, settings: ClientSettings): Promise<Client>;
  /**
   * A new secret. The newest one so far stays good for `oldSecretSeconds`, so that nothing stops while the new one is
   * rolled out; 0 ends it at once. @throws KeygridError `client_not_found`, `invalid_client_metadata`
   */
  rotateSecret(
    clientId: string,
    options: { oldSecretSeconds: number },
  ): Promise<RegisteredClient & { clientSecret: string }>;
  /** Ends every secret but the newest: the new one has reached all servers. @throws as `rotateSecret` */
  endOldSecrets(clientId: string): Promise<Client>;
  /** Suspending ends what users allowed the client and every token it holds. @throws as `update` */
  setDisabled(clientId: string, disabled: boolean): Promise<Client>;
  /** Ends everything the client holds. @throws as `update` */
  delete(clientId: string): Promise<void>;
  list(organizationUuid: Uuid, limit: number, cursor: string | undefined): Promise<Page<Client>>;
}

export interface ClientServiceOptions {
  store: ClientStore;
  directory: ClientDirectory;
  cache: Pick<TenancyCache, 'organization' | 'applicationByKey'>;
  secrets: Pick<ClientSecrets, 'seal'>;
  grantsOf(realm: RealmKey): Pick<GrantStore, 'revokeAllOfClient'>;
  tokens: { revokeClient(clientId: string, store: StoreRevocations): Promise<void> };
  clock: Clock;
  random: RandomSource;
}

/** aps-auth.md 2.2: letters and digits, so that no client library corrupts them. */
const clientIdLength = 32;
/** 64 of 62 letters: more than the 256 bits of S063. */
const secretLength = 64;
/** A rotation is over within the month. */
const longestOverlapSeconds = 30 * 86_400;

export function createClientService(options: ClientServiceOptions): ClientService {
  const { store, directory, secrets, clock, random } = options;

  const newSecret = () => randomLetters(random, secretLength);
  const sealed = (secret: string) => ({
    sealed: secrets.seal(secret),
    createdAt: clock.now(),
    expiresAt: undefined,
  });

  /** As stored: what the directory answers may be altered by the state of its organization. */
  async function requireRegistered(clientId: string): Promise<Client> {
    const client = await store.find(clientId);
    if (client) return client;
    const { builtIn } = await requireClient(directory, clientId);
    throw builtIn
      ? refused('clientId', 'is the one its owner was born with, and changed through that owner')
      : new KeygridError('client_not_found', 'There is no such client');
  }

  /** Made from the client as it is then: of two changes at once none is lost. */
  async function change(
    clientId: string,
    changesOf: (client: Client) => Partial<Client>,
    revocations?: readonly Revocation[],
  ): Promise<Client> {
    await requireRegistered(clientId);
    const changeStored = (client: Client): Client => {
      const changed = { ...client, ...changesOf(client), modified: clock.now() };
      requireSoundClient(changed);
      return changed;
    };
    return store.update(clientId, changeStored, revocations);
  }

  /**
   * Its tokens end with the very write, so that a crash leaves none alive; and once more behind it, with what users
   * allowed it: until then it may have got new ones.
   */
  async function endAllWith(
    { clientId, realm }: Client,
    write: (revocations: readonly Revocation[]) => Promise<unknown>,
  ): Promise<void> {
    const { tokens, grantsOf } = options;
    await tokens.revokeClient(clientId, write);
    await tokens.revokeClient(clientId, (revocations) =>
      grantsOf(realm).revokeAllOfClient(clientId, revocations),
    );
  }

  return {
    find: (clientId) => directory.find(clientId),
    require: (clientId) => requireClient(directory, clientId),
    list: (organizationUuid, limit, cursor) => store.listOfOrganization(organizationUuid, limit, cursor),
    async register(foundation, settings) {
      await requireOwner(options.cache, foundation);
      const now = clock.now();
      const clientSecret = foundation.type === 'native' ? undefined : newSecret();
      const client: Client = {
        ...clientDefaults(foundation.type, foundation.dialect),
        ...settingsOf(settings),
        ...pickFoundation(foundation),
        clientId: randomLetters(random, clientIdLength),
        secrets: clientSecret === undefined ? [] : [sealed(clientSecret)],
        disabled: false,
        builtIn: false,
        created: now,
        modified: now,
      };
      requireSoundClient(client);
      await store.create(client);
      return { client, clientSecret };
    },
    update: (clientId, settings) => change(clientId, () => settingsOf(settings)),
    async rotateSecret(clientId, { oldSecretSeconds }) {
      if (!(oldSecretSeconds >= 0 && oldSecretSeconds <= longestOverlapSeconds)) {
        throw refused('secrets', `the old one may stay for 0 to ${longestOverlapSeconds} seconds`);
      }
      const clientSecret = newSecret();
      const client = await change(clientId, ({ type, secrets: before }) => {
        if (type === 'native') throw refused('secrets', 'a public client has no secret');
        const old = before.slice(0, oldSecretSeconds > 0 ? 1 : 0).map((secret) => ({
          ...secret,
          expiresAt: Math.min(secret.expiresAt ?? Infinity, clock.now() + oldSecretSeconds * 1000),
        }));
        return { secrets: [sealed(clientSecret), ...old] };
      });
      return { client, clientSecret };
    },
    endOldSecrets: (clientId) => change(clientId, (client) => ({ secrets: client.secrets.slice(0, 1) })),
    async setDisabled(clientId, disabled) {
      if (!disabled) return change(clientId, () => ({ disabled }));
      let changed = await requireRegistered(clientId);
      await endAllWith(changed, async (revocations) => {
        changed = await change(clientId, () => ({ disabled }), revocations);
      });
      return changed;
    },
    async delete(clientId) {
      const client = await requireRegistered(clientId);
      await endAllWith(client, (revocations) => store.delete(clientId, revocations));
    },
  };
}

/** A realm is the management realm or one of the organization's applications. */
async function requireOwner(
  cache: ClientServiceOptions['cache'],
  { organizationUuid, realm }: ClientFoundation,
): Promise<void> {
  const organization = await cache.organization(organizationUuid);
  if (!organization) throw new KeygridError('organization_not_found', 'There is no such organization');
  if (realm === managementRealmKey) return;
  const application = await cache.applicationByKey(realm);
  if (application?.organizationUuid !== organization.uuid) {
    throw refused('realm', 'must be the management realm or an application of the organization');
  }
}

const pickFoundation = ({ name, type, dialect, realm, organizationUuid }: ClientFoundation) => ({
  name,
  type,
  dialect,
  realm,
  organizationUuid,
});

/** Nothing but settings, whatever else the object carries. */
const settingNames: readonly (keyof ClientSettings)[] = [
  'name',
  'redirectUris',
  'postLogoutRedirectUris',
  'grantTypes',
  'scopes',
  'lifetimes',
  'implicitReturn',
  'pkce',
  'allowPlainPkce',
  'consent',
  'accessTokenFormat',
  'logoUri',
  'policyUri',
  'termsUri',
  'corsOrigins',
];

const settingsOf = (settings: ClientSettings): ClientSettings =>
  Object.fromEntries(
    settingNames.filter((name) => Object.hasOwn(settings, name)).map((name) => [name, settings[name]]),
  );

const refused = (property: string, problem: string): KeygridError =>
  new KeygridError('invalid_client_metadata', `${property}: ${problem}`, { subject: { property } });
