/** Ends a token on request of its client: RFC 7009, S119 to S123, aps-auth.md 3.5. */
import { type AuditFacts, createAudit, userSubject } from '../audit.ts';
import type { Client } from '../clients/client.ts';
import type { ClientAuthentication } from '../clients/client-authentication.ts';
import type { ClientDirectory } from '../clients/client-directory.ts';
import { KeygridError } from '../errors.ts';
import { principalSubject } from '../identity/principal.ts';
import type { Log } from '../ports.ts';
import { digestOf } from '../random-text.ts';
import type { RealmKey } from '../tenancy/tenancy.ts';
import type { Uuid } from '../uuid.ts';
import type { RefreshTokenStore } from './authorization.ts';
import {
  authenticateSender,
  type ClientRequest,
  isAutodesk,
  type Parameters,
  readParameters,
  requireParameter,
} from './client-request.ts';
import type { TokenAuthority } from './token-authority.ts';

export interface TokenRevocation {
  /**
   * Does nothing for a token that is unknown or has ended. Everything it does is durable and effective when it is done.
   * @throws KeygridError `invalid_request`, `invalid_client`, `unauthorized_client` for another client's token (not for
   * autodesk, which stays silent), `throttled`, `store_unavailable`
   */
  revoke(request: ClientRequest): Promise<void>;
}

export interface TokenRevocationOptions {
  authentication: ClientAuthentication;
  directory: ClientDirectory;
  tokens: Pick<TokenAuthority, 'find' | 'revokeToken' | 'revokeFamily'>;
  refreshTokensOf(realm: RealmKey): Pick<RefreshTokenStore, 'find' | 'revokeFamily'>;
  log: Log;
}

/** Whether the token was found, whosever it is. */
type Look = (client: Client, text: string) => Promise<'revoked' | 'foreign' | 'unknown'>;

export function createTokenRevocation(options: TokenRevocationOptions): TokenRevocation {
  const { authentication, directory, tokens, refreshTokensOf } = options;
  const audit = createAudit(options.log);

  const note = ({ realm, clientId }: Client, about: AuditFacts): void =>
    audit('token_revoked', { realm, client: clientId, ...about });

  const revokeAccessToken: Look = async (client, text) => {
    const token = await tokens.find(text);
    if (!token?.delegation || token.principal.realm !== client.realm) return 'unknown';
    if (token.delegation.clientId !== client.clientId) return 'foreign';
    await tokens.revokeToken(token);
    note(client, { account: principalSubject(token.principal), grant: token.delegation.grant });
    return 'revoked';
  };

  /** Its family ends with it: refresh tokens and access tokens (S122). */
  const revokeRefreshToken: Look = async (client, text) => {
    const store = refreshTokensOf(client.realm);
    const token = await store.find(digestOf(text));
    if (!token) return 'unknown';
    if (token.clientId !== client.clientId) return 'foreign';
    await endFamily(client.realm, token.family);
    note(client, { account: userSubject(client.realm, token.user), grant: token.grant });
    return 'revoked';
  };

  async function endFamily(realm: RealmKey, family: Uuid): Promise<void> {
    const store = refreshTokensOf(realm);
    await tokens.revokeFamily(realm, family, (revocations) => store.revokeFamily(family, revocations));
  }

  /**
   * Autodesk's own library names a confidential client and sends no secret (APS-86). To destroy an access token,
   * having it and naming its client is proof enough; a refresh token is worth more.
   */
  async function revokeByPossession(request: ClientRequest, parameters: Parameters): Promise<boolean> {
    const clientId = parameters.get('client_id');
    const isBare = request.authorization === undefined && !parameters.has('client_secret');
    if (!isAutodesk(request.dialect) || !isBare || clientId === undefined) return false;
    const client = await directory.find(clientId);
    if (client?.dialect !== 'autodesk' || client.type === 'native') return false;
    const text = requireParameter(parameters, 'token');
    if (await refreshTokensOf(client.realm).find(digestOf(text))) return false;
    await revokeAccessToken(client, text);
    return true;
  }

  return {
    async revoke(request) {
      const parameters = readParameters(request.form);
      if (await revokeByPossession(request, parameters)) return;
      const { client } = await authenticateSender(authentication, request, parameters);
      const text = requireParameter(parameters, 'token');
      const isRefreshFirst = parameters.get('token_type_hint') === 'refresh_token';
      const looks = [revokeAccessToken, revokeRefreshToken];
      for (const look of isRefreshFirst ? looks.reverse() : looks) {
        const outcome = await look(client, text);
        if (outcome === 'revoked') return;
        if (outcome === 'foreign') return refuseForeign(request);
      }
    },
  };
}

/** S121; aps-auth.md 3.5 has Autodesk answer as for an unknown one. */
function refuseForeign({ dialect }: ClientRequest): void {
  if (isAutodesk(dialect)) return;
  throw new KeygridError('unauthorized_client', 'The token is not one of this client');
}
