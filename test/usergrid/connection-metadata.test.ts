/** What an entity says of its connections. usergrid-data.md 1.6 and 3.2. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requireSuccess } from '../support/application.ts';
import { unique } from '../support/organization.ts';
import { type ConnectionWorld, type Entity, onEachEngine, uuidsIn } from './connection-world.ts';

onEachEngine((world) => {
  const create: ConnectionWorld['create'] = (...sent) => world().create(...sent);
  const user = (): Promise<Entity> => world().user();
  const ask: ConnectionWorld['ask'] = (...sent) => world().ask(...sent);
  const read: ConnectionWorld['read'] = (...sent) => world().read(...sent);

  const connected = async (): Promise<[Entity, Entity]> => {
    const [rex, tom] = [await create('dogs'), await create('cats')];
    await ask(`POST /dogs/${rex.uuid}/likes/${tom.uuid}`);
    await ask(`POST /dogs/${rex.uuid}/bites/${tom.uuid}`);
    await ask(`POST /cats/${tom.uuid}/fears/${rex.uuid}`);
    return [rex, tom];
  };

  test('UD-57 there is a link for each verb and direction, and it leads to the list', async () => {
    const [rex, tom] = await connected();
    const [path, other] = [`/dogs/${rex.uuid}`, `/cats/${tom.uuid}`];
    const { connections, connecting } = (await read(rex)).metadata;
    assert.deepEqual(connections, { bites: `${path}/bites`, likes: `${path}/likes` });
    assert.deepEqual(connecting, { fears: `${path}/connecting/fears` });
    const back = (await read(tom)).metadata;
    assert.deepEqual(back.connections, { fears: `${other}/fears` });
    assert.deepEqual(back.connecting, {
      bites: `${other}/connecting/bites`,
      likes: `${other}/connecting/likes`,
    });
    for (const link of [...Object.values(connections), ...Object.values(connecting)]) {
      assert.deepEqual(uuidsIn(await ask(`GET ${link}`)), [tom.uuid], String(link));
    }
  });

  test('UD-57 the links of what a connection leads to extend the path that led there', async () => {
    const [rex, tom] = await connected();
    const [target] = (await ask(`GET /dogs/${rex.uuid}/likes`)).body.entities;
    const path = `/dogs/${rex.uuid}/likes/${tom.uuid}`;
    assert.equal(target.metadata.path, path);
    assert.equal(target.metadata.connecting.likes, `${path}/connecting/likes`);
    assert.equal(target.metadata.connections.fears, `${path}/fears`);
    const [source] = (await ask(`GET /cats/${tom.name}/connecting/likes`)).body.entities;
    assert.equal(source.metadata.path, `/cats/${tom.uuid}/connecting/${rex.uuid}`);
    assert.equal(source.metadata.connections.likes, `/cats/${tom.uuid}/connecting/${rex.uuid}/likes`);
    const links = [target, source].flatMap(({ metadata }) => [
      metadata.path,
      ...Object.values(metadata.connections),
      ...Object.values(metadata.connecting),
    ]);
    for (const link of links) assert.equal((await ask(`GET ${link}`)).body.entities.length, 1, link);
  });

  test('an entity without connections has neither block, nor has one whose connections ended', async () => {
    const plain = (await read(await create('dogs'))).metadata;
    assert.deepEqual([plain.connections, plain.connecting], [undefined, undefined]);
    const [rex, tom] = [await create('dogs'), await create('cats')];
    await ask(`POST /dogs/${rex.uuid}/likes/${tom.uuid}`);
    await ask(`DELETE /dogs/${rex.uuid}/likes/${tom.uuid}`);
    for (const each of [rex, tom]) {
      const { metadata } = await read(each);
      assert.deepEqual([metadata.connections, metadata.connecting], [undefined, undefined]);
    }
  });

  test('UD-65 connections=none, in, out and all trim both blocks; any other word is as all', async () => {
    const [rex, tom] = await connected();
    const blocks = async (path: string, connections: string) => {
      const [{ metadata }] = (await ask(`GET /${path}`, { query: { connections } })).body.entities;
      return [metadata.connections !== undefined, metadata.connecting !== undefined];
    };
    for (const path of [
      `dogs/${rex.uuid}`,
      `cats/${tom.name}`,
      `dogs/${rex.uuid}/likes`,
      `dogs?ql=name='${rex.name}'`,
    ]) {
      assert.deepEqual(await blocks(path, 'none'), [false, false], path);
      assert.deepEqual(await blocks(path, 'in'), [false, true], path);
      assert.deepEqual(await blocks(path, 'out'), [true, false], path);
      assert.deepEqual(await blocks(path, 'all'), [true, true], path);
      assert.deepEqual(await blocks(path, 'whatever'), [true, true], path);
    }
  });

  test('lists, changes and memberships show the links as well', async () => {
    const [rex, tom] = await connected();
    const listed = (await ask('GET /dogs', { query: { limit: 100 } })).body.entities;
    const entry = listed.find(({ uuid }: Entity) => uuid === rex.uuid);
    assert.deepEqual(Object.keys(entry.metadata.connections), ['bites', 'likes']);
    const [changed] = (await ask(`PUT /dogs/${rex.uuid}`, { json: { age: 3 } })).body.entities;
    assert.deepEqual(Object.keys(changed.metadata.connections), ['bites', 'likes']);
    const [ann, path] = [await user(), `g-${unique()}`];
    await create('groups', { path });
    await ask(`POST /groups/${path}/users/${ann.uuid}`);
    await ask(`POST /users/${ann.uuid}/likes/${tom.uuid}`);
    const [member] = (await ask(`GET /groups/${path}/users`)).body.entities;
    assert.equal(member.metadata.connections.likes, `${member.metadata.path}/likes`);
    assert.equal(member.metadata.connecting, undefined);
    const [deleted] = (await ask(`DELETE /dogs/${rex.uuid}`)).body.entities;
    assert.equal(deleted.uuid, rex.uuid);
  });

  test('whom a user follows shows as a collection, and not as a connection too', async () => {
    const [ann, ben] = [await user(), await user()];
    await ask(`POST /users/${ann.uuid}/following/users/${ben.username}`);
    const { metadata } = await read(ann);
    assert.equal(metadata.connections, undefined);
    assert.equal(metadata.collections.following, `/users/${ann.uuid}/following`);
    assert.deepEqual((await read(ben)).metadata.connecting, {
      following: `/users/${ben.uuid}/connecting/following`,
    });
  });

  test('verbs of any letters have links that work', async () => {
    const [rex, tom] = [await create('dogs'), await create('cats')];
    for (const verb of [
      '=users',
      'a%20b',
      'caf%C3%A9',
      'x%2Fy',
      '%C3%84%C3%96',
      'users',
      '__proto__',
      'constructor',
    ]) {
      await ask(`POST /dogs/${rex.uuid}/${verb}/${tom.uuid}`);
    }
    const { connections } = (await read(rex)).metadata;
    const verbs = ['=users', 'a b', 'café', 'x/y', 'äö', 'users', '__proto__', 'constructor'];
    assert.deepEqual(Object.keys(connections).sort(), verbs.sort());
    for (const link of Object.values(connections)) {
      assert.deepEqual(uuidsIn(await ask(`GET ${link}`)), [tom.uuid], String(link));
    }
  });

  test('an entity’s tag changes with its connections, and a read that knows it is not answered again', async () => {
    const [rex, tom] = [await create('dogs'), await create('cats')];
    const get = (known?: string) =>
      world().app.asAdmin(`GET /dogs/${rex.uuid}`, { headers: known ? { 'if-none-match': known } : {} });
    const before = requireSuccess(await get()).headers.etag as string;
    assert.equal((await get(before)).status, 304);
    await ask(`POST /dogs/${rex.uuid}/likes/${tom.uuid}`);
    const after = requireSuccess(await get(before)).headers.etag as string;
    assert.notEqual(after, before);
    assert.equal((await get(after)).status, 304);
  });
});
