/** Activities below their user, and at the end of longer paths, are read and written under conditions as other entities. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { outcome } from '../support/application.ts';
import type { Answer } from '../support/http.ts';
import { type ConnectionWorld, onEachEngine, uuidsIn } from './connection-world.ts';

const tagOf = ({ headers }: Answer): string => headers.etag ?? assert.fail('no ETag');
const failed = '412 precondition_failed';
const json = { verb: 'post', content: 'hello' };

onEachEngine((world) => {
  const ask: ConnectionWorld['ask'] = (...sent) => world().ask(...sent);
  const asAdmin: ConnectionWorld['app']['asAdmin'] = (...sent) => world().app.asAdmin(...sent);

  /** What a user is reached by. */
  const paths: [string, () => Promise<string>][] = [
    ['below a user', async () => `users/${(await world().user()).uuid}`],
    [
      'through a connection',
      async () => {
        const [ann, ben] = [await world().user(), await world().user()];
        await ask(`POST /users/${ann.uuid}/knows/${ben.uuid}`);
        return `users/${ann.uuid}/knows/users/${ben.username}`;
      },
    ],
  ];

  for (const [name, open] of paths) {
    describe(name, () => {
      const publish = async (): Promise<{ list: string; path: string; tag: string }> => {
        const list = `${await open()}/activities`;
        const answer = await ask(`POST /${list}`, { json });
        return { list, path: `${list}/${uuidsIn(answer)[0]}`, tag: tagOf(answer) };
      };

      test('publishing, reading and changing one say its version, lists and batches none', async () => {
        const { list, path, tag } = await publish();
        assert.equal(tagOf(await ask(`GET /${path}`)), tag);
        assert.equal(tagOf(await ask(`GET /${path.replace('/activities/', '/feed/')}`)), tag);
        assert.equal(tagOf(await ask(`GET /activities/${path.split('/').at(-1)}`)), tag);
        const changed = tagOf(await ask(`PUT /${path}`, { json: { mood: 'fine' } }));
        assert.notEqual(changed, tag);
        assert.equal(tagOf(await ask(`GET /${path}`)), changed);
        assert.equal((await ask(`GET /${list}`)).headers.etag, undefined);
        assert.equal((await ask(`POST /${list}`, { json: [json] })).headers.etag, undefined);
      });

      test('what a client has already is not sent again', async () => {
        const { path, tag } = await publish();
        const headers = { 'if-none-match': tag };
        const answer = await asAdmin(`GET /${path}`, { headers });
        assert.deepEqual([answer.status, answer.text, tagOf(answer)], [304, '', tag]);
        await ask(`PUT /${path}`, { json: { mood: 'fine' } });
        assert.equal((await ask(`GET /${path}`, { headers })).body.entities[0].mood, 'fine');
      });

      test('of simultaneous changes with one tag exactly one is carried out', async () => {
        const { path, tag } = await publish();
        const answers = await Promise.all(
          Array.from({ length: 8 }, (_, at) =>
            asAdmin(`PUT /${path}`, { headers: { 'if-match': tag }, json: { at } }),
          ),
        );
        assert.deepEqual(answers.map(outcome).sort(), ['200', ...Array(7).fill(failed)]);
      });

      test('one is taken out only as the version that is meant', async () => {
        const { list, path, tag } = await publish();
        const latest = tagOf(await ask(`PUT /${path}`, { json: { mood: 'fine' } }));
        assert.equal(outcome(await asAdmin(`DELETE /${path}`, { headers: { 'if-match': tag } })), failed);
        assert.equal((await ask(`GET /${list}`)).body.entities.length, 1);
        await ask(`DELETE /${path}`, { headers: { 'if-match': latest } });
        assert.equal((await ask(`GET /${list}`)).body.entities.length, 0);
      });

      test('If-Match never publishes, and If-None-Match: * never changes', async () => {
        const { list, path } = await publish();
        const fresh = `${list}/${randomUUID()}`;
        assert.equal(outcome(await asAdmin(`PUT /${fresh}`, { headers: { 'if-match': '*' }, json })), failed);
        const onlyNew = { headers: { 'if-none-match': '*' }, json };
        assert.equal(outcome(await asAdmin(`PUT /${path}`, onlyNew)), failed);
        const answers = await Promise.all(Array.from({ length: 6 }, () => asAdmin(`PUT /${fresh}`, onlyNew)));
        assert.deepEqual(answers.map(outcome).sort(), ['200', ...Array(5).fill(failed)]);
        assert.equal((await ask(`GET /${list}`)).body.entities.length, 2);
      });

      test('put at once under one uuid it is published once, and changed by the others', async () => {
        const list = `${await open()}/activities`;
        const path = `${list}/${randomUUID()}`;
        await Promise.all(
          Array.from({ length: 6 }, (_, at) => ask(`PUT /${path}`, { json: { ...json, at } })),
        );
        assert.equal((await ask(`GET /${list}`)).body.entities.length, 1);
      });

      test('a change of all that match has no version to compare', async () => {
        const { list, tag } = await publish();
        const options = { headers: { 'if-match': tag }, json: { mood: 'fine' } };
        for (const path of [`${list}?ql=verb='post'`, `${list}/all`, `${list};limit=5`]) {
          assert.equal(outcome(await asAdmin(`PUT /${path}`, options)), '400 illegal_argument', path);
        }
      });
    });
  }

  test('what is read through a connection has the tag of its version too', async () => {
    const [ann, rex] = [await world().user(), await world().create('dogs')];
    await ask(`POST /users/${ann.uuid}/likes/${rex.uuid}`);
    const paths = [`users/${ann.uuid}/likes/${rex.uuid}`, `users;ql=uuid=${ann.uuid}/likes/dogs/${rex.name}`];
    for (const path of paths) {
      const tag = tagOf(await ask(`GET /${path}`));
      assert.equal((await asAdmin(`GET /${path}`, { headers: { 'if-none-match': tag } })).status, 304);
      await ask(`PUT /dogs/${rex.uuid}`, { json: { path }, headers: { 'if-match': tag } });
      assert.equal((await asAdmin(`GET /${path}`, { headers: { 'if-none-match': tag } })).status, 200);
    }
    await ask(`DELETE /users/${ann.uuid}/likes/${rex.uuid}`);
    const answer = await asAdmin(`GET /${paths[0]}`, { headers: { 'if-none-match': '*' } });
    assert.equal(outcome(answer), '404 service_resource_not_found');
  });
});
