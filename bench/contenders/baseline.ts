import { randomBytes } from 'node:crypto';
import { renderRequest } from '../entity.ts';
import { startServer } from '../processes.ts';
import { oneEach } from '../requests.ts';
import { auditDistinctTokens, type Contender, names } from './contender.ts';

/** Bare `node:http` with a fixed answer of `bytes`: how quick any server here can be. */
export async function startBare(bytes = 300): Promise<Contender> {
  return {
    name: names.bare,
    server: await startServer({ script: 'bench/baseline/bare-server.ts', args: [String(bytes)] }),
    nextRequest: oneEach([
      { bytes: renderRequest('GET', '/'), expectedInBody: Buffer.from('{"filler":"xxx') },
    ]),
    audit: async () => [],
  };
}

/** `oidc-provider` issuing tokens for client credentials. */
export async function startOidcProvider(): Promise<Contender> {
  const client = { client_id: 'shop', client_secret: randomBytes(32).toString('base64url') };
  const body = new URLSearchParams({ grant_type: 'client_credentials', ...client }).toString();
  const contentType = 'application/x-www-form-urlencoded';
  return {
    name: names.oidcProvider,
    server: await startServer({
      script: 'bench/baseline/oidc-server.ts',
      args: [client.client_id, client.client_secret],
    }),
    nextRequest: oneEach([
      {
        bytes: renderRequest('POST', '/token', { body, contentType }),
        expectedInBody: Buffer.from('"access_token":"'),
      },
    ]),
    audit: async (lastBodies) => auditDistinctTokens(lastBodies),
  };
}
