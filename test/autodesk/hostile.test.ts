/** Every endpoint under requests that no client sends: refused in this dialect's words, never a fault. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type CallOptions, call } from '../support/http.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { type AutodeskWorld, basicOf, bodyCredentials, openAutodeskWorld } from './autodesk-world.ts';

let server: RunningServer;
let world: AutodeskWorld;

before(async () => {
  server = await startServer();
  world = await openAutodeskWorld(server);
});
after(async () => {
  await server?.stop();
});

const formType = { 'Content-Type': 'application/x-www-form-urlencoded' };
const texts = [
  '',
  '&&&===',
  '%00%ff%zz',
  'grant_type=client_credentials&grant_type=client_credentials',
  'grant_type[]=client_credentials&client_id[a]=b',
  '__proto__=x&constructor=y&grant_type=toString',
  `client_id=${'x'.repeat(20_000)}&grant_type=client_credentials`,
  'token=%F0%9F%92%A9&client_id=%00&client_secret=%00',
  '{"grant_type":"client_credentials"}',
];
const headers: Record<string, string>[] = [
  { Authorization: 'Basic' },
  { Authorization: 'Basic ////' },
  { Authorization: `Basic ${Buffer.from(':').toString('base64')}` },
  { Authorization: `Bearer ${'a.'.repeat(5000)}` },
  { Authorization: 'Negotiate x' },
];
const posts = ['v1/authenticate', 'v1/gettoken', 'v1/refreshtoken', 'v2/token', 'v2/introspect', 'v2/revoke'];

async function requireRefusal(request: string, options: CallOptions): Promise<void> {
  const { status, body, text } = await call(server, request, options);
  const told = `${request} ${JSON.stringify(options).slice(0, 200)}: ${status} ${text.slice(0, 300)}`;
  assert.ok(status >= 400 && status < 500, told);
  assert.ok(body.error && body.developerMessage && body.errorCode && !/\bat \//.test(text), told);
}

test('bodies that nobody meant are refused as what they are', async () => {
  for (const path of posts) {
    for (const body of texts) {
      const request = `POST /authentication/${path}`;
      const basic = path.startsWith('v2') ? {} : { basic: basicOf(world.client) };
      await requireRefusal(request, { body, headers: { ...formType }, ...basic });
    }
  }
});

test('credentials that are none are refused as such', async () => {
  for (const given of headers) {
    for (const path of posts) {
      const form = { grant_type: 'client_credentials', token: 'x' };
      await requireRefusal(`POST /authentication/${path}`, { form, headers: given });
    }
    for (const path of ['/userinfo', '/userprofile/v1/users/@me']) {
      await requireRefusal(`GET ${path}`, { headers: given });
    }
  }
});

test('a body of megabytes is refused before it is read as a form', async () => {
  const form = {
    ...bodyCredentials(world.client),
    grant_type: 'client_credentials',
    pad: 'x'.repeat(100_000),
  };
  await requireRefusal('POST /authentication/v2/token', { form });
});

test('secrets in the URL are refused', async () => {
  const query = bodyCredentials(world.client);
  const form = { grant_type: 'client_credentials' };
  await requireRefusal('POST /authentication/v2/token', { query, form });
});

test('queries that nobody meant lead to no address', async () => {
  const { clientId } = world.client;
  for (const query of [
    '',
    '?client_id=a&client_id=b',
    `?client_id=${clientId}&redirect_uri=a&redirect_uri=b`,
    `?client_id=${clientId}&redirect_uri=%00`,
    `?client_id=${clientId}&redirect_uri=javascript:alert(1)`,
    `?client_id[]=${clientId}`,
    '?__proto__=x',
    `?client_id=${'x'.repeat(5000)}`,
  ]) {
    for (const version of ['v1', 'v2']) {
      await requireRefusal(`GET /authentication/${version}/authorize${query}`, {});
    }
  }
});
