/** What is created below an entity is created once for an Idempotency-Key, as in a collection. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import {
  type ApplicationUser,
  keepUsersToTheirOwn,
  outcome,
  requireSuccess,
} from '../support/application.ts';
import type { Answer, CallOptions } from '../support/http.ts';
import { newPassword, unique } from '../support/organization.ts';
import { type ConnectionWorld, type Entity, onEachEngine, uuidsIn } from './connection-world.ts';

const withKey = (json: unknown, key: string = randomUUID()): CallOptions => ({
  headers: { 'idempotency-key': key },
  json,
});
const isRepeated = ({ headers }: Answer): boolean => headers['idempotency-replayed'] === 'true';
const reused = '422 idempotency_key_reused';

onEachEngine((world) => {
  const create: ConnectionWorld['create'] = (...sent) => world().create(...sent);
  const user = (): Promise<Entity> => world().user();
  const group = (): Promise<Entity> => create('groups', { path: `g-${unique()}` });
  const ask: ConnectionWorld['ask'] = (...sent) => world().ask(...sent);
  const asAdmin: ConnectionWorld['app']['asAdmin'] = (...sent) => world().app.asAdmin(...sent);
  const listed = async (path: string): Promise<string[]> => uuidsIn(await ask(`GET /${path}`));

  async function callerWith(...permissions: string[]): Promise<ApplicationUser> {
    await keepUsersToTheirOwn(world().app);
    const caller = await world().app.newUser();
    for (const permission of permissions)
      await ask(`POST /users/${caller.uuid}/permissions`, { json: { permission } });
    return caller;
  }

  /** Sent twice in a row and three times at once, it is made once, and is what the list has. */
  async function assertMadeOnce(line: string, list: string, request: CallOptions): Promise<Answer> {
    const [first, ...others] = [
      await ask(line, request),
      await ask(line, request),
      ...(await Promise.all([1, 2, 3].map(() => ask(line, request)))),
    ];
    assert.equal(isRepeated(first!), false, line);
    for (const again of others) {
      assert.ok(isRepeated(again), line);
      assert.deepEqual(uuidsIn(again), uuidsIn(first!), line);
    }
    assert.deepEqual((await listed(list)).toSorted(), uuidsIn(first!).toSorted(), line);
    return first!;
  }

  describe('members', () => {
    test('a user that is made in a group is made once, password and all', async () => {
      const [{ path }, account] = [await group(), { username: `u-${unique()}`, password: newPassword() }];
      const list = `groups/${path}/users`;
      const made = await assertMadeOnce(`POST /${list}`, list, withKey(account));
      assert.equal(typeof made.headers.etag, 'string');
      assert.equal(typeof (await world().app.signIn(account)), 'string');
    });

    test('so are groups and roles of a user, by PUT too, and at the end of a longer path', async () => {
      const [ann, ben] = [await user(), await user()];
      await ask(`POST /users/${ann.uuid}/knows/${ben.uuid}`);
      for (const start of [`users/${ann.username}`, `users/${ann.uuid}/knows/users/${ben.username}`]) {
        await assertMadeOnce(`POST /${start}/groups`, `${start}/groups`, withKey({ path: `g-${unique()}` }));
        await assertMadeOnce(`PUT /${start}/roles`, `${start}/roles`, withKey({ name: `r-${unique()}` }));
      }
    });

    test('an array is made once, those at fault left out again', async () => {
      const { path } = await group();
      const json = [{ username: `u-${unique()}` }, {}, { email: 'x' }, { username: `u-${unique()}` }];
      const made = await assertMadeOnce(`POST /groups/${path}/users`, `groups/${path}/users`, withKey(json));
      assert.equal(made.body.entities.length, 2);
    });

    test('the key belongs to the group: in another, or in none, it is refused', async () => {
      const [one, other] = [await group(), await group()];
      const request = withKey({ username: `u-${unique()}` });
      const [uuid] = uuidsIn(await ask(`POST /groups/${one.path}/users`, request));
      for (const path of [`groups/${other.path}/users`, 'users']) {
        assert.equal(outcome(await asAdmin(`POST /${path}`, request)), reused, path);
      }
      assert.deepEqual(await listed(`groups/${other.path}/users`), []);
      assert.ok(isRepeated(await ask(`POST /groups/${one.uuid}/users`, request)));
      assert.deepEqual(await listed(`groups/${one.path}/users`), [uuid]);
    });

    test('who was removed since comes back by the right to add somebody, and not by that to create', async () => {
      const { uuid, path } = await group();
      const caller = await callerWith(`post:/groups/${uuid}/users`, 'post:/users');
      const request = withKey({ username: `u-${unique()}` });
      const again = () => caller.call(`POST /groups/${path}/users`, request);
      const [member] = uuidsIn(requireSuccess(await again()));
      assert.ok(isRepeated(requireSuccess(await again())));
      await ask(`DELETE /groups/${path}/users/${member}`);
      assert.equal(outcome(await again()), '401 unauthorized');
      assert.deepEqual(await listed(`groups/${path}/users`), []);
      const permission = `post:/users/${member}/groups/${uuid}`;
      await ask(`POST /users/${caller.uuid}/permissions`, { json: { permission } });
      requireSuccess(await again());
      assert.deepEqual(await listed(`groups/${path}/users`), [member]);
    });
  });

  describe('connections', () => {
    test('what is created to be connected is created once', async () => {
      const [ann, ben] = [await user(), await user()];
      await ask(`POST /users/${ann.uuid}/knows/${ben.uuid}`);
      for (const start of [`users/${ann.username}`, `users/${ann.uuid}/knows/${ben.uuid}`]) {
        for (const method of ['POST', 'PUT']) {
          const list = `${start}/${method.toLowerCase()}s/dogs`;
          await assertMadeOnce(`${method} /${list}`, list, withKey({ name: `d-${unique()}` }));
        }
      }
    });

    test('the key belongs to the connection: at another, or in the collection, it is refused', async () => {
      const [ann, ben] = [await user(), await user()];
      const request = withKey({ name: `d-${unique()}` });
      await ask(`POST /users/${ann.uuid}/likes/dogs`, request);
      for (const path of [`users/${ben.uuid}/likes/dogs`, `users/${ann.uuid}/knows/dogs`, 'dogs']) {
        assert.equal(outcome(await asAdmin(`POST /${path}`, request)), reused, path);
      }
      assert.deepEqual(await listed(`users/${ben.uuid}/likes`), []);
    });

    test('what was parted since is connected again by the right to read it, and not by that to create', async () => {
      const caller = await callerWith('post:/letters');
      const request = withKey({ name: `l-${unique()}` });
      const again = () => caller.call('POST /users/me/writes/letters', request);
      const [letter] = uuidsIn(requireSuccess(await again()));
      assert.ok(isRepeated(requireSuccess(await again())));
      await ask(`DELETE /users/${caller.uuid}/writes/${letter}`);
      await ask(`PUT /letters/${letter}`, { json: { text: 'not for everyone' } });
      assert.equal(outcome(await again()), '401 unauthorized');
      assert.deepEqual(await listed(`users/${caller.uuid}/writes`), []);
    });
  });
});
