/** A form that a client posts to one of its own endpoints: token, introspection, revocation, device authorization. */
import type { AuthenticatedClient, ClientAuthentication } from '../clients/client-authentication.ts';
import { KeygridError } from '../errors.ts';
import type { RealmKey } from '../tenancy/tenancy.ts';
import type { ValidAuthorizationRequest } from './authorization.ts';

export interface ClientRequest {
  /** Whose endpoint it is; undefined at the autodesk dialect's, where clients of all realms come. */
  realm: RealmKey | undefined;
  dialect: ValidAuthorizationRequest['dialect'];
  /** The `Authorization` header as it came. */
  authorization: string | undefined;
  /** Names and values of the body, decoded, in their order. */
  form: readonly (readonly [name: string, value: string])[];
  /** Names of the URL's query. Nothing is read from there (S068). */
  queryNames: readonly string[];
  /** Of the network, for throttling. */
  address: string;
}

export type Parameters = ReadonlyMap<string, string>;

/**
 * Each parameter once; what is empty counts as absent (S068). Which of them are read, each endpoint says.
 * @throws KeygridError `invalid_request`
 */
export function readParameters(form: ClientRequest['form']): Parameters {
  const parameters = new Map<string, string>();
  const seen = new Set<string>();
  for (const [name, value] of form) {
    if (seen.has(name)) throw invalidRequest('A parameter is repeated');
    seen.add(name);
    if (value !== '') parameters.set(name, value);
  }
  return parameters;
}

/** @throws KeygridError `invalid_request` */
export function requireParameter(parameters: Parameters, name: string): string {
  const value = parameters.get(name);
  if (value === undefined) {
    throw new KeygridError('invalid_request', `${name} is missing`, { subject: { parameter: name } });
  }
  return value;
}

/** @throws KeygridError `invalid_request`, `invalid_client`, `throttled` */
export const authenticateSender = (
  authentication: ClientAuthentication,
  request: Omit<ClientRequest, 'form'>,
  parameters: Parameters,
): Promise<AuthenticatedClient> =>
  authentication.authenticate({
    authorization: request.authorization,
    clientId: parameters.get('client_id'),
    clientSecret: parameters.get('client_secret'),
    secretInQuery: request.queryNames.includes('client_secret'),
    realm: request.realm,
    autodesk: isAutodesk(request.dialect),
    address: request.address,
  });

export const isAutodesk = (dialect: ClientRequest['dialect']): boolean =>
  dialect === 'autodesk_v1' || dialect === 'autodesk_v2';

export const invalidRequest = (description: string): KeygridError =>
  new KeygridError('invalid_request', description);
