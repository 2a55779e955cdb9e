/** What is known of a refused request, for the operator: names, ids and what was looked for, never a secret. */
import type { FastifyRequest } from 'fastify';
import { parseClientId } from '../../core/clients/client-credentials.ts';
import type { KeygridError } from '../../core/errors.ts';
import type { Refusal } from '../../core/explain.ts';
import type { PresentedCredentials } from '../../core/identity/authenticator.ts';
import type { AccessToken, Principal } from '../../core/identity/principal.ts';
import { managementRealmKey } from '../../core/tenancy/tenancy.ts';
import { causeFacts, isExplained, noteRefusal } from '../../http/note-refusal.ts';
import { presentedCredentials } from './authenticate.ts';
import { fieldsOf } from './body.ts';

type Facts = Refusal['facts'];

const tokenEndpoint = /^\/management\/me$|\/token$/;

const isTokenEndpoint = ({ routeOptions }: FastifyRequest): boolean =>
  tokenEndpoint.test(routeOptions.url ?? '');

/** Also a 400 of a token endpoint is about credentials. */
export function explainRefusal(
  request: FastifyRequest,
  status: number,
  error: KeygridError,
  description: string,
): void {
  if (!isExplained(status) && !(status === 400 && isTokenEndpoint(request))) return;
  noteRefusal(request, (readToken) => {
    const credentials = presentedCredentials(request);
    const fields = isTokenEndpoint(request) ? fieldsIfReadable(request) : {};
    const presented = credentials.kind === 'access_token' ? readToken(credentials.token) : undefined;
    const token = request.caller.token ?? presented;
    const known = request.caller.principal ?? token?.principal;
    const named = known ? undefined : namedClient(credentials, fields);
    return {
      status,
      description,
      code: error.code,
      principal: known ?? named,
      signIn: signInOf(request, fields),
      facts: {
        credentials: credentialKinds[kindOf(credentials, request)],
        ...(named ? { proven: 'no' } : {}),
        ...tokenFacts(token),
        ...grantFacts(fields),
        ...routeFacts(request),
        ...errorFacts(error),
      },
    };
  });
}

export function explainFault(request: FastifyRequest, error: unknown, description: string): void {
  noteRefusal(request, () => ({
    status: 500,
    description,
    code: 'fault',
    principal: request.caller?.principal,
    facts: { ...routeFacts(request), ...(error instanceof Error ? { error: error.name } : {}) },
  }));
}

/** What looks like the superuser's is a client's where only clients come. */
const kindOf = ({ kind }: PresentedCredentials, { routeOptions }: FastifyRequest) =>
  kind === 'superuser' && routeOptions.config.basicNamesClient ? 'client' : kind;

const credentialKinds: Record<PresentedCredentials['kind'], string> = {
  none: 'none',
  access_token: 'access token',
  client: 'client id and secret',
  superuser: 'superuser name and password',
};

const tokenFacts = (token: AccessToken | undefined): Facts =>
  token
    ? {
        tokenId: token.id,
        tokenIssued: new Date(token.issuedAt).toISOString(),
        tokenExpires: Number.isFinite(token.expiresAt) ? new Date(token.expiresAt).toISOString() : 'never',
        ...delegationFacts(token),
      }
    : {};

const delegationFacts = ({ delegation }: AccessToken): Facts =>
  delegation ? { tokenClient: delegation.clientId, tokenScopes: delegation.scopes.join(' ') } : {};

function routeFacts(request: FastifyRequest): Facts {
  // What failed early knows of no application.
  const application = request.application as FastifyRequest['application'] | undefined;
  const { guard } = request.routeOptions.config;
  return {
    ...(application ? { application: `${application.organizationName}/${application.name}` } : {}),
    ...(guard !== undefined && guard !== 'none' ? { guard } : {}),
  };
}

function errorFacts(error: KeygridError): Facts {
  const { operation, path, as, scope } = error.subject;
  return {
    ...(error.code === 'insufficient_scope' ? { scopeNeeded: scope || 'none there is would do' } : {}),
    ...(operation === undefined ? {} : { lookedFor: `${operation}:${path}`, as: String(as) }),
    ...(error.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: error.retryAfterSeconds }),
    ...causeFacts(error),
  };
}

/** A body that could not be read is what was refused. */
function fieldsIfReadable(request: FastifyRequest): Record<string, unknown> {
  try {
    return fieldsOf(request);
  } catch {
    return {};
  }
}

const knownGrantTypes: readonly unknown[] = [
  'password',
  'client_credentials',
  'refresh_token',
  'authorization_code',
];

function grantFacts({ grant_type: grantType }: Record<string, unknown>): Facts {
  if (grantType === undefined) return {};
  return { grantType: knownGrantTypes.includes(grantType) ? String(grantType) : '(unknown)' };
}

/** The client that the id names; whether it is that client, the secret did not prove. */
function namedClient(
  credentials: PresentedCredentials,
  fields: Record<string, unknown>,
): Principal | undefined {
  const clientId = credentials.kind === 'client' ? credentials.clientId : fields.client_id;
  const named = typeof clientId === 'string' ? parseClientId(clientId) : undefined;
  if (!named) return undefined;
  return { kind: `${named.owner}_client`, realm: managementRealmKey, uuid: named.uuid };
}

const longestReference = 256;

function signInOf(
  request: FastifyRequest,
  { grant_type: grantType, username }: Record<string, unknown>,
): { realm: number; reference: string } | undefined {
  if (grantType !== 'password' || typeof username !== 'string' || username.length > longestReference)
    return undefined;
  const application = request.application as FastifyRequest['application'] | undefined;
  return { realm: application?.key ?? managementRealmKey, reference: username };
}
