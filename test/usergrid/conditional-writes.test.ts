/** Conditional requests to one entity: an addition that clients of Usergrid never notice. RFC 9110 §8.8.3 and §13.1. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type DataCaller, dataCaller, onlyEntity, refusalIn } from '../support/data.ts';
import type { Answer } from '../support/http.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { createTenant, type Tenant } from '../support/tenant.ts';

let server: RunningServer;
let tenant: Tenant;
let data: DataCaller;

before(async () => {
  server = await startServer();
  tenant = await createTenant(server);
  data = dataCaller(server, `/${tenant.organization}/${tenant.application}`, tenant.admin.token);
});
after(async () => {
  await server?.stop();
});

const tagOf = ({ headers }: Answer): string => headers.etag ?? assert.fail('no ETag');
const failed = [412, 'precondition_failed'];

/** A new entity's address and tag. */
async function createDog(): Promise<{ path: string; tag: string }> {
  const answer = await data('POST /dogs', { json: { color: 'black' } });
  return { path: `/dogs/${onlyEntity(answer).uuid}`, tag: tagOf(answer) };
}

describe('entity tags', () => {
  test('create, read and update say the version, and only a write changes it', async () => {
    const { path, tag } = await createDog();
    assert.match(tag, /^"[\w.-]+"$/);
    assert.equal(tagOf(await data(`GET ${path}`)), tag);
    const updated = tagOf(await data(`PUT ${path}`, { json: { color: 'white' } }));
    assert.notEqual(updated, tag);
    assert.equal(tagOf(await data(`GET ${path}`)), updated);
  });

  test('lists and batches have none', async () => {
    await createDog();
    assert.equal((await data('GET /dogs')).headers.etag, undefined);
    assert.equal((await data('POST /dogs', { json: [{ a: 1 }] })).headers.etag, undefined);
  });

  test('an entity that is deleted and made again under its uuid has another tag', async () => {
    const { path, tag } = await createDog();
    await data(`DELETE ${path}`);
    assert.notEqual(tagOf(await data(`PUT ${path}`, { json: { color: 'red' } })), tag);
    const again = tagOf(await data(`GET ${path}`));
    await data(`DELETE ${path}`);
    assert.notEqual(tagOf(await data(`PUT ${path}`, { json: { color: 'blue' } })), again);
  });

  test('scripts of other origins may read the tag', async () => {
    const { path } = await createDog();
    const answer = await data(`GET ${path}`, { headers: { origin: 'https://app.example' } });
    assert.equal(answer.headers['access-control-expose-headers'], 'ETag');
  });

  test('what a client has already is not sent again', async () => {
    const { path, tag } = await createDog();
    for (const known of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
      const answer = await data(`GET ${path}`, { headers: { 'if-none-match': known } });
      assert.equal(answer.status, 304, known);
      assert.equal(answer.text, '');
      assert.equal(tagOf(answer), tag);
    }
    await data(`PUT ${path}`, { json: { color: 'white' } });
    const answer = await data(`GET ${path}`, { headers: { 'if-none-match': tag } });
    assert.equal(onlyEntity(answer).color, 'white');
  });

  test('an answer that is compressed or padded carries the tag of its version', async () => {
    const text = 'x'.repeat(5000);
    const created = await data('POST /dogs', { json: { text } });
    const path = `/dogs/${onlyEntity(created).uuid}`;
    const url = `${server.url}/${tenant.organization}/${tenant.application}${path}`;
    const compressed = await fetch(url, { headers: { authorization: `Bearer ${tenant.admin.token}` } });
    assert.equal(compressed.headers.get('content-encoding'), 'gzip');
    assert.equal(compressed.headers.get('etag'), tagOf(created));
    await compressed.arrayBuffer();
    assert.equal(tagOf(await data(`GET ${path}?callback=show`)), tagOf(created));
  });
});

