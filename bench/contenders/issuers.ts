/** The authorization servers of X1 to X7, started and with one client and one user. */
import { randomBytes } from 'node:crypto';
import { openWorld, registerClient } from '../../test/standard/world.ts';
import { redirectUri } from '../authorization.ts';
import type { BenchContext } from '../context.ts';
import { orStop, startServer } from '../processes.ts';
import { type Contender, names } from './contender.ts';
import type { Issuer, IssuerPart } from './issuer.ts';
import { installKeygrid } from './keygrid.ts';

/** Keygrid's standard dialect under an application's issuer, on SQLite. */
export async function startKeygridIssuer(
  context: BenchContext,
  item: string,
  part: IssuerPart,
  cores: string,
): Promise<Contender> {
  const installation = await installKeygrid(context, 'sqlite', `${item}-keygrid`, cores);
  const server = await installation.start();
  return orStop(server, async () => {
    const world = await openWorld({ url: `http://127.0.0.1:${server.port}` });
    const scopes = ['openid', 'profile', 'email', 'offline_access'];
    // The others give no refresh token either where none is asked for.
    const grantTypes = ['authorization_code', ...(item === 'x1' ? [] : ['refresh_token'])];
    const settings = { redirectUris: [redirectUri], scopes, grantTypes };
    const { id, secret = '' } = await registerClient(world, settings);
    const below = `${world.path}/oauth2`;
    const issuer: Issuer = {
      ...{ name: names.keygrid, server, client: { id, secret }, account: world.tenant.user },
      paths: {
        authorize: `${below}/authorize`,
        token: `${below}/token`,
        introspection: `${below}/introspect`,
        userinfo: `${below}/userinfo`,
        jwks: `${below}/jwks`,
        discovery: `${world.path}/.well-known/openid-configuration`,
      },
      redirectStatus: 302,
      codesPerSecond: 4500,
    };
    return part(issuer, context);
  });
}

/** `own` is its in-memory adapter, which keeps the last thousand or two entries; `roomy` the same with room for all. */
export type OidcMemory = 'own' | 'roomy' | 'unbounded';

const nameWith: Record<OidcMemory, string> = {
  own: names.oidcProvider,
  roomy: names.oidcRoomy,
  unbounded: names.oidcUnbounded,
};

/** `oidc-provider` with its own in-memory adapter, or one that has room where many codes have to wait. */
export async function startOidcIssuer(
  context: BenchContext,
  part: IssuerPart,
  { cores, memory }: { cores: string; memory: OidcMemory },
): Promise<Contender> {
  const client = { id: 'photos', secret: randomBytes(32).toString('base64url') };
  const args = [client.id, client.secret, redirectUri, memory];
  const server = await startServer({ script: 'bench/baseline/oidc-server.ts', args, cores });
  return orStop(server, () => {
    const account = { username: 'rider', password: '', email: 'rider@bench.example' };
    const issuer: Issuer = {
      ...{ name: nameWith[memory], server, client, account },
      paths: {
        authorize: '/auth',
        token: '/token',
        introspection: '/token/introspection',
        userinfo: '/me',
        jwks: '/jwks',
        discovery: '/.well-known/openid-configuration',
      },
      redirectStatus: 303,
      codesPerSecond: 2000,
    };
    return part(issuer, context);
  });
}
