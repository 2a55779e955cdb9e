/** Clients, users and the whole token core over a store; what a test says often about authorizations. */
import { createHash, randomBytes } from 'node:crypto';
import type { Client } from '../../src/core/clients/client.ts';
import type { ClientFoundation, ClientSettings } from '../../src/core/clients/client-service.ts';
import { type ErrorCode, KeygridError } from '../../src/core/errors.ts';
import { placeOf } from '../../src/core/identity/account-place.ts';
import { createLogin } from '../../src/core/identity/login.ts';
import { createPasswords } from '../../src/core/identity/passwords.ts';
import { createLoginThrottle } from '../../src/core/identity/throttle.ts';
import { createSigningKeys } from '../../src/core/keys/signing-keys.ts';
import { openTokenKeys } from '../../src/core/keys/token-keys.ts';
import type {
  AuthorizationCode,
  Grant,
  ValidAuthorizationRequest,
} from '../../src/core/oauth/authorization.ts';
import type { ClientRequest } from '../../src/core/oauth/client-request.ts';
import { createJsonWebAccessTokens } from '../../src/core/oauth/json-web-access-token.ts';
import { createTokenAuthority } from '../../src/core/oauth/token-authority.ts';
import { createIdTokens } from '../../src/core/oidc/id-token.ts';
import { createIssuers } from '../../src/core/oidc/issuer.ts';
import type { Signer } from '../../src/core/ports.ts';
import { composeClients } from '../../src/main/compose-clients.ts';
import { createPasswordHasher } from '../../src/platform/index.ts';
import { createSigner } from '../../src/platform/signing.ts';
import { type ClientsWorld, openClientsWorld, quiet, redirectUri, type WorldOptions } from './oauth-world.ts';

export const verifier = randomBytes(32).toString('base64url');
export const challenge = createHash('sha256').update(verifier).digest('base64url');

export type TokenWorld = Awaited<ReturnType<typeof openTokenWorld>>;

export async function openTokenWorld(given: WorldOptions = {}) {
  const world = await openClientsWorld(given);
  const { storage, clock, random, sealer, cache, uuids, entities, secrets, application } = world;
  const issuers = createIssuers({ place: { publicUrl: 'https://keygrid.example' }, cache });
  const { generate, sign } = createSigner();
  /** Set to have the next signatures fail, as when the machine is out of memory. */
  const signing = { fails: false };
  const signer: Signer = {
    generate,
    sign: async (...given) => {
      if (signing.fails) throw new Error('The signature failed');
      return sign(...given);
    },
  };
  const signingKeys = createSigningKeys({ storeFor: storage.signingKeys, sealer, signer, clock });
  const warnings: string[] = [];
  const log = { ...quiet, warn: (_: unknown, message: string) => void warnings.push(message) };
  const tokens = await createTokenAuthority({
    keys: await openTokenKeys(storage.serverKeys, sealer, clock, random),
    ...{ revocations: storage.revocations, changes: storage.changes, clock, log },
    trustWithoutFeed: Infinity,
    jsonWebTokens: createJsonWebAccessTokens({ signingKeys, signer, random }),
  });
  const idTokens = createIdTokens({ signingKeys, signer, clock });
  const { login, setPassword } = createPasswordLogin(world);
  const services = composeClients({
    login,
    ...{ storage, cache, entities, tokens, idTokens, issuers, secrets, sealer, uuids, clock, random, log },
    passwordChangedAt: async () => 0,
  });

  const createUser = (properties: Record<string, unknown> = {}, of = application) =>
    entities.of(of).create('user', { username: `u${uuids.next()}`, ...properties });

  /** The user allows the client the scopes, as at a consent page. */
  function allow(client: Client, user: string, scopes: string[]): Promise<Grant> {
    const now = clock.now();
    const grant = { id: uuids.next(), user, clientId: client.clientId, scopes };
    return storage.grants(client.realm).allow({ ...grant, createdAt: now, lastUsedAt: now });
  }

  /** What an authorization endpoint ends with. */
  async function authorize(client: Client, asked: Asked = {}) {
    const user = asked.user ?? (await createUser()).uuid;
    const scopes = asked.scopes ?? ['openid', 'profile'];
    const grant = await allow(client, user, scopes);
    const request = requestOf(client, scopes, asked.request);
    const signedIn: Omit<AuthorizationCode, 'digest' | 'expiresAt'> = {
      ...{ grant: grant.id, user, session: uuids.next(), request, scopes },
      ...{ authenticatedAt: Math.floor(clock.now() / 1000), authenticationMethods: ['pwd'] },
    };
    const code = await services.authorizationCodes.issue(client, signedIn);
    return { code, user, grant: grant.id };
  }

  /** A registered client with the form fields by which it authenticates. */
  async function registered(foundation: Partial<ClientFoundation> = {}, settings: ClientSettings = {}) {
    const { client, clientSecret } = await world.register(foundation, settings);
    const credentials: Fields = {
      client_id: client.clientId,
      ...(clientSecret !== undefined && { client_secret: clientSecret }),
    };
    return { client, credentials };
  }

  const exchange = (credentials: Fields, code: string, fields: Fields = {}) =>
    post({ ...exchangeFields, code, ...credentials, ...fields });
  const refresh = (credentials: Fields, refreshToken: string, fields: Fields = {}) =>
    post({ grant_type: 'refresh_token', refresh_token: refreshToken, ...credentials, ...fields });
  const request = (fields: Fields, about: Partial<ClientRequest> = {}): ClientRequest => ({
    ...{ realm: application.key, dialect: 'standard', authorization: undefined, queryNames: [] },
    ...{ address: '192.0.2.1', form: Object.entries(fields), ...about },
  });
  const post = (fields: Fields, about: Partial<ClientRequest> = {}) =>
    services.clientTokenEndpoint.answer(request(fields, about));

  return {
    ...world,
    ...services,
    ...{ tokens, issuers, signingKeys, idTokens, signing, warnings },
    ...{ createUser, setPassword, allow, authorize, registered, exchange, refresh, request, post },
    /** From nothing to a refresh token. */
    async signIn(foundation: Partial<ClientFoundation> = {}, asked: Asked = {}) {
      const { client, credentials } = await registered(foundation);
      const authorized = await authorize(client, asked);
      const answer = await exchange(credentials, authorized.code);
      return { client, credentials, ...authorized, answer, refreshToken: answer.refreshToken! };
    },
  };
}

