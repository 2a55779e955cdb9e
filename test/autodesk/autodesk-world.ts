/** A server with a tenant and registered clients of the autodesk dialect, and what a browser does at its pages. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { type Answer, type CallOptions, call, type WireJson } from '../support/http.ts';
import { rememberSecret } from '../support/secrets.ts';
import { createTenant, type Tenant } from '../support/tenant.ts';

export interface Place {
  url: string;
}

export interface AutodeskClient {
  clientId: string;
  clientSecret: string;
  redirectUri: string;
}

export const callback = 'http://sampleapp.test/oauth/callback';

/** Registers through the administration API, as the owner of the organization. */
export async function registerClient(
  server: Place,
  tenant: Tenant,
  settings: Record<string, unknown> = {},
): Promise<AutodeskClient> {
  const type = settings.type ?? 'web';
  const answer = await call(server, `POST /api/v1/organizations/${tenant.organization}/clients`, {
    bearer: tenant.admin.token,
    json: {
      ...{ name: 'Sample App', type, dialect: 'autodesk', application: tenant.application },
      ...(type === 'service' ? {} : { redirectUris: [callback] }),
      ...settings,
    },
  });
  assert.equal(answer.status, 201, answer.text);
  const { clientId, clientSecret = '', redirectUris } = answer.body;
  if (clientSecret !== '') rememberSecret(clientSecret);
  return { clientId, clientSecret, redirectUri: redirectUris[0] ?? '' };
}

export async function openAutodeskWorld(server: Place) {
  const tenant = await createTenant(server);
  const client = await registerClient(server, tenant);
  return { server, tenant, client, ...journeyOf(server, tenant) };
}

export type AutodeskWorld = Awaited<ReturnType<typeof openAutodeskWorld>>;

/** A browser without script: keeps cookies, sends the forms of the pages it is shown. */
export class PlainBrowser {
  readonly #server: Place;
  readonly #cookies = new Map<string, string>();

  constructor(server: Place) {
    this.#server = server;
  }

  async go(methodAndPath: string, options: CallOptions = {}): Promise<Answer> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = {
      Accept: 'text/html,application/xhtml+xml',
      ...(cookie && { Cookie: cookie }),
      ...options.headers,
    };
    const answer = await call(this.#server, methodAndPath, { ...options, headers });
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    return answer;
  }

  /** Follows redirects on the server itself, and none that leaves it. */
  async visit(methodAndPath: string, options: CallOptions = {}): Promise<Answer> {
    let answer = await this.go(methodAndPath, options);
    for (let hops = 0; hops < 5 && answer.headers.location?.startsWith('/'); hops += 1) {
      answer = await this.go(`GET ${answer.headers.location}`);
    }
    return answer;
  }

  /** Sends the form of a page with what is filled in. */
  submit(page: Answer, fields: [name: string, value: string][]): Promise<Answer> {
    const form = /<form[\s\S]*?<\/form>/.exec(page.text)?.[0] ?? assert.fail(`no form: ${page.text}`);
    const action = /action="([^"]*)"/.exec(form)?.[1] ?? '';
    const hidden = [...form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
    const sent = [...hidden.map(([, name = '', value = '']) => [name, value]), ...fields];
    return this.visit(`POST ${action}`, { form: sent });
  }

  signIn(page: Answer, account: { username: string; password: string }): Promise<Answer> {
    const { username, password } = account;
    return this.submit(page, [
      ['username', username],
      ['password', password],
    ]);
  }

  /** All scopes that the page offers stay ticked. */
  allow(page: Answer): Promise<Answer> {
    const scopes = [...page.text.matchAll(/name="scope"[^>]*value="([^"]*)"/g)].map(
      ([, value = '']) => value,
    );
    return this.submit(page, [
      ...scopes.map((scope): [string, string] => ['scope', scope]),
      ['decision', 'allow'],
    ]);
  }

  refuse(page: Answer): Promise<Answer> {
    return this.submit(page, [['decision', 'refuse']]);
  }
}

export const isSignInPage = ({ text }: Answer): boolean => /type="password"/.test(text);
export const isConsentPage = (page: Answer): boolean =>
  page.status === 200 && !isSignInPage(page) && /name="decision"/.test(page.text);

export type Query = Record<string, string>;

export function journeyOf(server: Place, tenant: Tenant) {
  const { user } = tenant;

  /** From the authorize URL to where the user is sent, through whatever pages come between. */
  async function complete(browser: PlainBrowser, path: string): Promise<string> {
    let page = await browser.visit(`GET ${path}`);
    if (isSignInPage(page)) page = await browser.signIn(page, user);
    if (isConsentPage(page)) page = await browser.allow(page);
    return page.headers.location ?? assert.fail(`${page.status} ${page.text}`);
  }

  async function authorize(
    client: AutodeskClient,
    query: Query = {},
    {
      version = 'v1',
      browser = new PlainBrowser(server),
    }: { version?: 'v1' | 'v2'; browser?: PlainBrowser } = {},
  ): Promise<string> {
    return complete(browser, authorizePath(client, query, version));
  }

  /** The user signs in, allows, and the client has tokens. */
  async function threeLegged(
    client: AutodeskClient,
    { scope = 'data:read', version = 'v2' as 'v1' | 'v2', query = {} as Query } = {},
  ): Promise<WireJson> {
    const location = await authorize(client, { scope, ...query }, { version });
    const code = codeIn(location);
    const path = version === 'v1' ? '/authentication/v1/gettoken' : '/authentication/v2/token';
    const answer = await call(server, `POST ${path}`, { form: codeForm(client, code) });
    assert.equal(answer.status, 200, answer.text);
    return answer.body;
  }

  async function introspect(client: AutodeskClient, token: string): Promise<WireJson> {
    const form = { token };
    return (await call(server, 'POST /authentication/v2/introspect', { basic: basicOf(client), form })).body;
  }

  return { complete, authorize, threeLegged, introspect };
}

export const authorizePath = (client: AutodeskClient, query: Query = {}, version = 'v1'): string => {
  const all = {
    ...{ response_type: 'code', client_id: client.clientId, redirect_uri: client.redirectUri },
    ...query,
  };
  return `/authentication/${version}/authorize?${new URLSearchParams(all)}`;
};

export const bodyCredentials = ({ clientId, clientSecret }: AutodeskClient): Record<string, string> => ({
  client_id: clientId,
  ...(clientSecret !== '' && { client_secret: clientSecret }),
});

export const basicOf = ({ clientId, clientSecret }: AutodeskClient) => ({
  username: clientId,
  password: clientSecret,
});

export const codeForm = (client: AutodeskClient, code: string): Record<string, string> => ({
  ...{ grant_type: 'authorization_code', code, redirect_uri: client.redirectUri },
  ...bodyCredentials(client),
});

export function codeIn(location: string): string {
  const code = new URL(location).searchParams.get('code') ?? assert.fail(location);
  rememberSecret(code);
  return code;
}

export function newVerifier() {
  const verifier = randomBytes(32).toString('base64url');
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  return { verifier, challenge: { code_challenge: challenge, code_challenge_method: 'S256' } };
}

export const claimsOf = (token: string): WireJson =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());

export const headerOf = (token: string): WireJson =>
  JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString());
