/** What is switched on in a realm, as its clients are registered; kept until one changes. S093, S133. */

import type { Awaitable } from '../awaitable.ts';
import { BoundedCache } from '../bounded-cache.ts';
import type { Client, ClientStore } from '../clients/client.ts';
import type { ChangeFeed } from '../oauth/revocation-store.ts';
import { managementRealmKey, type RealmKey } from '../tenancy/tenancy.ts';
import type { TenancyCache } from '../tenancy/tenancy-cache.ts';
import { type IssuerFeatures, usualFeatures } from './discovery.ts';

export interface IssuerFeatureSource {
  /**
   * Of the management realm the usual ones: its clients are those of all organizations, which nobody could look
   * through for it.
   */
  ofRealm(realm: RealmKey): Awaitable<IssuerFeatures>;
}

export interface IssuerFeatureOptions {
  store: Pick<ClientStore, 'listOfOrganization'>;
  cache: Pick<TenancyCache, 'applicationByKey'>;
  changes: Pick<ChangeFeed, 'subscribe'>;
}

const realmsKept = 1000;
const pageSize = 1000;
/** Behind these an organization has more clients than metadata is worth. */
const pagesRead = 10;

export function createIssuerFeatures({ store, cache, changes }: IssuerFeatureOptions): IssuerFeatureSource {
  /** Those who ask while a look is under way share it; what a change takes out is not put back by it. */
  const kept = new BoundedCache<RealmKey, Awaitable<IssuerFeatures>>(realmsKept);
  changes.subscribe(({ topic, realm }) => {
    if (topic !== 'tenancy') return;
    if (realm === 0) kept.clear();
    else kept.delete(realm);
  });

  async function clientsOf(realm: RealmKey): Promise<Client[]> {
    const application = await cache.applicationByKey(realm);
    if (!application) return [];
    const found: Client[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < pagesRead; page += 1) {
      const read = await store.listOfOrganization(application.organizationUuid, pageSize, cursor);
      found.push(...read.items.filter((client) => client.realm === realm));
      cursor = read.cursor;
      if (cursor === undefined) break;
    }
    return found;
  }

  function look(realm: RealmKey): Promise<IssuerFeatures> {
    const looking = clientsOf(realm).then(featuresOf);
    const isKept = (): boolean => kept.get(realm) === looking;
    kept.set(realm, looking);
    looking.then(
      (features) => isKept() && kept.set(realm, features),
      () => isKept() && kept.delete(realm),
    );
    return looking;
  }

  return {
    ofRealm: (realm) => (realm === managementRealmKey ? usualFeatures : (kept.get(realm) ?? look(realm))),
  };
}

/** The legacy grants are told of where a client of the standard dialect was given them. */
function featuresOf(clients: readonly Client[]): IssuerFeatures {
  const own = clients.filter(({ dialect, disabled }) => dialect === 'standard' && !disabled);
  const isGiven = (grantType: 'password' | 'implicit'): boolean =>
    own.some(({ grantTypes }) => grantTypes.includes(grantType));
  const legacy = (['password', 'implicit'] as const).filter(isGiven);
  if (legacy.length === 0) return usualFeatures;
  return {
    ...usualFeatures,
    grantTypes: [...usualFeatures.grantTypes, ...legacy],
    responseTypes: legacy.includes('implicit')
      ? [...usualFeatures.responseTypes, 'token', 'id_token', 'id_token token']
      : usualFeatures.responseTypes,
  };
}
