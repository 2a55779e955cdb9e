/** Token requests and credentials that must not succeed. usergrid-auth.md 2.4 and 4. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Answer, call } from '../support/http.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { createTenant, type Tenant } from '../support/tenant.ts';

let server: RunningServer;
let tenant: Tenant;
let application: string;
/** Of the data directory: a server that finds a superuser there leaves its password as it is. */
let superuserPassword: string;

before(async () => {
  server = await startServer();
  superuserPassword = server.superuserPassword;
  tenant = await createTenant(server);
  application = `/${tenant.organization}/${tenant.application}`;
});
after(async () => {
  await server?.stop();
});

const user = () => ({
  grant_type: 'password',
  username: tenant.user.username,
  password: tenant.user.password,
});

/** The OAuth form of refusal: these two members and nothing else. */
function assertGrantRefused(
  answer: Answer,
  description = 'invalid username or password',
  status = 400,
): void {
  assert.equal(answer.status, status, answer.text);
  assert.deepEqual(answer.body, { error: 'invalid_grant', error_description: description });
}

function assertRefused(answer: Answer, status: number, error: string): void {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.body.error, error);
  for (const member of ['timestamp', 'duration']) assert.equal(typeof answer.body[member], 'number');
  for (const member of ['error_description', 'exception']) assert.equal(typeof answer.body[member], 'string');
}

test('UA-26 a wrong password gets invalid_grant without timestamp', async () => {
  assertGrantRefused(
    await call(server, `POST ${application}/token`, { json: { ...user(), password: 'wrong' } }),
  );
});

test('UA-27 an unknown user gets the same', async () => {
  const json = { ...user(), username: 'nobody-here' };
  assertGrantRefused(await call(server, `POST ${application}/token`, { json }));
  assertGrantRefused(await call(server, 'POST /management/token', { json }));
});

test('UA-28 a missing or unknown grant_type gets invalid_grant', async () => {
  const { grant_type: _, ...rest } = user();
  for (const path of [`${application}/token`, '/management/token', '/token']) {
    for (const json of [
      rest,
      { ...rest, grant_type: 'saml' },
      { ...rest, grant_type: 7 },
      { ...rest, grant_type: 'pin' },
    ]) {
      assertGrantRefused(await call(server, `POST ${path}`, { json }));
    }
  }
});

test('UA-29 a deactivated user is told so, and only with the right password', async () => {
  const other = await createTenant(server);
  const path = `/${other.organization}/${other.application}`;
  const put = await call(server, `POST ${path}/users/${other.user.username}/deactivate`, {
    bearer: other.admin.token,
  });
  assert.equal(put.status, 200, put.text);
  const json = { grant_type: 'password', username: other.user.username, password: other.user.password };
  assertGrantRefused(await call(server, `POST ${path}/token`, { json }), 'user not activated');
  assertGrantRefused(await call(server, `POST ${path}/token`, { json: { ...json, password: 'wrong' } }));
});

test('UA-30 a disabled user is told so, and only with the right password', async () => {
  const other = await createTenant(server);
  const path = `/${other.organization}/${other.application}`;
  await call(server, `PUT ${path}/users/${other.user.username}`, {
    bearer: other.admin.token,
    json: { disabled: true },
  });
  const json = { grant_type: 'password', username: other.user.username, password: other.user.password };
  assertGrantRefused(await call(server, `POST ${path}/token`, { json }), 'user disabled');
  assertGrantRefused(await call(server, `POST ${path}/token`, { json: { ...json, password: 'wrong' } }));
});

test('UA-32 a wrong client secret in a body gets invalid_grant', async () => {
  const fields = {
    grant_type: 'client_credentials',
    client_id: tenant.applicationClient.id,
    client_secret: 'wrong',
  };
  assertGrantRefused(await call(server, `POST ${application}/token`, { json: fields }));
  assertGrantRefused(await call(server, 'POST /management/token', { form: fields }));
  assertGrantRefused(await call(server, 'POST /token', { json: { grant_type: 'client_credentials' } }));
});

test('UA-33 a wrong client secret in the query gets invalid_client', async () => {
  const query = {
    grant_type: 'client_credentials',
    client_id: tenant.applicationClient.id,
    client_secret: 'wrong',
  };
  const answer = await call(server, `GET ${application}/token`, { query });
  assertRefused(answer, 401, 'invalid_client');
  assert.equal(answer.body.error_description, 'Unable to authenticate (OAuth)');
});

test('UA-34 a wrong client secret in Basic gets auth_invalid_credentials', async () => {
  const basic = { username: tenant.applicationClient.id, password: 'wrong' };
  const answer = await call(server, `POST ${application}/token`, {
    json: { grant_type: 'client_credentials' },
    basic,
  });
  assertRefused(answer, 401, 'auth_invalid_credentials');
  assert.equal(answer.body.error_description, 'Unable to authenticate due to invalid client credentials');
});

