/** What holds for every call: bodies, types, CORS, JSONP, gzip, odd URLs. usergrid-data.md 0; usergrid-auth.md 10. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type DataCaller, dataCaller, onlyEntity, refusalIn } from '../support/data.ts';
import { call } from '../support/http.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { createTenant, type Tenant } from '../support/tenant.ts';

let server: RunningServer;
let tenant: Tenant;
let path: string;
let data: DataCaller;

before(async () => {
  server = await startServer();
  tenant = await createTenant(server);
  path = `/${tenant.organization}/${tenant.application}`;
  data = dataCaller(server, path, tenant.user.token);
  await data('POST /dogs', { json: { name: 'rex', note: 'n'.repeat(5000) } });
});
after(async () => {
  await server?.stop();
});

describe('bodies and types', () => {
  test('UD-69 UA-150 JSON is read under any content type, and the answer is exactly application/json', async () => {
    for (const type of [
      'text/plain',
      '*/*',
      'application/x-www-form-urlencoded',
      'application/json;charset=x',
      'json',
      'application json',
      ' ',
      '',
    ]) {
      const headers: Record<string, string> = type === '' ? {} : { 'Content-Type': type };
      const answer = await data('POST /types', { body: ' \n{"name":"t"}', headers });
      assert.equal(onlyEntity(answer).name, 't', type);
      assert.equal(answer.headers['content-type'], 'application/json');
      await data('DELETE /types/t');
    }
  });

  test('usergrid-auth.md 10.4 a byte order mark before JSON is passed over', async () => {
    const headers = { 'Content-Type': 'application/json' };
    const answer = await data('POST /types', { body: '\ufeff{"name":"marked"}', headers });
    assert.equal(onlyEntity(answer).name, 'marked');
    await data('DELETE /types/marked');
  });

  test('UD-70 UD-125 UA-151 without Accept, and with that of a browser, it is JSON', async () => {
    const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
    for (const headers of [{}, { Accept: '*/*' }, { Accept: browser }]) {
      const answer = await data('GET /dogs/rex', { headers });
      assert.equal(answer.headers['content-type'], 'application/json');
      assert.equal(onlyEntity(answer).name, 'rex');
    }
  });

  test('UD-71 a GET and a DELETE with a {} body work', async () => {
    assert.equal(onlyEntity(await data('GET /dogs/rex', { json: {} })).name, 'rex');
    await data('POST /types', { json: { name: 'bodied' } });
    assert.equal(onlyEntity(await data('DELETE /types/bodied', { json: {} })).name, 'bodied');
  });

  test('usergrid-data.md 0.3 nor does any other body of a DELETE matter', async () => {
    const headers = { 'Content-Type': 'application/json' };
    for (const body of ['null', '""', '{', 'undefined']) {
      await data('POST /types', { json: { name: 'bodied' } });
      assert.equal((await data('DELETE /types/bodied', { body, headers })).status, 200, body);
    }
  });

  test('malformed JSON is refused by its name', async () => {
    for (const body of ['{', '{"a":1}}', '[1,', "{'a':1}", '{"a":\u0001}']) {
      assert.deepEqual(refusalIn(await data('POST /types', { body })), [400, 'json_parse'], body);
    }
  });

  test('a body beyond the bound is refused, and so is too large an entity', async () => {
    const large = { text: 'x'.repeat(6_000_000) };
    assert.deepEqual(refusalIn(await data('POST /types', { json: large })), [413, 'entity_too_large']);
    const answer = await data('POST /types', { body: `{"a":"${'x'.repeat(11_000_000)}"}` }).catch(
      () => undefined,
    );
    // The server may close while the client still sends.
    if (answer) assert.equal(answer.status, 413);
    assert.equal((await data('GET /types')).body.count, 0);
  });

  test('files are not offered, and say so', async () => {
    const headers = { 'Content-Type': 'multipart/form-data; boundary=x' };
    assert.deepEqual(refusalIn(await data('POST /types', { body: '--x--', headers })), [
      501,
      'not_implemented',
    ]);
  });

  test('usergrid-data.md 6.1 a file for an entity that is there is refused, and not passed over', async () => {
    for (const type of ['multipart/form-data; boundary=x', 'application/octet-stream', 'image/jpeg', '']) {
      const headers: Record<string, string> = type === '' ? {} : { 'Content-Type': type };
      const body = Buffer.from('\u00ff\u00d8 x', 'latin1');
      for (const line of ['POST /dogs/rex', 'PUT /dogs/rex', 'POST /dogs/rex/likes']) {
        const answer = await data(line, { body, headers });
        assert.deepEqual(refusalIn(answer), [501, 'not_implemented'], `${line} ${type}`);
      }
    }
  });
});

