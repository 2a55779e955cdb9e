/** `GET /api/v1/outbox`. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { call } from '../support/http.ts';
import { createAdminUser, createOwnedOrganization, type OwnedOrganization } from '../support/organization.ts';
import { superuserOf } from '../support/outbox.ts';
import { type RunningServer, startServer } from '../support/server.ts';

let server: RunningServer;
let acme: OwnedOrganization;

before(async () => {
  server = await startServer();
  acme = await createOwnedOrganization(server);
  for (let at = 0; at < 3; at += 1) {
    const { email } = await createAdminUser(server);
    await call(server, `POST ${acme.path}/users`, { bearer: acme.admin.token, json: { email } });
  }
});
after(async () => {
  await server?.stop();
});

test('the superuser reads the mail that was not sent, newest first, with name and password or a token', async () => {
  const basic = await call(server, 'GET /api/v1/outbox', { basic: superuserOf(server) });
  assert.equal(basic.status, 200, basic.text);
  assert.match(String(basic.headers['content-type']), /^application\/json/);
  assert.equal(basic.headers['cache-control'], 'no-store');
  const ids = basic.body.messages.map(({ id }: { id: number }) => id);
  assert.equal(ids.length, 3);
  assert.deepEqual(
    ids,
    [...ids].sort((one, two) => two - one),
  );
  const [{ to, subject, text, sentAt }] = basic.body.messages;
  assert.match(to, /@example\.test$/);
  assert.equal(subject, 'User Invited To Organization');
  assert.ok(text.includes(acme.organization));
  assert.equal(typeof sentAt, 'number');
  const login = await call(server, 'POST /management/token', {
    json: { grant_type: 'password', ...superuserOf(server) },
  });
  const bearer = await call(server, 'GET /api/v1/outbox', { bearer: login.body.access_token });
  assert.deepEqual(bearer.body, basic.body);
});

test('pages follow each other without a gap', async () => {
  const ids: number[] = [];
  let before: number | undefined;
  do {
    const query: Record<string, number> = before === undefined ? { limit: 2 } : { limit: 2, before };
    const { body } = await call(server, 'GET /api/v1/outbox', { query, basic: superuserOf(server) });
    ids.push(...body.messages.map(({ id }: { id: number }) => id));
    before = body.before;
  } while (before !== undefined);
  assert.equal(new Set(ids).size, 3);
  for (const query of ['limit=0', 'limit=x', 'before=-1', 'before=1e9', 'limit=1&limit=2']) {
    const answer = await call(server, `GET /api/v1/outbox?${query}`, { basic: superuserOf(server) });
    assert.equal(answer.status, 400, query);
  }
});

test('nobody else reads it', async () => {
  const { client_id, client_secret } = (
    await call(server, `GET ${acme.path}/credentials`, { bearer: acme.admin.token })
  ).body.credentials;
  for (const options of [
    {},
    { bearer: acme.admin.token },
    { bearer: 'garbage' },
    { basic: { username: 'superuser', password: 'guess' } },
    { basic: { username: client_id, password: client_secret } },
    { basic: acme.admin },
  ]) {
    const answer = await call(server, 'GET /api/v1/outbox', options);
    assert.equal(answer.status, 401, JSON.stringify(options));
    assert.doesNotMatch(answer.text, /example\.test/);
  }
});

test('no other site may read it through the browser of the superuser', async () => {
  const answer = await call(server, 'GET /api/v1/outbox', {
    basic: superuserOf(server),
    headers: { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' },
  });
  assert.equal(answer.status, 401);
  assert.equal(answer.headers['access-control-allow-origin'], undefined);
  assert.equal(answer.headers['access-control-allow-credentials'], undefined);
});