test('UA-35 UA-37 UA-38 a ttl that is no number or negative gets illegal_argument in every encoding', async () => {
  for (const ttl of ['derp', -1, '-5', {}, [], true, '1e400']) {
    assertRefused(
      await call(server, `POST ${application}/token`, { json: { ...user(), ttl } }),
      400,
      'illegal_argument',
    );
  }
  for (const ttl of ['derp', '-1']) {
    const query = { ...user(), ttl };
    assertRefused(await call(server, `GET ${application}/token`, { query }), 400, 'illegal_argument');
    assertRefused(await call(server, `POST ${application}/token`, { form: query }), 400, 'illegal_argument');
  }
});

test('UA-36 a ttl over the maximum names the maximum, for users and clients', async () => {
  const client = { id: tenant.applicationClient.id, secret: tenant.applicationClient.secret };
  const clientGrant = {
    grant_type: 'client_credentials',
    client_id: client.id,
    client_secret: client.secret,
  };
  for (const json of [user(), clientGrant]) {
    const body = JSON.stringify(json).replace('}', ',"ttl":9223372036854775807}');
    const answer = await call(server, `POST ${application}/token`, { body });
    assertRefused(answer, 400, 'illegal_argument');
    assert.match(answer.body.error_description, /maximum age of 604800000 milliseconds/);
  }
});

test('UA-39 an empty JSON post gets missing json post data', async () => {
  for (const path of ['/management/token', '/token', `${application}/token`]) {
    const answer = await call(server, `POST ${path}`, { headers: { 'Content-Type': 'application/json' } });
    assertRefused(answer, 400, 'illegal_argument');
    assert.equal(answer.body.error_description, 'missing json post data');
  }
});

test('malformed JSON gets json_parse', async () => {
  assertRefused(
    await call(server, `POST ${application}/token`, { body: '{"grant_type":' }),
    400,
    'json_parse',
  );
});

test('UA-40 values of a wrong kind get 400', async () => {
  for (const value of [7, {}, [], null, true, 1e300]) {
    for (const path of [`${application}/token`, '/management/token']) {
      assertGrantRefused(await call(server, `POST ${path}`, { json: { ...user(), username: value } }));
      assertGrantRefused(await call(server, `POST ${path}`, { json: { ...user(), password: value } }));
      const client = { grant_type: 'client_credentials', client_id: value, client_secret: value };
      assertGrantRefused(await call(server, `POST ${path}`, { json: client }));
    }
  }
});

test('UA-40 FLAW 14: the credentials of a request decide, not the token that comes along', async () => {
  const other = await createTenant(server);
  const json = { grant_type: 'password', username: other.admin.username, password: other.admin.password };
  const answer = await call(server, 'POST /management/token', { json, bearer: tenant.admin.token });
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.body.user.username, other.admin.username);
  assert.notEqual(answer.body.access_token, tenant.admin.token);
});

test("FLAW 5: an application user's or a client's token renews nothing at the management endpoint", async () => {
  const json = {
    grant_type: 'client_credentials',
    client_id: tenant.organizationClient.id,
    client_secret: tenant.organizationClient.secret,
  };
  const client = await call(server, 'POST /token', { json });
  for (const bearer of [tenant.user.token, client.body.access_token]) {
    for (const path of ['/management/token', '/management/me']) {
      assertGrantRefused(await call(server, `GET ${path}`, { bearer }));
    }
  }
});

test("an organization's and an application's client are refused at another tenant's application", async () => {
  const other = await createTenant(server);
  for (const { id, secret } of [other.organizationClient, other.applicationClient]) {
    const json = { grant_type: 'client_credentials', client_id: id, client_secret: secret };
    assertGrantRefused(await call(server, `POST ${application}/token`, { json }));
  }
});

test('UA-43 the access_token parameter beats the header, and a bad chosen one is not passed over', async () => {
  const path = `GET ${application}/users/me`;
  const good = await call(server, path, {
    query: { access_token: tenant.user.token },
    headers: { Authorization: 'Bearer garbage' },
  });
  assert.equal(good.status, 200, good.text);
  assertRefused(
    await call(server, path, { query: { access_token: 'garbage' }, bearer: tenant.user.token }),
    401,
    'auth_bad_access_token',
  );
});

test('UA-41 UA-42 parameter and header serve alike, in any case of the scheme', async () => {
  for (const options of [
    { query: { access_token: tenant.user.token } },
    { bearer: tenant.user.token },
    { headers: { authorization: `bearer ${tenant.user.token}` } },
    { headers: { Authorization: `BEARER ${tenant.user.token}` } },
  ]) {
    const answer = await call(server, `GET ${application}/users`, options);
    assert.equal(answer.status, 200, answer.text);
  }
});

test('UA-44 UA-45 client id and secret in the query serve on any endpoint', async () => {
  for (const { id, secret } of [tenant.organizationClient, tenant.applicationClient]) {
    for (const extra of [{}, { grant_type: 'client_credentials' }] as Record<string, string>[]) {
      const query = { client_id: id, client_secret: secret, ...extra };
      const answer = await call(server, `GET ${application}`, { query });
      assert.equal(answer.status, 200, answer.text);
    }
  }
});

