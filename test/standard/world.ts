/** A server with a tenant, clients of it, and what a test says often about signing in to them. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { type Answer, type CallOptions, call } from '../support/http.ts';
import { createPlainBrowser, type PlainBrowser, type Visited } from '../support/plain-browser.ts';
import { rememberSecret } from '../support/secrets.ts';
import { createTenant, type Tenant } from '../support/tenant.ts';

export const callback = 'https://photos.example/callback';

export interface RegisteredClient {
  id: string;
  /** Undefined for public ones. */
  secret: string | undefined;
}

export interface StandardWorld {
  server: { url: string };
  tenant: Tenant;
  /** `/{org}/{app}` */
  path: string;
  /** As metadata has it. */
  issuer: string;
}

export async function openWorld(server: { url: string }): Promise<StandardWorld> {
  const tenant = await createTenant(server);
  const path = `/${tenant.organization}/${tenant.application}`;
  return { server, tenant, path, issuer: `${server.url}${path}` };
}

/** A web client of the application that comes back to `callback`, unless said otherwise. */
export async function registerClient(
  { server, tenant }: StandardWorld,
  settings: Record<string, unknown> = {},
): Promise<RegisteredClient> {
  const usual = { name: 'Photos', type: 'web', application: tenant.application, scopes: usualScopes };
  const redirects = settings.type === 'service' ? {} : { redirectUris: [callback] };
  const answer = await call(server, `POST /api/v1/organizations/${tenant.organization}/clients`, {
    bearer: tenant.admin.token,
    json: { ...usual, ...redirects, ...settings },
  });
  assert.equal(answer.status, 201, answer.text);
  if (answer.body.clientSecret) rememberSecret(answer.body.clientSecret);
  return { id: answer.body.clientId, secret: answer.body.clientSecret };
}

const usualScopes = ['openid', 'profile', 'email', 'offline_access', 'data:read'];

export const newVerifier = (): string => randomBytes(32).toString('base64url');
export const challengeOf = (verifier: string): string =>
  createHash('sha256').update(verifier).digest('base64url');

/** Of a code request with PKCE; `undefined` leaves one out. */
export function authorizeUrl(
  { issuer }: StandardWorld,
  client: RegisteredClient,
  parameters: Record<string, string | undefined> = {},
): string {
  const all = {
    ...{ response_type: 'code', client_id: client.id, redirect_uri: callback, scope: 'openid profile' },
    ...{ state: 'the state', code_challenge_method: 'S256' },
    ...{ code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', ...parameters },
  };
  const given = Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return `${issuer}/oauth2/authorize?${new URLSearchParams(given)}`;
}

/** Goes through whatever pages come, until the browser leaves the server or is at a page that is none of them. */
export async function goThrough(
  browser: PlainBrowser,
  account: { username: string; password: string },
  first: Visited,
): Promise<Visited> {
  let page = first;
  for (let pages = 0; pages < 4 && page.leavesTo === undefined; pages++) {
    if (/name="password"/.test(page.text)) {
      const { username, password } = account;
      page = await browser.submit(page, { username, password });
    } else if (/name="decision" value="allow"/.test(page.text)) {
      page = await browser.submit(page, { decision: 'allow' });
    } else break;
  }
  return page;
}

/** What the client's callback is told. */
export function answerOf(page: Visited): URLSearchParams {
  assert.ok(page.leavesTo, `the browser is sent to the client: ${page.status} ${page.text}`);
  const { hash, searchParams } = page.leavesTo;
  return hash === '' ? searchParams : new URLSearchParams(hash.slice(1));
}

export interface Authorized {
  browser: PlainBrowser;
  code: string;
  verifier: string;
}

/** Signs the tenant's user in at the client, in a browser of its own. */
export async function authorize(
  world: StandardWorld,
  client: RegisteredClient,
  parameters: Record<string, string | undefined> = {},
  browser = createPlainBrowser(world.server),
): Promise<Authorized> {
  const verifier = newVerifier();
  const url = authorizeUrl(world, client, { code_challenge: challengeOf(verifier), ...parameters });
  const page = await goThrough(browser, world.tenant.user, await browser.open(url));
  const code = answerOf(page).get('code');
  assert.ok(code, `a code comes: ${page.leavesTo}`);
  rememberSecret(code);
  return { browser, code, verifier };
}

/** A form to an endpoint below the issuer, with the client's credentials by Basic, or its id where it is public. */
export function send(
  { server, path }: StandardWorld,
  endpoint: string,
  client: RegisteredClient | undefined,
  form: Record<string, string>,
  options: CallOptions = {},
): Promise<Answer> {
  const own: CallOptions =
    client?.secret === undefined
      ? { form: { ...form, ...(client && { client_id: client.id }) } }
      : { form, basic: { username: client.id, password: client.secret } };
  return call(server, `POST ${path}/oauth2/${endpoint}`, { ...own, ...options });
}

export const exchange = (
  world: StandardWorld,
  client: RegisteredClient,
  { code, verifier }: Pick<Authorized, 'code' | 'verifier'>,
  form: Record<string, string> = {},
): Promise<Answer> =>
  send(world, 'token', client, {
    ...{ grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: verifier },
    ...form,
  });

/** From nothing to tokens. */
export async function signIn(
  world: StandardWorld,
  client: RegisteredClient,
  parameters: Record<string, string | undefined> = {},
  browser = createPlainBrowser(world.server),
) {
  const authorized = await authorize(world, client, parameters, browser);
  const answer = await exchange(world, client, authorized);
  assert.equal(answer.status, 200, answer.text);
  return { ...authorized, tokens: answer.body };
}
