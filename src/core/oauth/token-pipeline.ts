/**
 * What every token request of a registered client goes through, in whatever dialect it came:
 *
 *   1. read        each parameter once                                  client-request.ts   S067, S068
 *   2. choose      the grant                                            `choose`            S069
 *   3. authenticate the client, as it was registered to                 client-request.ts   S056 to S063
 *   4. admit       the client to the grant                              `admit`             S069, S087
 *   5. prove       that the grant gives a right; nothing is changed     grants/             S075 to S097
 *   6. issue       the tokens, in memory                                `issue`             S070, S080
 *   7. spend       what was proved, and store what comes of it          grants/             S074
 *
 * The dialects differ in how strictly they read (1) and in where credentials stand (3).
 */
import { createAudit } from '../audit.ts';
import type { Client } from '../clients/client.ts';
import { lifetimesOf } from '../clients/client-defaults.ts';
import { KeygridError } from '../errors.ts';
import { type AccessToken, principalSubject } from '../identity/principal.ts';
import type { Issuer, Issuers } from '../oidc/issuer.ts';
import type { Clock, Log } from '../ports.ts';
import { PrivateReason } from '../private-reason.ts';
import { chooseLifetime, maximumTokenLifetime } from '../tenancy/token-lifetimes.ts';
import { type ClientGrant, type ClientGrantRequest, invalidGrant, type SignIn } from './client-grant.ts';
import { isAutodesk, type Parameters } from './client-request.ts';
import type { DelegatedTokenRequest, IssueMoment, TokenAuthority } from './token-authority.ts';
import type { TokenUser } from './token-users.ts';

export interface AdmittedRequest extends Pick<ClientGrantRequest, 'client' | 'dialect' | 'address'> {
  /** All that came. */
  parameters: Parameters;
  /** The usergrid dialect's wish for the access token, in ms; number or numeric text. */
  ttl?: unknown;
}

export interface ClientTokenAnswer {
  client: Client;
  /** Undefined where the client speaks for itself. */
  user: TokenUser | undefined;
  accessToken: AccessToken;
  /** Whole seconds. */
  expiresInSeconds: number;
  scopes: string[];
  refreshToken: string | undefined;
  idToken: string | undefined;
}

/** What the pipeline needs of ID tokens. */
export interface IdTokenSource {
  issue(request: {
    client: Client;
    user: TokenUser;
    issuer: Issuer;
    signIn: SignIn;
    scopes: string[];
    accessToken: AccessToken;
  }): Promise<string>;
}

export interface TokenPipeline {
  offers(grantType: string): boolean;
  /** @throws KeygridError `invalid_request`, `unsupported_grant_type` */
  choose(grantType: string | undefined): ClientGrant;
  /** Phases 4 to 7. @throws KeygridError of RFC 6749 §5.2, RFC 8628 §3.5; `throttled`, `overloaded` */
  run(grant: ClientGrant, request: AdmittedRequest): Promise<ClientTokenAnswer>;
}

export interface TokenPipelineOptions {
  grants: readonly ClientGrant[];
  tokens: Pick<TokenAuthority, 'moment' | 'issueDelegated'>;
  idTokens: IdTokenSource;
  issuers: Issuers;
  clock: Clock;
  log: Log;
}

type Issued = Pick<ClientTokenAnswer, 'accessToken' | 'expiresInSeconds' | 'idToken'>;

export function createTokenPipeline(options: TokenPipelineOptions): TokenPipeline {
  const { tokens, idTokens, issuers, clock } = options;
  const audit = createAudit(options.log);
  const byType = new Map<string, ClientGrant>(options.grants.map((grant) => [grant.grantType, grant]));

  async function requireIssuer({ client, dialect }: AdmittedRequest): Promise<Issuer> {
    const issuer = isAutodesk(dialect) ? issuers.root() : await issuers.ofRealm(client.realm);
    if (!issuer) throw invalidGrant('grant', 'the application is gone');
    return issuer;
  }

  async function issue(
    proved: Awaited<ReturnType<ClientGrant['prove']>>,
    request: AdmittedRequest,
    since: IssueMoment,
  ): Promise<Issued> {
    const { client, dialect } = request;
    const { principal, user, grant, family, scopes, signIn } = proved;
    const issuer = await requireIssuer(request);
    const lifetime = lifetimeOf(client, request.ttl);
    const format: DelegatedTokenRequest['format'] =
      client.accessTokenFormat === 'opaque'
        ? 'opaque'
        : { issuer, dialect: isAutodesk(dialect) ? 'autodesk' : 'standard' };
    const wanted = { principal, clientId: client.clientId, grant, family, scopes, lifetime, format };
    const accessToken = await tokens.issueDelegated(wanted, since);
    const idToken =
      user && signIn && scopes.includes('openid')
        ? await idTokens.issue({ client, user, issuer, signIn, scopes, accessToken })
        : undefined;
    return { accessToken, idToken, expiresInSeconds: Math.floor(lifetime / 1000) };
  }

  return {
    offers: (grantType) => byType.has(grantType),
    choose(grantType) {
      if (grantType === undefined) {
        const subject = { parameter: 'grant_type' };
        throw new KeygridError('invalid_request', 'grant_type is missing', { subject });
      }
      const grant = byType.get(grantType);
      if (grant) return grant;
      throw new KeygridError('unsupported_grant_type', 'There is no such grant type here');
    },
    async run(grant, request) {
      const { client, dialect, address } = request;
      admit(client, grant);
      const since = tokens.moment();
      const parameters = pick(request.parameters, grant.parameters);
      const proved = await grant.prove({ client, parameters, dialect, address, now: clock.now() });
      const issued = await issue(proved, request, since);
      const refreshToken = await proved.spend();
      audit('token_issued', {
        ...{ realm: client.realm, actor: principalSubject(proved.principal), client: client.clientId },
        ...{ grant: proved.grant, scopes: proved.scopes, address, reason: grant.grantType },
      });
      return { client, user: proved.user, scopes: proved.scopes, ...issued, refreshToken };
    },
  };
}

/** @throws KeygridError `unauthorized_client`; `invalid_grant` or `invalid_client` when it is suspended */
function admit(client: Client, { grantType }: ClientGrant): void {
  if (client.disabled) {
    // S087: to who holds a grant its client has ended it.
    if (grantType !== 'client_credentials') throw invalidGrant('grant', 'the client is suspended');
    throw new KeygridError('invalid_client', 'Client authentication failed', {
      subject: { carrier: 'none' },
      cause: new PrivateReason('the client is suspended'),
    });
  }
  if (client.grantTypes.includes(grantType)) return;
  throw new KeygridError('unauthorized_client', 'The client is not registered for this grant type');
}

/** Milliseconds. */
function lifetimeOf(client: Client, ttl: unknown): number {
  const own = lifetimesOf(client).accessToken * 1000;
  return chooseLifetime(ttl, { default: own, maximum: Math.max(own, maximumTokenLifetime) });
}

const pick = (parameters: Parameters, names: readonly string[]): Parameters =>
  new Map([...parameters].filter(([name]) => names.includes(name)));