test('UA-46 an application client sees the three roles that an application starts with', async () => {
  const { id, secret } = tenant.applicationClient;
  const query = { client_id: id, client_secret: secret };
  const answer = await call(server, `GET ${application}/roles`, { query });
  assert.equal(answer.status, 200, answer.text);
  const names = answer.body.entities.map((role: { name: string }) => role.name);
  assert.deepEqual(names.sort(), ['admin', 'default', 'guest']);
});

test('UA-157 every refusal has error and error_description, in the envelope also times and exception', async () => {
  const bearer = tenant.user.token;
  for (const [request, options, status] of [
    [`GET ${application}/users`, {}, 401],
    [`GET ${application}/things/none`, { bearer }, 404],
    [`GET /${tenant.organization}/no-such-application/things`, { bearer }, 404],
    [`DELETE ${application}/things`, { bearer }, 405],
    [`POST ${application}/roles`, { bearer, json: {} }, 400],
    [`POST ${application}/things`, { bearer, body: '{"broken":' }, 400],
    ['GET /management/organizations/no-such-organization', { bearer: tenant.admin.token }, 400],
    ['GET /system/queue/size', {}, 401],
    [`DELETE /management/organizations/${tenant.organization}`, { bearer: tenant.admin.token }, 501],
  ] as const) {
    const answer = await call(server, request, options);
    assertRefused(answer, status, answer.body?.error);
    assert.ok(answer.body.error_description.length > 0, request);
  }
});

test('UA-49 a bad token is refused before anything else, even where none is needed', async () => {
  for (const path of [
    `/${tenant.organization}/sandbox/things`,
    '/status',
    `${application}/token`,
    '/management/token',
    '/',
  ]) {
    assertRefused(
      await call(server, `GET ${path}`, { query: { access_token: 'blah' } }),
      401,
      'auth_bad_access_token',
    );
  }
});

test('garbage in every shape is refused with the same 401', async () => {
  const flipped =
    tenant.user.token.slice(0, -10) +
    (tenant.user.token.at(-10) === 'A' ? 'B' : 'A') +
    tenant.user.token.slice(-9);
  const shapes = [
    'YWMt',
    `${tenant.user.token}A`,
    tenant.user.token.slice(0, -1),
    flipped,
    'a:b:c',
    `YWMt${'A'.repeat(59)}`,
    tenant.applicationClient.secret,
    'ZW0tAAAA',
    ' ',
    'x'.repeat(4000),
  ];
  for (const token of shapes) {
    const answer = await call(server, `GET ${application}/users`, {
      headers: { Authorization: `Bearer ${token}` },
    });
    assert.equal(answer.status, 401, `${token}: ${answer.text}`);
  }
});

test('UA-48 a revoked token gets auth_invalid, at once and after a restart', async () => {
  const one = await call(server, `POST ${application}/token`, { json: user() });
  const two = await call(server, `POST ${application}/token`, { json: user() });
  const revoke = `PUT ${application}/users/${tenant.user.username}/revoketoken`;
  const done = await call(server, revoke, {
    bearer: one.body.access_token,
    query: { token: one.body.access_token },
  });
  assert.equal(done.status, 200, done.text);
  const use = (running: { url: string }, token: string) =>
    call(running, `GET ${application}/users/me`, { bearer: token });
  assertRefused(await use(server, one.body.access_token), 401, 'auth_invalid');
  assert.equal((await use(server, two.body.access_token)).status, 200);
  await server.stop();
  server = await startServer({ dataDirectory: server.dataDirectory });
  assertRefused(await use(server, one.body.access_token), 401, 'auth_invalid');
  assert.equal((await use(server, two.body.access_token)).status, 200);
});

test("UA-57 the superuser's Basic serves on management paths, a wrong password gets a challenge", async () => {
  const basic = { username: 'superuser', password: superuserPassword };
  const list = await call(server, 'GET /management/organizations', { basic });
  assert.equal(list.status, 200, list.text);
  const wrong = await call(server, 'GET /management/organizations', {
    basic: { ...basic, password: 'wrong' },
  });
  assertRefused(wrong, 401, 'unauthorized');
  assert.equal(wrong.headers['www-authenticate'], 'Basic realm="Usergrid Authentication"');
});

test('FLAW 13: a Basic password is cut at the first colon only', async () => {
  const password = 'with:colons:in:it';
  const other = await createTenant(server, { admin: { password } });
  const basic = { username: other.admin.username, password };
  // An admin user is no superuser, whatever the password: refused as such, and the colons did not make it malformed.
  assertRefused(await call(server, 'GET /status', { basic }), 401, 'unauthorized');
});

test('many wrong passwords for one account are slowed, with Retry-After', async () => {
  const other = await createTenant(server);
  const path = `POST /${other.organization}/${other.application}/token`;
  const json = { grant_type: 'password', username: other.user.username, password: 'wrong' };
  let answer = await call(server, path, { json });
  for (let attempt = 0; attempt < 40 && answer.status === 400; attempt += 1)
    answer = await call(server, path, { json });
  assertRefused(answer, 429, 'too_many_requests');
  assert.ok(Number(answer.headers['retry-after']) >= 1);
});
