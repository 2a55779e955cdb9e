/** Leads token requests of the usergrid dialect that concern a client and its users through the clients' pipeline. */
import type { ClientAuthentication } from '../clients/client-authentication.ts';
import { parseClientId } from '../clients/client-credentials.ts';
import { KeygridError } from '../errors.ts';
import { managementRealmKey } from '../tenancy/tenancy.ts';
import type { TenancyCache } from '../tenancy/tenancy-cache.ts';
import type { Uuid } from '../uuid.ts';
import { authenticateSender, type Parameters } from './client-request.ts';
import type { ClientTokenAnswer, TokenPipeline } from './token-pipeline.ts';
import type { TokenAnswer, TokenRequest, TokenSubject } from './token-request.ts';

export interface DelegatedTokens {
  concerns(request: TokenRequest): boolean;
  /** @throws KeygridError as the strict endpoint (client-token-endpoint.ts) */
  answer(request: TokenRequest): Promise<TokenAnswer>;
}

export interface DelegatedTokensOptions {
  pipeline: TokenPipeline;
  authentication: ClientAuthentication;
  cache: Pick<TenancyCache, 'organization'>;
  passwordChangedAt(adminUser: Uuid): Promise<number>;
}

/** Passwords, and the credentials of built-in clients, have grants of their own here. */
const ownGrantTypes: ReadonlySet<unknown> = new Set(['password', 'client_credentials']);

export function createDelegatedTokens(options: DelegatedTokensOptions): DelegatedTokens {
  const { pipeline, authentication, cache, passwordChangedAt } = options;

  /** What the answer tells of the subject, in this dialect. */
  async function subjectOf(
    { client, user }: ClientTokenAnswer,
    request: TokenRequest,
  ): Promise<TokenSubject> {
    if (user?.kind === 'application_user') return user;
    if (user) return { ...user, passwordChangedAt: await passwordChangedAt(user.user.uuid) };
    const { application } = request;
    if (application) return { kind: 'application_client', application };
    const organization = await cache.organization(client.organizationUuid);
    if (!organization) throw new KeygridError('invalid_client', 'Client authentication failed');
    return { kind: 'organization_client', organization };
  }

  return {
    concerns({ grantType, parameters }) {
      if (typeof grantType !== 'string' || grantType === 'password') return false;
      if (!ownGrantTypes.has(grantType)) return pipeline.offers(grantType);
      return typeof parameters.client_id === 'string' && parseClientId(parameters.client_id) === undefined;
    },
    async answer(request) {
      const parameters = readLeniently(request.parameters);
      const grant = pipeline.choose(String(request.grantType));
      const realm = request.application?.key ?? managementRealmKey;
      const sender = { realm, authorization: undefined, queryNames: [], address: request.address };
      const { client } = await authenticateSender(
        authentication,
        { ...sender, dialect: 'usergrid' },
        parameters,
      );
      const { address, ttl } = request;
      const answer = await pipeline.run(grant, { client, parameters, dialect: 'usergrid', address, ttl });
      const { accessToken, expiresInSeconds, scopes, refreshToken, idToken } = answer;
      const subject = await subjectOf(answer, request);
      return { token: accessToken, expiresInSeconds, subject, delegated: { scopes, refreshToken, idToken } };
    },
  };
}

/** Fields of whatever body came, query included, as this dialect takes them: texts that are not empty. */
const readLeniently = (fields: Record<string, unknown>): Parameters =>
  new Map(
    Object.entries(fields).filter((field): field is [string, string] => {
      const [, value] = field;
      return typeof value === 'string' && value !== '';
    }),
  );
