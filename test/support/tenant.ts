/** A tenant of its own for a test, made through the wire as a newcomer would make it. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { type Answer, call } from './http.ts';
import { rememberSecret } from './secrets.ts';

export interface TenantAccount {
  username: string;
  email: string;
  password: string;
  token: string;
  uuid: string;
}

export interface TenantClient {
  id: string;
  secret: string;
}

export interface Tenant {
  organization: string;
  organizationUuid: string;
  organizationClient: TenantClient;
  /** An ordinary application, where guests may do next to nothing. */
  application: string;
  applicationUuid: string;
  applicationClient: TenantClient;
  /** The application that every organization has from the start, open to guests. */
  sandbox: 'sandbox';
  /** Admin user, owner of the organization. */
  admin: TenantAccount;
  /** Application user of `application`. */
  user: TenantAccount;
}

type Names = Pick<TenantAccount, 'username' | 'email' | 'password'>;

export interface TenantOverrides {
  organization?: string;
  application?: string;
  admin?: Partial<Names>;
  user?: Partial<Names>;
}

interface Server {
  url: string;
}

const unique = (): string => randomBytes(5).toString('hex');

function namesFor(role: string, overrides: Partial<Names> = {}): Names {
  const username = overrides.username ?? `${role}-${unique()}`;
  const names = {
    username,
    email: `${username}@example.test`,
    password: randomBytes(12).toString('base64url'),
    ...overrides,
  };
  rememberSecret(names.password);
  return names;
}

function requireSuccess(answer: Answer, what: string): Answer['body'] {
  assert.equal(answer.status, 200, `${what}: ${answer.status} ${answer.text}`);
  return answer.body;
}

async function requireClient(server: Server, path: string, bearer: string): Promise<TenantClient> {
  const { credentials } = requireSuccess(await call(server, `GET ${path}`, { bearer }), path);
  rememberSecret(credentials.client_secret);
  return { id: credentials.client_id, secret: credentials.client_secret };
}

/** A token by the password grant at `path`, for instance `/management/token`. */
async function requireToken(server: Server, path: string, account: Names): Promise<string> {
  const { username, password } = account;
  const answer = await call(server, `POST ${path}`, {
    json: { grant_type: 'password', username, password },
  });
  return requireSuccess(answer, path).access_token;
}

async function createOrganization(
  server: Server,
  organization: string,
  admin: Names,
): Promise<Answer['body']> {
  const answer = await call(server, 'POST /management/organizations', {
    json: { organization, name: `Name of ${admin.username}`, ...admin },
  });
  return requireSuccess(answer, 'create an organization').data;
}

async function createApplicationUser(
  server: Server,
  path: string,
  user: Names,
  bearer: string,
): Promise<string> {
  const answer = await call(server, `POST ${path}/users`, {
    bearer,
    json: { ...user, name: `Name of ${user.username}` },
  });
  return requireSuccess(answer, 'create an application user').entities[0].uuid;
}

/** Organization, admin user, application, its client and a user, all with unique names and generated secrets. */
export async function createTenant(server: Server, overrides: TenantOverrides = {}): Promise<Tenant> {
  const organization = overrides.organization ?? `org-${unique()}`;
  const application = overrides.application ?? `app-${unique()}`;
  const admin = namesFor('admin', overrides.admin);
  const user = namesFor('user', overrides.user);

  const created = await createOrganization(server, organization, admin);
  const adminToken = await requireToken(server, '/management/token', admin);
  const organizationPath = `/management/organizations/${organization}`;
  const applications = await call(server, `POST ${organizationPath}/applications`, {
    bearer: adminToken,
    json: { name: application },
  });
  const { data } = requireSuccess(applications, 'create an application');
  const applicationPath = `/${organization}/${application}`;
  const userUuid = await createApplicationUser(server, applicationPath, user, adminToken);

  return {
    organization,
    organizationUuid: created.organization.uuid,
    organizationClient: await requireClient(server, `${organizationPath}/credentials`, adminToken),
    application,
    applicationUuid: data[`${organization}/${application}`.toLowerCase()],
    applicationClient: await requireClient(server, `${applicationPath}/credentials`, adminToken),
    sandbox: 'sandbox',
    admin: { ...admin, token: adminToken, uuid: created.owner.uuid },
    user: { ...user, token: await requireToken(server, `${applicationPath}/token`, user), uuid: userUuid },
  };
}
