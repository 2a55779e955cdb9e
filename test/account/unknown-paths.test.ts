/** Addresses beside those of the hosted pages: a page for whoever asks for one, and JSON for every other. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Answer, call } from '../support/http.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { createTenant, type Tenant } from '../support/tenant.ts';

let server: RunningServer;
let tenant: Tenant;

before(async () => {
  server = await startServer();
  tenant = await createTenant(server);
});
after(() => server?.stop());

const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8', origin: 'https://evil.example' };

const belowAccount = (): string[] => {
  const own = `/account/${tenant.organization}/${tenant.application}`;
  const places = ['/account', '/account/nothing', '/account/management/nothing/at/all', `${own}/nothing`];
  return [...places, '/account/interaction', '/account/interaction/1.x/nothing'];
};

const belowIssuers = (): string[] =>
  [`/${tenant.organization}/${tenant.application}`, '/management'].map((path) => `${path}/oauth2/nothing`);

function assertPage(what: string, { status, headers, text }: Answer): void {
  assert.equal(status, 404, what);
  assert.equal(headers['content-type'], 'text/html; charset=utf-8', what);
  const policy = String(headers['content-security-policy']);
  for (const part of ["default-src 'none'", "frame-ancestors 'none'"]) assert.ok(policy.includes(part), what);
  assert.equal(headers['x-frame-options'], 'DENY', what);
  assert.equal(headers['cache-control'], 'no-store', what);
  assert.equal(headers['x-content-type-options'], 'nosniff', what);
  assert.equal(headers['referrer-policy'], 'no-referrer', what);
  assert.equal(headers['access-control-allow-origin'], undefined, what);
  assert.match(text, /There is no such page/, what);
  assert.ok(text.includes(String(headers['x-request-id'])), what);
  assert.doesNotMatch(text, /<script/, what);
}

test('a browser that comes to where there is no page gets one that says so', async () => {
  for (const path of [...belowAccount(), ...belowIssuers(), '/authentication/v2/nothing']) {
    assertPage(path, await call(server, `GET ${path}`, { headers: browser }));
    assertPage(path, await call(server, `POST ${path}`, { headers: browser, form: { a: 'b' } }));
  }
});

test('so does one that comes to a page with another method', async () => {
  assertPage('DELETE', await call(server, 'DELETE /account/management', { headers: browser }));
});

test('who takes no page is answered in JSON, as at any other address that leads nowhere', async () => {
  for (const accept of ['application/json', '*/*']) {
    for (const path of [...belowAccount(), ...belowIssuers(), '/authentication/v2/nothing']) {
      const { status, headers, body } = await call(server, `GET ${path}`, { headers: { accept } });
      assert.equal(status, 404, path);
      assert.match(String(headers['content-type']), /^application\/json/, path);
      assert.ok(body.error && body.error_description, path);
    }
  }
  const posted = await call(server, 'POST /account/nothing', { json: {} });
  assert.deepEqual([posted.status, posted.body.error], [404, 'not_found']);
});

test('what looks like a page of an application is still its data', async () => {
  const path = `/${tenant.organization}/${tenant.application}/nothings/nothing`;
  const { headers } = await call(server, `GET ${path}`, { headers: browser });
  assert.match(String(headers['content-type']), /^application\/json/);
});
