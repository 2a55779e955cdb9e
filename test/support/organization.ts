/** An organization with its owner, made through the wire: all that tests of the management API need. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { call } from './http.ts';
import { rememberSecret } from './secrets.ts';
import type { TenantAccount } from './tenant.ts';

export interface OwnedOrganization {
  organization: string;
  organizationUuid: string;
  /** `/management/organizations/…` */
  path: string;
  admin: TenantAccount;
}

export interface OrganizationOverrides {
  organization?: string;
  admin?: Partial<Pick<TenantAccount, 'username' | 'email' | 'password'>>;
  /** Of the organization. */
  properties?: Record<string, unknown>;
}

interface Server {
  url: string;
}

export const unique = (): string => randomBytes(5).toString('hex');

export function newPassword(): string {
  const password = randomBytes(12).toString('base64url');
  rememberSecret(password);
  return password;
}

export async function signIn(
  server: Server,
  account: { username: string; password: string },
): Promise<string> {
  const { username, password } = account;
  const answer = await call(server, 'POST /management/token', {
    json: { grant_type: 'password', username, password },
  });
  assert.equal(answer.status, 200, answer.text);
  return answer.body.access_token;
}

export async function createOwnedOrganization(
  server: Server,
  overrides: OrganizationOverrides = {},
): Promise<OwnedOrganization> {
  const organization = overrides.organization ?? `org-${unique()}`;
  const username = overrides.admin?.username ?? `admin-${unique()}`;
  const names = { username, email: `${username}@example.test`, password: newPassword(), ...overrides.admin };
  const answer = await call(server, 'POST /management/organizations', {
    json: { organization, ...names, properties: overrides.properties ?? {} },
  });
  assert.equal(answer.status, 200, answer.text);
  const { owner, organization: created } = answer.body.data;
  return {
    organization,
    organizationUuid: created.uuid,
    path: `/management/organizations/${organization}`,
    admin: { ...names, uuid: owner.uuid, token: await signIn(server, names) },
  };
}

/** An admin user that belongs to no organization. */
export async function createAdminUser(server: Server, username = `user-${unique()}`): Promise<TenantAccount> {
  const names = { username, email: `${username}@example.test`, password: newPassword() };
  const answer = await call(server, 'POST /management/users', { form: { ...names, name: username } });
  assert.equal(answer.status, 200, answer.text);
  return { ...names, uuid: answer.body.data.user.uuid, token: await signIn(server, names) };
}
