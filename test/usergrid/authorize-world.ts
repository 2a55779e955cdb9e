/** A tenant whose built-in clients may send their users somewhere, and ways to sign in at their pages. */
import assert from 'node:assert/strict';
import { call, type WireJson } from '../support/http.ts';
import { fieldNames, readMarkup } from '../support/markup.ts';
import { rememberSecretsIn } from '../support/secrets.ts';
import { createTenant, type Tenant } from '../support/tenant.ts';
import { type Visited, Visitor } from '../support/visitor.ts';

export interface Server {
  url: string;
}

export const redirectUri = 'https://app.example/callback?from=keygrid';
export const managementPath = '/management/authorize';
export const pathOf = ({ organization, application }: Tenant): string =>
  `/${organization}/${application}/authorize`;

/** Both built-in clients get the one redirect URI. */
export async function createAuthorizeTenant(server: Server): Promise<Tenant> {
  const tenant = await createTenant(server);
  const { organization, application } = tenant;
  const bearer = tenant.admin.token;
  const ofOrganization = await call(server, `PUT /management/organizations/${organization}`, {
    bearer,
    json: { properties: { redirectUris: [redirectUri] } },
  });
  assert.equal(ofOrganization.status, 200, ofOrganization.text);
  const ofApplication = await call(server, `PUT /${organization}/${application}`, {
    bearer,
    json: { redirectUris: [redirectUri] },
  });
  assert.equal(ofApplication.status, 200, ofApplication.text);
  return tenant;
}

export interface RegisteredClient {
  clientId: string;
  clientSecret: string;
}

/** A client of somebody else's making, which has to ask for consent. */
export async function registerClient(
  server: Server,
  { organization, application, admin }: Tenant,
  settings: { scopes: string[]; realm: 'management' | 'application' },
): Promise<RegisteredClient> {
  const answer = await call(server, `POST /api/v1/organizations/${organization}/clients`, {
    bearer: admin.token,
    json: {
      name: 'Reporting tool',
      type: 'web',
      dialect: 'usergrid',
      redirectUris: [redirectUri],
      scopes: settings.scopes,
      ...(settings.realm === 'application' && { application }),
    },
  });
  assert.ok(answer.status < 300, answer.text);
  return clientIn(answer.body);
}

/** Of the answer to a registration. */
export function clientIn(body: WireJson): RegisteredClient {
  const { clientId, clientSecret } = body;
  rememberSecretsIn({ client_secret: clientSecret });
  return { clientId, clientSecret };
}

/** What the page says of a wrong name or password (check UA-64). */
export const mismatch = 'Username or password do not match';

export type Fields = Record<string, string>;

/** The request of an organization's client, with what the admin user types. */
export const asAdmin = ({ organizationClient, admin }: Tenant, changes: Fields = {}): Fields => ({
  ...{ response_type: 'code', client_id: organizationClient.id, redirect_uri: redirectUri },
  ...{ scope: '', state: '' },
  ...{ username: admin.username, password: admin.password },
  ...changes,
});

/** The same of an application's client and user. */
export const asUser = (tenant: Tenant, changes: Fields = {}): Fields =>
  asAdmin(tenant, {
    client_id: tenant.applicationClient.id,
    username: tenant.user.username,
    password: tenant.user.password,
    ...changes,
  });

export const post = (server: Server, path: string, form: Fields, headers: Fields = {}): Promise<Visited> =>
  new Visitor(server).post(path, { form, headers });

/** What the hidden fields hold. */
export const hiddenValues = (markup: string): Fields =>
  Object.fromEntries(
    [...markup.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)].map(
      ([, name = '', value = '']) => [name, readMarkup(value)],
    ),
  );

export const allFields = [
  'response_type',
  'client_id',
  'redirect_uri',
  'scope',
  'state',
  'username',
  'password',
];

/** The sign-in page of the seeds, and above it the message if there is one. */
export function assertSignInPage(page: Visited, message?: string): void {
  assert.match(String(page.headers['content-type']), /^text\/html/);
  assert.match(page.text, /<title>Sign In<\/title>/);
  assert.deepEqual(fieldNames(page.text), allFields);
  const shown = /<div class="dialog-form-message"[^>]*>([^<]*)<\/div>/.exec(page.text)?.[1];
  assert.equal(shown, message);
}

/** Where the answer leads, which is the client's own page. */
export function leadsTo(answer: Visited): URL {
  assert.equal(answer.status, 303, answer.text);
  return new URL(String(answer.headers.location));
}

export function codeIn(answer: Visited): string {
  const code = leadsTo(answer).searchParams.get('code');
  assert.ok(code, String(answer.headers.location));
  return code;
}

export const parametersIn = (fragment: string): URLSearchParams => new URLSearchParams(fragment.slice(1));

/** Exchanges a code at the realm's own token endpoint. */
export const exchange = (
  server: Server,
  path: string,
  client: { id: string; secret: string },
  code: string,
  changes: Fields = {},
) =>
  call(server, `POST ${path}`, {
    json: {
      ...{ grant_type: 'authorization_code', code, redirect_uri: redirectUri },
      ...{ client_id: client.id, client_secret: client.secret },
      ...changes,
    },
  });

/** A code that the user allowed a registered client, by way of the consent page. */
export async function allowedCode(
  server: Server,
  tenant: Tenant,
  client: RegisteredClient,
  realm: 'management' | 'application',
): Promise<string> {
  const typed = realm === 'management' ? asAdmin(tenant) : asUser(tenant);
  const path = realm === 'management' ? managementPath : pathOf(tenant);
  const visitor = new Visitor(server);
  const asked = await visitor.post(path, { form: { ...typed, client_id: client.clientId } });
  const next = await visitor.follow(asked);
  // What was allowed before is not asked again.
  return codeIn(next.status === 200 ? await visitor.submit(next, { decision: 'allow' }) : next);
}

/** The token that such a code is exchanged for. */
export async function delegatedToken(
  server: Server,
  tenant: Tenant,
  client: RegisteredClient,
  realm: 'management' | 'application',
): Promise<string> {
  const path = realm === 'management' ? managementPath : pathOf(tenant);
  const code = await allowedCode(server, tenant, client, realm);
  const credentials = { id: client.clientId, secret: client.clientSecret };
  const exchanged = await exchange(server, path.replace(/authorize$/, 'token'), credentials, code);
  assert.equal(exchanged.status, 200, exchanged.text);
  return exchanged.body.access_token;
}