describe('URLs', () => {
  test('UD-72 a second question mark separates, and one at the end is nothing', async () => {
    const guest = dataCaller(server, path);
    for (const url of [
      `/dogs?limit=5?access_token=${tenant.user.token}`,
      `/dogs?access_token=${tenant.user.token}?`,
      `/dogs/?access_token=${tenant.user.token}`,
      `/dogs?access_token=${tenant.user.token}??`,
    ]) {
      assert.equal(onlyEntity(await guest(`GET ${url}`)).name, 'rex', url);
    }
    assert.equal(onlyEntity(await data('GET /dogs?')).name, 'rex');
    assert.equal(onlyEntity(await data('GET /dogs/rex/?')).name, 'rex');
  });

  test('percent-encoding that is none is refused as such', async () => {
    for (const url of ['/dogs/%zz', '/dogs/%', '/%ff%fe/x', '/dogs/%c3', '/dogs/a%2']) {
      const answer = await data(`GET ${url}`);
      assert.equal(answer.status, 400, url);
      assert.equal(typeof answer.body.error, 'string');
      assert.equal(typeof answer.body.error_description, 'string');
    }
  });

  test('URLs that are too long or too deep are refused with a 4xx', async () => {
    for (const url of [
      `/dogs/${'x'.repeat(8000)}`,
      `/dogs?ql=${'x'.repeat(40_000)}`,
      '/a'.repeat(3000),
      '/a/b'.repeat(60),
    ]) {
      const { status } = await call(server, `GET ${path}${url}`, { bearer: tenant.user.token });
      assert.ok(status >= 400 && status < 500, `${url.slice(0, 20)}: ${status}`);
    }
  });

  test('a method that a path does not take is refused with 405', async () => {
    for (const url of ['/dogs', '/dogs/rex', '/dogs/rex/likes', '/']) {
      assert.deepEqual(refusalIn(await data(`PATCH ${url}`, { json: {} })), [405, 'not_allowed'], url);
    }
  });
});

test('UA-152 CORS headers echo what was asked, on refusals and preflights too', async () => {
  const headers = {
    Origin: 'https://app.test',
    'Access-Control-Request-Method': 'PUT',
    'Access-Control-Request-Headers': 'authorization, content-type',
  };
  const lines = [
    `OPTIONS ${path}/dogs`,
    `GET ${path}/dogs`,
    'GET /no/such/thing',
    `OPTIONS /any/thing/at/all`,
  ];
  for (const line of lines) {
    const answer = await call(server, line, { headers });
    assert.equal(answer.headers['access-control-allow-origin'], 'https://app.test', line);
    assert.equal(answer.headers['access-control-allow-credentials'], 'true');
    assert.equal(answer.headers['access-control-allow-methods'], 'PUT');
    assert.equal(answer.headers['access-control-allow-headers'], 'authorization, content-type');
    assert.match(String(answer.headers.vary), /Origin/);
    if (line.startsWith('OPTIONS')) assert.deepEqual([answer.status, answer.text], [200, '']);
  }
  const plain = await call(server, `GET ${path}/dogs`);
  assert.equal(plain.headers['access-control-allow-origin'], '*');
  assert.equal(plain.headers['access-control-allow-credentials'], undefined);
});