describe('conditional writes', () => {
  test('PUT with the tag of the version is carried out, with that of an earlier one refused', async () => {
    const { path, tag } = await createDog();
    const options = { headers: { 'if-match': tag }, json: { color: 'white' } };
    assert.equal(onlyEntity(await data(`PUT ${path}`, options)).color, 'white');
    assert.deepEqual(refusalIn(await data(`PUT ${path}`, { ...options, json: { color: 'red' } })), failed);
    assert.equal(onlyEntity(await data(`GET ${path}`)).color, 'white');
  });

  test('of simultaneous writes with one tag exactly one is carried out', async () => {
    const { path, tag } = await createDog();
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, at) =>
        data(`${at % 4 === 3 ? 'DELETE' : 'PUT'} ${path}`, { headers: { 'if-match': tag }, json: { at } }),
      ),
    );
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    for (const { status, body } of answers) {
      if (status !== 200)
        assert.match(body.error, /precondition_failed|service_resource_not_found|entity_not_found/);
    }
  });

  test('DELETE with the tag of an earlier version is refused, with the latest it deletes', async () => {
    const { path, tag } = await createDog();
    const latest = tagOf(await data(`PUT ${path}`, { json: { color: 'white' } }));
    assert.deepEqual(refusalIn(await data(`DELETE ${path}`, { headers: { 'if-match': tag } })), failed);
    onlyEntity(await data(`DELETE ${path}`, { headers: { 'if-match': `"x", W/${latest}` } }));
    assert.equal((await data(`GET ${path}`)).status, 404);
  });

  test('If-Match never creates', async () => {
    for (const wanted of ['*', '"x"']) {
      const answer = await data('PUT /dogs/nobody', { headers: { 'if-match': wanted }, json: { a: 1 } });
      assert.deepEqual(refusalIn(answer), failed);
    }
    const { path } = await createDog();
    onlyEntity(await data(`PUT ${path}`, { headers: { 'if-match': '*' }, json: { a: 1 } }));
  });

  test('If-None-Match: * only creates, and of simultaneous ones exactly one does', async () => {
    const options = { headers: { 'if-none-match': '*' }, json: { a: 1 } };
    const byUuid = `/dogs/${crypto.randomUUID()}`;
    for (const path of ['/dogs/only-once', byUuid]) {
      const answers = await Promise.all(Array.from({ length: 8 }, () => data(`PUT ${path}`, options)));
      const statuses = answers.map(({ status }) => status).sort();
      assert.deepEqual(statuses, [200, ...Array(7).fill(412)], path);
      assert.deepEqual(refusalIn(await data(`PUT ${path}`, options)), failed);
    }
  });

  test('users, groups and roles are written under the same conditions', async () => {
    const created = [
      await data('POST /users', { json: { username: 'conditional' } }),
      await data('POST /groups', { json: { path: 'conditional' } }),
      await data('POST /roles', { json: { name: 'conditional', title: 'a' } }),
    ];
    for (const [at, path] of ['/users/conditional', '/groups/conditional', '/roles/conditional'].entries()) {
      const tag = tagOf(created[at]!);
      assert.equal(tagOf(await data(`GET ${path}`)), tag);
      const options = { headers: { 'if-match': tag }, json: { title: 'b' } };
      onlyEntity(await data(`PUT ${path}`, options));
      assert.deepEqual(refusalIn(await data(`PUT ${path}`, options)), failed);
      assert.deepEqual(refusalIn(await data(`DELETE ${path}`, options)), failed);
    }
  });

  test('what is written through a connection is written under the same conditions', async () => {
    const { path } = await createDog();
    const { path: target, tag } = await createDog();
    const likes = `${path}/likes${target}`;
    const options = { headers: { 'if-match': tag }, json: { color: 'white' } };
    onlyEntity(await data(`PUT ${likes}`, options));
    assert.deepEqual(refusalIn(await data(`PUT ${likes}`, options)), failed);
    assert.deepEqual(refusalIn(await data(`PUT ${path}/likes/dogs/${crypto.randomUUID()}`, options)), failed);
  });

  test('what is made or changed through a connection, or read as a member, says its version', async () => {
    const { path } = await createDog();
    const created = await data(`POST ${path}/likes/dogs`, { json: { color: 'black' } });
    const { uuid } = onlyEntity(created);
    const changed = await data(`PUT ${path}/likes/dogs/${uuid}`, {
      headers: { 'if-match': tagOf(created) },
      json: { color: 'white' },
    });
    const options = { headers: { 'if-match': tagOf(created) }, json: { color: 'red' } };
    assert.deepEqual(refusalIn(await data(`PUT /dogs/${uuid}`, options)), failed);
    options.headers['if-match'] = tagOf(changed);
    assert.equal(onlyEntity(await data(`PUT /dogs/${uuid}`, options)).color, 'red');
    await data('POST /groups', { json: { path: 'versions' } });
    const member = tagOf(await data('POST /users', { json: { username: 'versioned' } }));
    await data('POST /groups/versions/users/versioned');
    const read = await data('GET /groups/versions/users/versioned', { headers: { 'if-none-match': member } });
    assert.deepEqual([read.status, tagOf(read)], [304, member]);
  });

  test('devices of a user are written under the same conditions, and only linked if they hold', async () => {
    for (const username of ['owner', 'finder']) await data('POST /users', { json: { username } });
    const created = await data('POST /users/owner/devices', { json: { model: 'a' } });
    const { uuid } = onlyEntity(created);
    const tag = tagOf(created);
    const path = `/users/owner/devices/${uuid}`;
    const read = await data(`GET ${path}`, { headers: { 'if-none-match': tag } });
    assert.deepEqual([read.status, tagOf(read)], [304, tag]);
    const options = { headers: { 'if-match': tag }, json: { model: 'b' } };
    const changed = await data(`PUT ${path}`, options);
    assert.equal(onlyEntity(changed).model, 'b');
    assert.equal(tagOf(await data(`GET /devices/${uuid}/users/owner`)).length > 0, true);
    assert.deepEqual(refusalIn(await data(`PUT ${path}`, options)), failed);
    assert.deepEqual(refusalIn(await data(`PUT /users/finder/devices/${uuid}`, options)), failed);
    assert.equal(tagOf(await data(`GET ${path}`)), tagOf(changed));
    const unknown = `/users/owner/devices/${crypto.randomUUID()}`;
    assert.deepEqual(refusalIn(await data(`PUT ${unknown}`, options)), failed);
    const onlyNew = { headers: { 'if-none-match': '*' }, json: { model: 'c' } };
    assert.deepEqual(refusalIn(await data(`PUT ${path}`, onlyNew)), failed);
    onlyEntity(await data(`PUT ${unknown}`, onlyNew));
  });

  test('connecting an entity changes what a GET answers, and not its version', async () => {
    const { path, tag } = await createDog();
    const { path: target } = await createDog();
    await data(`POST ${path}/likes${target}`);
    const answer = await data(`GET ${path}`, { headers: { 'if-none-match': tag } });
    assert.equal(answer.status, 200);
    assert.notEqual(tagOf(answer), tag);
    assert.equal((await data(`GET ${path}`, { headers: { 'if-none-match': tagOf(answer) } })).status, 304);
    onlyEntity(await data(`PUT ${path}`, { headers: { 'if-match': tag }, json: { a: 1 } }));
    assert.deepEqual(
      refusalIn(await data(`PUT ${path}`, { headers: { 'if-match': tagOf(answer) }, json: { a: 2 } })),
      failed,
    );
  });

  test('a condition that cannot be kept, since many are meant, is refused', async () => {
    await createDog();
    const options = { headers: { 'if-match': '"x"' }, json: { a: 1 } };
    assert.equal((await data('PUT /dogs?ql=a=1', options)).status, 400);
    assert.equal((await data('DELETE /dogs?limit=1', options)).status, 400);
  });
});
