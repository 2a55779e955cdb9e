/** Which client sent a request, and whether it is that: `none`, `client_secret_basic`, `client_secret_post`. */
import { KeygridError } from '../errors.ts';
import { networkOf } from '../identity/address-network.ts';
import { createRateLimit } from '../identity/rate-limit.ts';
import type { Clock, Log } from '../ports.ts';
import { PrivateReason } from '../private-reason.ts';
import type { RealmKey } from '../tenancy/tenancy.ts';
import { type BasicCredentials, parseBasicCredentials } from './basic-credentials.ts';
import type { Client, ClientDialect } from './client.ts';
import type { ClientSecrets } from './client-credentials.ts';
import type { ClientDirectory } from './client-directory.ts';

export type ClientAuthenticationMethod = 'none' | 'client_secret_basic' | 'client_secret_post';

/** What of a request speaks of its client. */
export interface PresentedClient {
  /** The `Authorization` header as it came. */
  authorization: string | undefined;
  /** Of the body. */
  clientId: string | undefined;
  clientSecret: string | undefined;
  /** Whether the URL's query names a client secret (S058). */
  secretInQuery: boolean;
  /** Whose endpoint it is; undefined where clients of all realms come. */
  realm: RealmKey | undefined;
  /** Clients of the autodesk dialect have endpoints of their own, and no others. */
  autodesk: boolean;
  /** Of the network, for throttling. */
  address: string;
}

export interface AuthenticatedClient {
  client: Client;
  method: ClientAuthenticationMethod;
}

export interface ClientAuthentication {
  /**
   * A suspended client authenticates: what it may still do is for others to say. `invalid_client` has as
   * `subject.carrier` where the credentials were: `header`, `body` or `none`.
   * @throws KeygridError `invalid_request`, `invalid_client`, `throttled`
   */
  authenticate(presented: PresentedClient): Promise<AuthenticatedClient>;
}

export interface ClientAuthenticationOptions {
  directory: ClientDirectory;
  secrets: Pick<ClientSecrets, 'matches'>;
  clock: Clock;
  log: Log;
}

const minute = 60_000;
/** Wrong secrets; right ones never wait for those of another address (S062). */
const failuresOfClientAndNetwork = { limit: 20, windowMilliseconds: 10 * minute };
const failuresOfNetwork = { limit: 200, windowMilliseconds: 10 * minute };
/** Longer than any client id; what follows tells no clients apart. */
const longestClientId = 100;

/** Credentials in the order in which they are tried: as the standard reads them, then as they came. */
type Attempt = { clientId: string; clientSecret: string | undefined };

export function createClientAuthentication(options: ClientAuthenticationOptions): ClientAuthentication {
  const { directory, secrets, clock, log } = options;
  const byPair = createRateLimit({ clock, ...failuresOfClientAndNetwork });
  const byNetwork = createRateLimit({ clock, ...failuresOfNetwork });

  const isLive = (expiresAt: number | undefined): boolean =>
    expiresAt === undefined || expiresAt > clock.now();

  /** Looks at every live secret, whichever fits. */
  function matchesSecret(client: Client, presented: string): boolean {
    const live = client.secrets.filter(({ expiresAt }) => isLive(expiresAt));
    return live.map(({ sealed }) => secrets.matches(sealed, presented)).includes(true);
  }

  async function findClient(clientId: string, presented: PresentedClient): Promise<Client | undefined> {
    const client = await directory.find(clientId);
    const hasItsEndpointHere = client && belongsHere(client, presented);
    return hasItsEndpointHere ? client : undefined;
  }

  async function prove(attempt: Attempt, presented: PresentedClient): Promise<Client | undefined> {
    const { clientId, clientSecret } = attempt;
    const client = await findClient(clientId, presented);
    // S061: a public client has no secret to present, a confidential one must present its own.
    if (!client || (client.type === 'native') !== (clientSecret === undefined)) return undefined;
    return clientSecret === undefined || matchesSecret(client, clientSecret) ? client : undefined;
  }

  async function proveAny(attempts: Attempt[], presented: PresentedClient): Promise<Client | undefined> {
    for (const [index, attempt] of attempts.entries()) {
      const client = await prove(attempt, presented);
      if (!client) continue;
      if (index > 0) {
        // S057: a defect of the client's, which its makers can learn of here only.
        log.warn({ clientId: client.clientId }, 'a client sends Basic credentials without form encoding');
      }
      return client;
    }
    return undefined;
  }

  /** For the operator. Only a refused request takes the time. */
  async function findReason(
    { clientId, clientSecret }: Attempt,
    presented: PresentedClient,
  ): Promise<string> {
    const client = await directory.find(clientId);
    if (!client) return 'no such client';
    if (!belongsHere(client, presented)) return 'the client is of another realm or dialect';
    if (client.type === 'native') return 'a public client sent a secret';
    return clientSecret === undefined ? 'a confidential client sent no secret' : 'the secret is wrong';
  }

  return {
    async authenticate(presented) {
      const { method, attempts } = readAttempts(presented);
      const network = networkOf(presented.address);
      const pair = JSON.stringify([attempts[0]?.clientId.slice(0, longestClientId), network]);
      byNetwork.check(network);
      byPair.check(pair);
      const client = await proveAny(attempts, presented);
      if (client) return { client, method };
      byNetwork.count(network);
      byPair.count(pair);
      throw refused(method, await findReason(attempts[0]!, presented));
    },
  };
}

