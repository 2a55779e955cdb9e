/** A client as the administration API shows it: everything but its secrets, which are shown once. */
import type { Client } from '../core/clients/client.ts';
import { lifetimesOf } from '../core/clients/client-defaults.ts';
import { managementRealmKey } from '../core/tenancy/tenancy.ts';
import type { TenancyCache } from '../core/tenancy/tenancy-cache.ts';

export type RenderedClient = Readonly<Record<string, unknown>>;

/** What is not set is null. Times in ms since the epoch, lifetimes in seconds and complete. */
export async function renderClient(
  client: Client,
  cache: Pick<TenancyCache, 'applicationByKey' | 'organization'>,
  clientSecret?: string,
): Promise<RenderedClient> {
  const { secrets, realm, organizationUuid, lifetimes: _lifetimes, builtIn: _builtIn, ...shown } = client;
  const organization = await cache.organization(organizationUuid);
  const application = realm === managementRealmKey ? undefined : await cache.applicationByKey(realm);
  return {
    ...shown,
    ...(clientSecret !== undefined && { clientSecret }),
    organization: organization?.name ?? null,
    application: application?.name ?? null,
    lifetimes: lifetimesOf(client),
    logoUri: client.logoUri ?? null,
    policyUri: client.policyUri ?? null,
    termsUri: client.termsUri ?? null,
    secrets: secrets.map(({ createdAt, expiresAt }) => ({ createdAt, expiresAt: expiresAt ?? null })),
  };
}