describe('JSONP', () => {
  test('UD-150 UA-153 callback wraps every answer, refusals with status 200', async () => {
    const found = await data('GET /dogs/rex?callback=a.b[0]');
    assert.equal(found.headers['content-type'], 'application/javascript');
    const [, json = ''] = /^\/\*\*\/a\.b\[0\]\((.*)\)$/s.exec(found.text) ?? [];
    assert.equal(JSON.parse(json).entities[0].name, 'rex');
    const refused = await dataCaller(server, path)('GET /dogs?callback=f');
    assert.deepEqual([refused.status, refused.headers['content-type']], [200, 'application/javascript']);
    assert.match(refused.text, /^\/\*\*\/f\(\{"error":"unauthorized"/);
  });

  test('FLAW: what is no function name is refused and not reflected', async () => {
    for (const callback of ['<x>', 'alert(1)//', 'a b', 'f;g', `f${'x'.repeat(200)}`, '[0]', 'f\n']) {
      const answer = await data('GET /dogs', { query: { callback } });
      assert.equal(answer.status, 400, callback);
      assert.equal(answer.headers['content-type'], 'application/json');
    }
  });
});

describe('gzip', () => {
  const gzip = { 'Accept-Encoding': 'gzip, deflate, br' };

  test('UA-154 answers are compressed for who accepts it, and bodies are inflated', async () => {
    const response = await fetch(`${server.url}${path}/dogs`, {
      headers: { Authorization: `Bearer ${tenant.user.token}`, 'Accept-Encoding': 'gzip' },
    });
    assert.equal(response.headers.get('content-encoding'), 'gzip');
    assert.equal(response.headers.get('vary'), 'Origin, Accept-Encoding');
    const { entities } = (await response.json()) as { entities: { name: string }[] };
    assert.equal(entities[0]?.name, 'rex');
    const body = gzipSync('{"name":"zipped"}');
    const headers = { 'Content-Encoding': 'gzip', 'Content-Type': 'application/json' };
    assert.equal(onlyEntity(await data('POST /dogs', { body, headers })).name, 'zipped');
  });

  test('small answers, and who does not accept it, get plain JSON', async () => {
    assert.equal((await data('GET /nothings', { headers: gzip })).headers['content-encoding'], undefined);
    for (const accepted of ['identity', 'gzip;q=0', 'br', '']) {
      const answer = await data('GET /dogs', { headers: { 'Accept-Encoding': accepted } });
      assert.equal(answer.headers['content-encoding'], undefined, accepted);
    }
  });

  test('answers with secrets in them are never compressed', async () => {
    const admin = {
      grant_type: 'password',
      username: tenant.admin.username,
      password: tenant.admin.password,
    };
    const token = await call(server, 'POST /management/token', { json: admin, headers: gzip });
    assert.ok(token.bytes.length > 1000);
    assert.equal(token.headers['content-encoding'], undefined);
    assert.equal(token.headers['cache-control'], 'no-store');
  });

  test('a small body that inflates beyond the bound is refused', async () => {
    const bomb = gzipSync(Buffer.alloc(200_000_000, 0x20), { level: 9 });
    const headers = { 'Content-Encoding': 'gzip' };
    const answer = await data('POST /dogs', { body: bomb, headers });
    assert.deepEqual(refusalIn(answer), [413, 'request_too_large']);
  });

  test('what is no gzip, and any other encoding, is refused', async () => {
    const headers = { 'Content-Encoding': 'gzip' };
    for (const body of [Buffer.from('{"a":1}'), gzipSync('{"a":1}').subarray(0, 12)]) {
      assert.equal((await data('POST /dogs', { body, headers })).status, 400);
    }
    const other = await data('POST /dogs', { body: '{}', headers: { 'Content-Encoding': 'br' } });
    assert.deepEqual(refusalIn(other), [415, 'not_supported']);
  });
});
