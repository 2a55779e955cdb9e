/** How a registered client is printed. */
import type { Client } from '../core/clients/client.ts';
import { lifetimesOf } from '../core/clients/client-defaults.ts';
import type { Core } from '../core/core.ts';
import { managementRealmKey } from '../core/tenancy/tenancy.ts';
import { jsonTime, renderFacts, renderTime } from './output.ts';
import { nameOfApplication } from './references.ts';

type Tenants = Pick<Core, 'tenancyCache'>;

/** Whose users sign in through it. */
export async function realmName({ tenancyCache }: Tenants, { realm }: Client): Promise<string> {
  if (realm === managementRealmKey) return 'management';
  const application = await tenancyCache.applicationByKey(realm);
  return application ? nameOfApplication(application) : '(gone)';
}

/** `clientSecret` only where it has just been made. */
export async function clientJson(core: Tenants, client: Client, clientSecret?: string): Promise<object> {
  const { secrets, realm: _realm, organizationUuid: _owner, builtIn: _builtIn, ...shown } = client;
  return {
    ...shown,
    ...(clientSecret !== undefined && { clientSecret }),
    realm: await realmName(core, client),
    lifetimes: lifetimesOf(client),
    logoUri: client.logoUri ?? null,
    policyUri: client.policyUri ?? null,
    termsUri: client.termsUri ?? null,
    created: jsonTime(client.created),
    modified: jsonTime(client.modified),
    secrets: secrets.map(({ createdAt, expiresAt }) => ({
      createdAt: jsonTime(createdAt),
      expiresAt: jsonTime(expiresAt ?? Infinity),
    })),
  };
}

export async function clientFacts(core: Tenants, client: Client, clientSecret?: string): Promise<string> {
  const some = (list: readonly string[]): string => list.join(' ') || 'none';
  return renderFacts([
    ['client id', client.clientId],
    ...(clientSecret === undefined ? [] : [['client secret', `${clientSecret} (shown this once)`] as const]),
    ['name', client.name],
    ['type', client.type],
    ['dialect', client.dialect],
    ['users of', await realmName(core, client)],
    ['redirect URIs', some(client.redirectUris)],
    ['after logout', some(client.postLogoutRedirectUris)],
    ['grant types', some(client.grantTypes)],
    ['scopes', some(client.scopes)],
    ['PKCE', client.pkce],
    ['consent', client.consent],
    ['disabled', client.disabled ? 'yes' : 'no'],
    ['created', renderTime(client.created)],
  ]);
}
