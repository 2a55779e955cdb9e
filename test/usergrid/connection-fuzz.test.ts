/** Paths of connections made of anything: each is answered, and by a refusal that says why where it makes no sense. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ConnectionWorld, onEachEngine } from './connection-world.ts';

const seed = 20261122;
const requests = 400;
const methods = ['GET', 'GET', 'GET', 'POST', 'PUT', 'DELETE'];

/** Numbers from 0 to below 1, the same ones for a seed. */
function randomFrom(start: number): () => number {
  let state = start;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

onEachEngine((world) => {
  const ask: ConnectionWorld['ask'] = (...sent) => world().ask(...sent);

  test(`no path of connections makes the server fail (seed ${seed})`, async () => {
    const { create, user, app } = world();
    const [ann, rex] = [await user(), await create('dogs')];
    const group = await create('groups', { path: 'fuzz/ed' });
    await ask(`POST /users/${ann.uuid}/likes/${rex.uuid}`);
    await ask(`POST /dogs/${rex.uuid}/likes/users/${ann.username}`);
    await ask(`POST /groups/fuzz/ed/users/${ann.uuid}`);
    const words = [
      ...[ann.username, ann.uuid, rex.name, rex.uuid, group.uuid, 'fuzz', 'ed', 'fuzz%2Fed'],
      ...[
        'users',
        'user',
        'dogs',
        'groups',
        'roles',
        'role',
        'devices',
        'activities',
        'feed',
        'following',
        'followers',
      ],
      ...[
        'likes',
        'LIKES',
        'connections',
        'connecting',
        'any',
        'all',
        'me',
        'permissions',
        'rolenames',
        'password',
      ],
      ...[
        'likes;ql=age>3',
        'likes;limit=1',
        'dogs;ql=',
        'dogs;ql=age=',
        'users;cursor=zz',
        ';',
        ';;=',
        'x;%6cimit=0',
      ],
      ...[
        '%7B%7D',
        '%7B%22ql%22:%22age=1%22%7D',
        '%7B',
        '%00',
        '=likes',
        '__proto__',
        '..%2f',
        'x'.repeat(150),
        '{}',
        'events',
      ],
    ];
    const random = randomFrom(seed);
    const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(random() * values.length)]!;
    for (let sent = 0; sent < requests; sent += 1) {
      const start = pick([
        `users/${ann.username}`,
        `dogs/${rex.uuid}`,
        'groups/fuzz/ed',
        'users;limit=5',
        'dogs/all',
      ]);
      const path = [start, ...Array.from({ length: 1 + Math.floor(random() * 5) }, () => pick(words))].join(
        '/',
      );
      const method = pick(methods);
      const line = `${method} /${path}${pick(['', '', '?ql=age>1', '?limit=2', '?connections=out', '?cursor=MQ'])}`;
      const json = pick([{}, { name: `f${sent}` }, [{ age: 1 }], undefined]);
      const { status, text, body } = await app.asAdmin(line, method === 'GET' || !json ? {} : { json });
      assert.ok(status < 500 || status === 501, `${line}: ${status} ${text}`);
      if (status === 200)
        assert.ok(Array.isArray(body.entities) || body.data || body.action, `${line}: ${text}`);
      else assert.ok(body?.error && body.error_description, `${line}: ${status} ${text}`);
    }
  });
});
