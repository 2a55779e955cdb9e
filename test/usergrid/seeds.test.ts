/**
 * The original pages, literally: each request of seeds 002 (access tokens) and 003 (authenticating requests), sent with
 * curl as the page shows it, and each field of each sample answer present with its type.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { curl } from '../support/curl.ts';
import { call, type WireJson } from '../support/http.ts';
import { rememberSecretsIn } from '../support/secrets.ts';
import { type RunningServer, startServer } from '../support/server.ts';

let server: RunningServer;
let adminToken: string;
let userToken: string;
const admin = { username: 'testadmin', password: 'testadminpw' };
const user = { username: 'testuser', password: 'testpasswd' };
const shape = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;

/** Every member of the sample is there, of the same type; more may be. */
function assertLike(sample: WireJson, actual: WireJson, path = ''): void {
  assert.equal(shape(actual), shape(sample), `type of ${path || 'the answer'}`);
  if (shape(sample) !== 'object') return;
  for (const [name, value] of Object.entries(sample)) assertLike(value, actual[name], `${path}.${name}`);
}

async function curlJson(...args: string[]): Promise<{ status: number; body: WireJson }> {
  const { stdout, exitCode, stderr } = await curl(['-s', '-w', '\n%{http_code}', ...args]);
  assert.equal(exitCode, 0, stderr);
  const end = stdout.lastIndexOf('\n');
  const body = JSON.parse(stdout.slice(0, end));
  rememberSecretsIn(body);
  return { status: Number(stdout.slice(end + 1)), body };
}

before(async () => {
  server = await startServer();
  rememberSecretsIn({ password: admin.password });
  const created = await call(server, 'POST /management/organizations', {
    json: { organization: 'my-org', name: 'Test User', email: 'testadmin@usergrid.com', ...admin },
  });
  assert.equal(created.status, 200, created.text);
  const login = await call(server, 'POST /management/token', { json: { grant_type: 'password', ...admin } });
  adminToken = login.body.access_token;
  const bearer = adminToken;
  await call(server, 'POST /management/organizations/my-org/applications', {
    bearer,
    json: { name: 'my-app' },
  });
  for (const account of [user, admin]) {
    const json = { ...account, email: `${account.username}@mail.com` };
    assert.equal((await call(server, 'POST /my-org/my-app/users', { bearer, json })).status, 200);
  }
});
after(async () => {
  await server?.stop();
});

test("seed 002: the application user's request and each field of its answer", async () => {
  // The page's sample user is `testuser`; its times are the microseconds of an older release.
  const { status, body } = await curlJson(
    ...['-X', 'POST', '-H', 'Content-Type: application/json', `${server.url}/my-org/my-app/token`],
    ...['-d', '{"grant_type":"password","username":"testuser","password":"testpasswd"}'],
  );
  assert.equal(status, 200);
  userToken = body.access_token;
  assertLike(
    {
      access_token: '',
      expires_in: 3600,
      user: { uuid: '', type: '', username: '', email: '', activated: true, created: 0, modified: 0 },
    },
    body,
  );
  assert.equal(body.expires_in, 3600);
  assert.equal(body.user.type, 'user');
  assert.equal(body.user.username, 'testuser');
  assert.equal(body.user.activated, true);
});

test('seed 002: the very command of the page, with its user and password', async () => {
  const { stdout } = await curl([
    ...['-X', 'POST', '-i', '-H', 'Content-Type: application/json', `${server.url}/my-org/my-app/token`],
    ...['-d', '{"grant_type":"password","username":"testadmin","password":"testadminpw"}'],
  ]);
  assert.match(stdout, /^HTTP\/1.1 200 OK/);
  const body = JSON.parse(stdout.slice(stdout.indexOf('{')));
  rememberSecretsIn(body);
  assert.equal(body.user.username, 'testadmin');
});

const adminSample = {
  access_token: '',
  expires_in: 3600,
  user: {
    username: '',
    email: '',
    organizations: {
      'my-org': {
        users: {
          testadmin: {
            name: '',
            disabled: false,
            uuid: '',
            activated: true,
            username: '',
            applicationId: '',
            email: '',
            adminUser: true,
            mailTo: '',
          },
        },
        name: '',
        applications: { 'my-org/my-app': '' },
        uuid: '',
      },
    },
    adminUser: true,
    activated: true,
    name: '',
    mailTo: '',
    applicationId: '',
    uuid: '',
    disabled: false,
  },
};

