/** What a guest's right to register a device must not lead to. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type ApplicationAccess, accessTo, outcome, requireSuccess } from '../support/application.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { createTenant } from '../support/tenant.ts';

let server: RunningServer;
let app: ApplicationAccess;

before(async () => {
  server = await startServer();
  app = accessTo(server, await createTenant(server));
  for (const name of ['one', 'two'])
    requireSuccess(await app.asAdmin('POST /devices', { json: { name, owner: 'ann' } }));
});
after(async () => {
  await server?.stop();
});

test('guests register devices', async () => {
  requireSuccess(await app.asGuest('PUT /devices', { json: { name: 'three' } }));
  requireSuccess(await app.asGuest('PUT /devices/four', { json: { name: 'four' } }));
});

test('no spelling of an update by query lets a guest read and change all devices', async () => {
  const statement = encodeURIComponent('select *');
  for (const target of [
    `/devices?ql=${statement}`,
    '/devices?ql=',
    '/devices?limit=100',
    '/devices?cursor=x',
    `/devices;ql=${statement}`,
    '/devices/all',
    '/device/all',
    `/devices/${encodeURIComponent('{"ql":"select *"}')}`,
  ]) {
    const answer = await app.asGuest(`PUT ${target}`, { json: { owner: 'mallory' } });
    assert.equal(outcome(answer), '401 unauthorized', target);
  }
  const { entities } = (await app.asAdmin('GET /devices')).body;
  assert.equal(entities.filter(({ owner }: { owner?: string }) => owner === 'mallory').length, 0);
});

test('who may read as well updates by query', async () => {
  const user = await app.newUser();
  const query = { ql: "name = 'one'" };
  const { entities } = requireSuccess(
    await user.call('PUT /devices', { query, json: { owner: 'bob' } }),
  ).body;
  assert.equal(entities.length, 1);
});
