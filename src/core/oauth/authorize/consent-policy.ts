/** Whether a client may get an answer without its user being asked. */
import type { Client } from '../../clients/client.ts';
import { isClaimable } from '../../clients/client-rules.ts';
import { managementRealmKey } from '../../tenancy/tenancy.ts';
import type { TokenUser } from '../token-users.ts';
import type { RealmAccounts } from './accounts.ts';
import type { ConsentPolicy } from './decide.ts';

export async function consentPolicyFor(
  client: Client,
  redirectUri: string | undefined,
  user: TokenUser,
  accounts: Pick<RealmAccounts, 'isMember'>,
): Promise<ConsentPolicy> {
  if (redirectUri !== undefined && isClaimable(redirectUri)) return 'always';
  if (client.consent === 'trusted' || (await isOwn(client, user, accounts))) return 'silent';
  return 'remembered';
}

/** The client that the user's own application or organization was born with: it is no third party to them. */
const isOwn = async (
  client: Client,
  user: TokenUser,
  accounts: Pick<RealmAccounts, 'isMember'>,
): Promise<boolean> =>
  client.builtIn &&
  (client.realm !== managementRealmKey || (await accounts.isMember(user, client.organizationUuid)));