for (const path of ['/management/token', '/token']) {
  test(`seed 002: the admin user's request at ${path} and each field of its answer`, async () => {
    const { status, body } = await curlJson(
      ...['-X', 'POST', '-H', 'Content-Type: application/json', `${server.url}${path}`],
      ...['-d', '{"grant_type":"password","username":"testadmin","password":"testadminpw"}'],
    );
    assert.equal(status, 200);
    assertLike(adminSample, body);
    assert.equal(body.expires_in, 3600);
    assert.equal(body.user.applicationId, '00000000-0000-0000-0000-000000000001');
    assert.equal(body.user.adminUser, true);
    assert.equal(body.user.disabled, false);
    assert.equal(body.user.organizations['my-org'].users.testadmin.uuid, body.user.uuid);
  });
}

test("seed 002: the application's and the organization's requests of the table", async () => {
  const bearer = adminToken;
  const application = await call(server, 'GET /my-org/my-app/credentials', { bearer });
  const organization = await call(server, 'GET /management/organizations/my-org/credentials', { bearer });
  for (const [path, { credentials }] of [
    ['/my-org/my-app/token', application.body],
    ['/token', organization.body],
    ['/management/token', organization.body],
  ] as const) {
    const grant = JSON.stringify({ grant_type: 'client_credentials', ...credentials });
    const { status, body } = await curlJson('-X', 'POST', `${server.url}${path}`, '-d', grant);
    assert.equal(status, 200, JSON.stringify(body));
    assertLike({ access_token: '', expires_in: 3600 }, body);
  }
});

test('seed 003: all applications but the sandbox are secured by default', async () => {
  const secured = await curlJson(`${server.url}/my-org/my-app/users`);
  assert.equal(secured.status, 401);
  for (const [method, path, ...data] of [
    ['POST', 'things', '-d', '{"name":"thing"}'],
    ['GET', 'things'],
    ['PUT', 'things/thing', '-d', '{"colour":"red"}'],
    ['DELETE', 'things/thing'],
  ] as const) {
    const open = await curlJson('-X', method, `${server.url}/my-org/sandbox/${path}`, ...data);
    assert.equal(open.status, 200, `${method} ${path}: ${JSON.stringify(open.body)}`);
  }
});

test('seed 003: the access token in the query string and in the Authorization header', async () => {
  const inQuery = await curlJson(`${server.url}/my-org/my-app/users?access_token=${userToken}`);
  assert.equal(inQuery.status, 200);
  const inHeader = await curlJson(
    '-H',
    `Authorization: Bearer ${userToken}`,
    `${server.url}/my-org/my-app/users`,
  );
  assert.equal(inHeader.status, 200);
  assert.deepEqual(
    inQuery.body.entities.map((entity: WireJson) => entity.username),
    inHeader.body.entities.map((entity: WireJson) => entity.username),
  );
});

test('seed 003: client id and secret as query parameters open what they should, and no more', async () => {
  const bearer = adminToken;
  const credentialsAt = async (path: string) =>
    (await call(server, `GET ${path}`, { bearer })).body.credentials;
  const organization = await credentialsAt('/management/organizations/my-org/credentials');
  const application = await credentialsAt('/my-org/my-app/credentials');
  const url = (path: string, { client_id, client_secret }: WireJson) =>
    `${server.url}${path}?client_id=${client_id}&client_secret=${client_secret}`;
  for (const [path, credentials, expected] of [
    ['/my-org/my-app/users', organization, 200],
    ['/my-org/sandbox/users', organization, 200],
    ['/management/organizations/my-org', organization, 200],
    ['/my-org/my-app/users', application, 200],
    ['/management/organizations/my-org', application, 401],
    ['/my-org/sandbox/users', application, 401],
  ] as const) {
    const { status } = await curlJson(url(path, credentials));
    assert.equal(status, expected, `${path} as ${credentials.client_id.slice(0, 4)}`);
  }
});