/** Sign-in with a password as the server has it, with a cheap hash. */
function createPasswordLogin({ storage, clock, entities, random, application }: ClientsWorld) {
  const cheap = { memoryKibibytes: 8, passes: 1, lanes: 1 };
  const hasher = createPasswordHasher({ random, concurrency: 1, parameters: cheap });
  const passwords = createPasswords({ hasher, credentials: storage.credentials, clock });
  const place = placeOf(application);
  return {
    login: createLogin({
      ...{ throttle: createLoginThrottle({ clock }), passwords, adminUsers: storage.adminUsers, entities },
      ...{ clock, log: quiet },
      requireConfirmation: false,
    }),
    setPassword: async (user: string, password: string) =>
      passwords.store(place, user, await passwords.prepare(place, password)),
  };
}

export type Fields = Record<string, string>;

export interface Asked {
  user?: string;
  scopes?: string[];
  request?: Partial<ValidAuthorizationRequest>;
}

const exchangeFields: Fields = {
  grant_type: 'authorization_code',
  redirect_uri: redirectUri,
  code_verifier: verifier,
};

/** A request with PKCE, as most are. */
const requestOf = (
  client: Client,
  scopes: string[],
  given: Partial<ValidAuthorizationRequest> = {},
): ValidAuthorizationRequest => ({
  ...{ realm: client.realm, clientId: client.clientId, dialect: 'standard', responseType: 'code' },
  ...{ redirectUri, redirectUriWasSent: true, scopes, state: undefined, nonce: undefined },
  ...{ codeChallenge: challenge, codeChallengeMethod: 'S256', prompts: [], maxAge: undefined },
  ...{ loginHint: undefined, hintedUser: undefined },
  ...given,
});

export const refusal =
  (code: ErrorCode) =>
  (error: unknown): true => {
    if (error instanceof KeygridError && error.code === code) return true;
    throw error;
  };

/** What an ID token or an access token of the JWT form says; who signed it is no matter here. */
export const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());

/** The code of the refusal, `done` when there was none; anything but a KeygridError is thrown. */
export const outcomeOf = (attempt: Promise<unknown>): Promise<ErrorCode | 'done'> =>
  attempt.then(
    () => 'done' as const,
    (error: unknown) => {
      if (error instanceof KeygridError) return error.code;
      throw error;
    },
  );
