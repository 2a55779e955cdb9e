/** System, status, and paths that lead nowhere. usergrid-auth.md 1.4 and 8.9. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { call } from '../support/http.ts';
import { createOwnedOrganization, type OwnedOrganization } from '../support/organization.ts';
import { superuserOf } from '../support/outbox.ts';
import { type RunningServer, startServer } from '../support/server.ts';

let server: RunningServer;
let acme: OwnedOrganization;

before(async () => {
  server = await startServer();
  acme = await createOwnedOrganization(server);
});
after(async () => {
  await server?.stop();
});

test('UA-155 the root leads to the status, which tells start, uptime and version', async () => {
  const root = await call(server, 'GET /');
  assert.equal(root.status, 307);
  assert.equal(root.headers.location, '/status');
  const { status, body } = await call(server, 'GET /status');
  assert.equal(status, 200);
  assert.equal(typeof body.status.started, 'number');
  assert.equal(typeof body.status.uptime, 'number');
  assert.match(body.status.version, /\d/);
  const balancer = await call(server, 'GET /lb-status');
  assert.equal(balancer.status, 200);
  assert.equal(balancer.text, '');
});

test('UA-156 setting up the database is for the superuser, and twice is as good as once', async () => {
  for (const path of ['/system/database/setup', '/system/database/bootstrap']) {
    for (const options of [{}, { bearer: acme.admin.token }]) {
      const refused = await call(server, `PUT ${path}`, options);
      assert.equal(refused.status, 401);
      assert.equal(refused.body.error, 'unauthorized');
      assert.equal(refused.headers['www-authenticate'], 'Basic realm="Usergrid Authentication"');
    }
    for (const _ of [1, 2]) {
      const done = await call(server, `PUT ${path}`, { basic: superuserOf(server) });
      assert.equal(done.status, 200);
      assert.equal(done.body.action, 'cassandra setup');
      assert.equal(done.body.status, 'ok');
    }
  }
  const superuser = await call(server, 'GET /system/superuser/setup', { basic: superuserOf(server) });
  assert.equal(superuser.body.action, 'superuser setup');
  const queue = await call(server, 'GET /system/queue/size', { basic: superuserOf(server) });
  assert.equal(queue.body.data.queueDepth, 0);
});

test('everything below /system asks for the superuser first, and is not found then', async () => {
  for (const path of ['GET /system/index', 'POST /system/migrate/run', 'DELETE /system/applications/x']) {
    assert.equal((await call(server, path)).status, 401);
    assert.equal((await call(server, path, { basic: superuserOf(server) })).status, 404);
  }
});

test('an organization alone is no resource, whether or not it exists', async () => {
  for (const name of [acme.organization, acme.organizationUuid, 'nowhere', `orgs/${acme.organization}`]) {
    for (const method of ['GET', 'POST', 'PUT']) {
      const answer = await call(server, `${method} /${name}`);
      assert.equal(answer.status, 405, `${method} ${name}: ${answer.text}`);
      assert.equal(answer.body.error, 'not_allowed');
    }
    const answer = await call(server, `DELETE /${name}`);
    assert.equal(answer.status, 501);
    assert.equal(answer.body.error, 'not_implemented');
  }
  for (const reserved of ['/favicon.ico', '/robots.txt', '/portal']) {
    assert.equal((await call(server, `GET ${reserved}`)).status, 404, reserved);
  }
});

test('a path below /management without a route is not found, a wrong method not allowed', async () => {
  const bearer = acme.admin.token;
  for (const path of ['', '/nothing', '/users/me/nothing', '/tokendetails', '/externaltoken', '/a/b/c/d']) {
    const answer = await call(server, `GET /management${path}`, { bearer });
    assert.equal(answer.status, 404, `${path}: ${answer.text}`);
    assert.equal(answer.body.error, 'not_found');
  }
  for (const path of ['PUT /management/users', 'DELETE /management/users/me', 'PATCH /management/orgs']) {
    const answer = await call(server, path, { bearer });
    assert.equal(answer.status, 405, path);
    assert.equal(answer.body.error, 'not_allowed');
  }
});

test('FLAW 13: who is local is never judged by the Host header', async () => {
  for (const host of ['localhost', '127.0.0.1', 'evil.example']) {
    const answer = await call(server, 'PUT /system/database/setup', { headers: { Host: host } });
    assert.equal(answer.status, 401);
    const metrics = await call(server, 'GET /metrics', {
      headers: { Host: host, 'X-Forwarded-For': '203.0.113.9' },
    });
    assert.equal(metrics.status, 401);
  }
});

test("FLAW 8: what a browser sends along for the superuser does nothing at another site's will", async () => {
  const basic = superuserOf(server);
  const attempts = [
    ['GET', `${acme.path}/credentials?callback=steal`, {}],
    ['POST', `${acme.path}/credentials`, {}],
    ['PUT', '/system/database/setup', {}],
    ['PUT', `/management/users/${acme.admin.uuid}/password`, { body: '{"newpassword":"taken-over-1"}' }],
  ] as const;
  for (const [method, path, options] of attempts) {
    for (const site of ['cross-site', 'same-site']) {
      const headers = {
        'Sec-Fetch-Site': site,
        Origin: 'https://evil.example',
        'Content-Type': 'text/plain',
      };
      const answer = await call(server, `${method} ${path}`, { ...options, basic, headers });
      assert.equal(answer.body?.error ?? 'unauthorized', 'unauthorized');
      assert.doesNotMatch(answer.text, /client_secret|"status":"ok"|set user password/);
    }
  }
  for (const site of ['same-origin', 'none']) {
    const own = await call(server, 'PUT /system/database/setup', {
      basic,
      headers: { 'Sec-Fetch-Site': site },
    });
    assert.equal(own.status, 200);
  }
});