function belongsHere({ dialect, realm }: Client, presented: PresentedClient): boolean {
  const isAutodesk: boolean = dialect === ('autodesk' satisfies ClientDialect);
  return isAutodesk === presented.autodesk && (presented.realm === undefined || presented.realm === realm);
}

/** @throws KeygridError `invalid_request`, `invalid_client` */
function readAttempts(presented: PresentedClient): {
  method: ClientAuthenticationMethod;
  attempts: Attempt[];
} {
  const { clientId, clientSecret } = presented;
  if (presented.secretInQuery) throw invalidRequest('Client credentials do not belong into the URL');
  if (presented.authorization !== undefined) {
    const basic = parseBasicCredentials(presented.authorization);
    if (!basic) throw refused('client_secret_basic', 'the Authorization header is not Basic credentials');
    requireOneMethod(basic, presented);
    return { method: 'client_secret_basic', attempts: attemptsOf(basic) };
  }
  if (clientId === undefined) {
    if (clientSecret !== undefined) throw invalidRequest('client_secret without client_id');
    throw refused('none', 'the request names no client');
  }
  const method = clientSecret === undefined ? 'none' : 'client_secret_post';
  return { method, attempts: [{ clientId, clientSecret }] };
}

/** S059: the same client id beside the header is no second method; for autodesk it is (APS-61). */
function requireOneMethod(basic: BasicCredentials, presented: PresentedClient): void {
  const { clientId, clientSecret, autodesk } = presented;
  const isSame = !autodesk && (clientId === basic.clientId || clientId === basic.rawClientId);
  if (clientSecret === undefined && (clientId === undefined || isSame)) return;
  throw invalidRequest('Client credentials are both in the Authorization header and in the body: send one');
}

function attemptsOf(basic: BasicCredentials): Attempt[] {
  const decoded = { clientId: basic.clientId, clientSecret: basic.clientSecret };
  const raw = { clientId: basic.rawClientId, clientSecret: basic.rawClientSecret };
  const isSame = decoded.clientId === raw.clientId && decoded.clientSecret === raw.clientSecret;
  return isSame ? [decoded] : [decoded, raw];
}

const invalidRequest = (description: string): KeygridError =>
  new KeygridError('invalid_request', description);

const carriers: Readonly<Record<ClientAuthenticationMethod, string>> = {
  none: 'none',
  client_secret_basic: 'header',
  client_secret_post: 'body',
};

/** One answer for every way in which it can be wrong; `why` is the operator's. */
const refused = (method: ClientAuthenticationMethod, why: string): KeygridError =>
  new KeygridError('invalid_client', 'Client authentication failed', {
    subject: { carrier: carriers[method] },
    cause: new PrivateReason(why),
  });
