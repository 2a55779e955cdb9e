/** What a token is, for those it concerns: RFC 7662, S113 to S118, APS-81 and APS-82. */

import type { Client } from '../clients/client.ts';
import type { ClientAuthentication } from '../clients/client-authentication.ts';
import type { ClientDirectory } from '../clients/client-directory.ts';
import { KeygridError } from '../errors.ts';
import type { AccessToken, Delegation, Principal } from '../identity/principal.ts';
import type { Clock } from '../ports.ts';
import { digestOf } from '../random-text.ts';
import type { RealmKey } from '../tenancy/tenancy.ts';
import type { Uuid } from '../uuid.ts';
import type { RefreshToken, RefreshTokenStore } from './authorization.ts';
import {
  authenticateSender,
  type ClientRequest,
  isAutodesk,
  readParameters,
  requireParameter,
} from './client-request.ts';
import { scopesLeftTo } from './scope.ts';
import type { TokenAuthority } from './token-authority.ts';

/** A living token; undefined everywhere stands for `{"active":false}`. */
export interface ActiveToken {
  kind: 'access_token' | 'refresh_token';
  clientId: string;
  scopes: string[];
  /** The user's uuid, or the client id of a client's own token (S092). */
  subject: string;
  /** Undefined for a client's own token. */
  user: Uuid | undefined;
  realm: RealmKey;
  /** Milliseconds since the epoch. */
  issuedAt: number;
  expiresAt: number;
  /** Unique to an access token. */
  id: string | undefined;
  audience: string | undefined;
}

export interface Introspection {
  /** @throws KeygridError `invalid_request`, `invalid_client`, `throttled`, `store_unavailable` */
  introspect(request: ClientRequest): Promise<ActiveToken | undefined>;
}

export interface IntrospectionOptions {
  authentication: ClientAuthentication;
  directory: ClientDirectory;
  tokens: Pick<TokenAuthority, 'find'>;
  refreshTokensOf(realm: RealmKey): Pick<RefreshTokenStore, 'find'>;
  clock: Clock;
}

export function createIntrospection(options: IntrospectionOptions): Introspection {
  const { authentication, directory, tokens, refreshTokensOf, clock } = options;

  /**
   * S116: a client sees its own tokens, and a service of the realm, which guards the API that they are for, those of
   * its organization's clients there: the management realm is shared by all organizations. Autodesk shows a client its
   * own only.
   */
  async function concerns(client: Client, { principal }: AccessToken, { clientId }: Delegation) {
    if (principal.realm !== client.realm) return false;
    if (clientId === client.clientId) return true;
    if (client.type !== 'service' || client.dialect !== 'standard') return false;
    const holder = await directory.find(clientId);
    return holder?.organizationUuid === client.organizationUuid;
  }

  async function findAccessToken(client: Client, text: string): Promise<ActiveToken | undefined> {
    const token = await tokens.find(text);
    if (!token?.delegation || !(await concerns(client, token, token.delegation))) return undefined;
    return describeAccessToken(token, token.delegation);
  }

  async function findRefreshToken(client: Client, text: string): Promise<ActiveToken | undefined> {
    const token = await refreshTokensOf(client.realm).find(digestOf(text));
    if (!token || token.spent || token.clientId !== client.clientId) return undefined;
    const expiresAt = Math.min(token.expiresAt, token.familyExpiresAt);
    return expiresAt > clock.now() ? describeRefreshToken(token, client, expiresAt) : undefined;
  }

  return {
    async introspect(request) {
      const parameters = readParameters(request.form);
      const { client, method } = await authenticateSender(authentication, request, parameters);
      // S113: who only names itself has not authenticated; Autodesk lets public clients ask all the same.
      if (client.disabled || (method === 'none' && !isAutodesk(request.dialect))) {
        throw new KeygridError('invalid_client', 'Client authentication failed', {
          subject: { carrier: 'none' },
        });
      }
      const text = requireParameter(parameters, 'token');
      // S117: the hint only says where to look first.
      const isRefreshFirst = parameters.get('token_type_hint') === 'refresh_token';
      const [first, second] = isRefreshFirst
        ? [findRefreshToken, findAccessToken]
        : [findAccessToken, findRefreshToken];
      return (await first(client, text)) ?? (await second(client, text));
    },
  };
}

const isUser = ({ kind }: Principal): boolean => kind === 'application_user' || kind === 'admin_user';

function describeAccessToken(token: AccessToken, { clientId, scopes, audience }: Delegation): ActiveToken {
  const { principal, issuedAt, expiresAt, id } = token;
  const user = isUser(principal) ? principal.uuid : undefined;
  const { realm } = principal;
  return {
    ...{ kind: 'access_token', clientId, scopes, subject: user ?? clientId, user, realm },
    ...{ issuedAt, expiresAt, id, audience },
  };
}

function describeRefreshToken(token: RefreshToken, client: Client, expiresAt: number): ActiveToken {
  const { clientId, user, issuedAt } = token;
  const scopes = scopesLeftTo(client, token.scopes);
  return {
    ...{ kind: 'refresh_token', clientId, scopes, subject: user, user, realm: client.realm },
    ...{ issuedAt, expiresAt, id: undefined, audience: undefined },
  };
}
