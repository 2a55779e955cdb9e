/** Visits to `/account`, in browsers that run no script. */
import assert from 'node:assert/strict';
import { call } from '../support/http.ts';
import type { Tenant } from '../support/tenant.ts';
import { type PageForm, type Visited, Visitor } from '../support/visitor.ts';
import { asAdmin, asUser, codeIn, exchange, managementPath, pathOf } from '../usergrid/authorize-world.ts';

export interface Server {
  url: string;
}

export type Realm = 'management' | 'application';

export const accountPath = (tenant: Tenant, realm: Realm): string =>
  realm === 'management' ? '/account/management' : `/account/${tenant.organization}/${tenant.application}`;

export const accountOf = (tenant: Tenant, realm: Realm) =>
  realm === 'management' ? tenant.admin : tenant.user;

/** A browser in which the user is signed in, and the account page in it. */
export async function signInAt(
  server: Server,
  tenant: Tenant,
  realm: Realm,
): Promise<{ visitor: Visitor; page: Visited }> {
  const visitor = new Visitor(server);
  const form = await visitor.get(accountPath(tenant, realm));
  const { username, password } = accountOf(tenant, realm);
  const answer = await visitor.submit(form, { username, password });
  assert.equal(answer.status, 303, answer.text);
  return { visitor, page: await visitor.follow(answer) };
}

export const formsTo = (page: Visited, name: string): PageForm[] =>
  page.forms.filter(({ action }) => action.endsWith(`/${name}`));

/** Presses the first button of that kind, and goes where it leads. */
export async function press(visitor: Visitor, page: Visited, name: string, index = 0): Promise<Visited> {
  const form = formsTo(page, name)[index];
  assert.ok(form, `a form for ${name}: ${page.text}`);
  const answer = await visitor.post(form.action, { form: Object.fromEntries(form.fields) });
  assert.equal(answer.status, 303, answer.text);
  return visitor.follow(answer);
}

export interface Allowed {
  accessToken: string;
  refreshToken: string;
  tokenPath: string;
  client: { id: string; secret: string };
}

/** The user allows the built-in client, in a browser of its own. */
export async function allowBuiltInClient(server: Server, tenant: Tenant, realm: Realm): Promise<Allowed> {
  const ofManagement = realm === 'management';
  const path = ofManagement ? managementPath : pathOf(tenant);
  const form = ofManagement ? asAdmin(tenant) : asUser(tenant);
  const client = ofManagement ? tenant.organizationClient : tenant.applicationClient;
  const tokenPath = path.replace(/authorize$/, 'token');
  const code = codeIn(await new Visitor(server).post(path, { form }));
  const { body } = await exchange(server, tokenPath, client, code);
  return { accessToken: body.access_token, refreshToken: body.refresh_token, tokenPath, client };
}

export const refresh = (server: Server, { refreshToken, tokenPath, client }: Allowed) =>
  call(server, `POST ${tokenPath}`, {
    json: {
      ...{ grant_type: 'refresh_token', refresh_token: refreshToken },
      ...{ client_id: client.id, client_secret: client.secret },
    },
  });
