import assert from 'node:assert/strict';
import { test } from 'node:test';
import fastify from 'fastify';
import { staticAddresses, staticRoutes } from './static-routes.ts';
import { themeAddress } from './theme.ts';

const app = fastify();
staticRoutes(app);

test('what pages refer to is there, for good, and never opened as a page', async () => {
  for (const address of [...Object.values(staticAddresses), themeAddress('#0f766e')]) {
    const answer = await app.inject(address);
    assert.equal(answer.statusCode, 200, address);
    assert.match(String(answer.headers['cache-control']), /immutable/);
    assert.equal(answer.headers['x-content-type-options'], 'nosniff');
    const again = await app.inject({
      url: address,
      headers: { 'if-none-match': String(answer.headers.etag) },
    });
    assert.equal(again.statusCode, 304);
  }
});

test('a stylesheet is made for colours only', async () => {
  assert.match((await app.inject('/static/theme/0F766E.css')).body, /--accent: #0f766e;/);
  for (const name of [
    'red.css',
    '0f766e',
    '0f766e.css.css',
    '%7D0f76.css',
    '0f766e%0A.css',
    'undefined.css',
  ]) {
    assert.equal((await app.inject(`/static/theme/${name}`)).statusCode, 404, name);
  }
});
