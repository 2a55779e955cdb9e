/** What pages show of a client and of the scopes it asks for. S048. */
import type { Client } from '../../clients/client.ts';
import { isClaimable } from '../../clients/client-rules.ts';
import type { TenancyCache } from '../../tenancy/tenancy-cache.ts';
import { describeScope } from '../scope-catalogue.ts';
import type { ClientOnPage, ScopeOnPage } from './authorization-service.ts';
import type { DialectRules } from './dialect-rules.ts';

/** `redirectUri`: where the answer goes, undefined for nowhere. */
export type ClientsOnPage = (client: Client, redirectUri: string | undefined) => Promise<ClientOnPage>;

export function createClientsOnPage(cache: Pick<TenancyCache, 'organization'>): ClientsOnPage {
  return async (client, redirectUri) => {
    const { clientId, name, logoUri, policyUri, termsUri } = client;
    const organization = (await cache.organization(client.organizationUuid))?.name ?? '';
    const unproven = redirectUri !== undefined && isClaimable(redirectUri);
    const destination = redirectUri && destinationOf(redirectUri);
    return { clientId, name, organization, destination, unproven, logoUri, policyUri, termsUri };
  };
}

/** `app.example:8443`; of a scheme of its own, that. Registered URIs hold nothing that could mislead here. */
const destinationOf = (redirectUri: string): string =>
  /^https?:\/\/([^/?]+)/i.exec(redirectUri)?.[1] ?? redirectUri.slice(0, redirectUri.indexOf(':'));

export const scopesOnPage = (
  scopes: readonly string[],
  allowed: readonly string[],
  { vocabulary }: DialectRules,
): ScopeOnPage[] =>
  scopes.map((name) => ({
    name,
    description: describeScope(name, vocabulary),
    allowed: allowed.includes(name),
  }));
