/**
 * `oidc-provider` from npm, everything in memory: client credentials, code with PKCE, refresh with rotation, introspection.
 * Its interactions answer themselves: whoever comes is signed in and allows the client what it asks for.
 *
 *     NODE_ENV=production node bench/baseline/oidc-server.ts CLIENT-ID CLIENT-SECRET [REDIRECT-URI] [own|roomy|unbounded]
 *
 * It keeps its data in its own in-memory adapter, which holds a thousand or two entries; in that adapter with room for a
 * million; or in one of the bench's without bounds.
 */
import { generateKeyPairSync } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Provider } from 'oidc-provider';
import MemoryAdapter, { setStorage } from 'oidc-provider/lib/adapters/memory_adapter.js';
import LRU from 'oidc-provider/lib/helpers/lru.js';
import { listen } from '../minimal/exchange.ts';
import { UnboundedMemory } from './unbounded-memory.ts';

const [clientId = '', clientSecret, redirectUri, memory] = process.argv.slice(2);
const accountId = 'rider';
const account = { sub: accountId, name: 'Bench Rider', email: 'rider@bench.example' };
const signingKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
const codeGrants = ['authorization_code', 'refresh_token'];

/** The provider gives each of its own a storage of the usual size: another class keeps the one that is set. */
class RoomyAdapter extends MemoryAdapter {}
setStorage(new LRU({ maxSize: 1_000_000 }));
const adapters: Record<string, unknown> = { roomy: RoomyAdapter, unbounded: UnboundedMemory };

const provider = new Provider('http://127.0.0.1', {
  adapter: adapters[memory ?? 'own'],
  clients: [
    {
      client_id: clientId,
      client_secret: clientSecret,
      grant_types: ['client_credentials', ...(redirectUri === undefined ? [] : codeGrants)],
      token_endpoint_auth_method: 'client_secret_post',
      redirect_uris: redirectUri === undefined ? [] : [redirectUri],
      response_types: redirectUri === undefined ? [] : ['code'],
    },
  ],
  jwks: { keys: [{ ...signingKey, alg: 'RS256', use: 'sig', kid: 'bench' }] },
  claims: { openid: ['sub'], profile: ['name'], email: ['email'] },
  cookies: { keys: ['the key of a bench'] },
  findAccount: () => ({ accountId, claims: () => account }),
  interactions: {
    url: (_context: unknown, interaction: { uid: string }) => `/interaction/${interaction.uid}`,
  },
  pkce: { required: () => true },
  rotateRefreshToken: true,
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    introspection: { enabled: true, allowedPolicy: () => true },
  },
  ttl: {
    ...{ ClientCredentials: 3600, AccessToken: 3600, IdToken: 3600, AuthorizationCode: 600 },
    ...{ RefreshToken: 86_400, Grant: 86_400, Session: 86_400, Interaction: 600 },
  },
});
const answer = provider.callback();

listen((request, response) => {
  if (!request.url?.startsWith('/interaction/')) return answer(request, response);
  void allowAll(request, response).catch((error: unknown) => {
    response.writeHead(500).end(String(error));
  });
});

async function allowAll(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { params } = await provider.interactionDetails(request, response);
  const grant = new provider.Grant({ accountId, clientId });
  grant.addOIDCScope(params.scope);
  const result = { login: { accountId }, consent: { grantId: await grant.save() } };
  await provider.interactionFinished(request, response, result);
}
