/** Who may not create is refused as by the route, and by what holds when the whole body has come. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  type ApplicationAccess,
  type ApplicationUser,
  accessTo,
  keepUsersToTheirOwn,
  outcome,
  requireSuccess,
} from '../support/application.ts';
import { type CallOptions, call } from '../support/http.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { createTenant, type Tenant } from '../support/tenant.ts';
import {
  agreementOn,
  countOf,
  isDirect,
  middleOf,
  openConnection,
  postOf,
  type RawAnswer,
} from './direct-world.ts';

const permission = 'post:/things';

let server: RunningServer;
let tenant: Tenant;
let app: ApplicationAccess;
let path: string;

before(async () => {
  server = await startServer();
  tenant = await createTenant(server);
  app = accessTo(server, tenant);
  path = `${app.path}/things`;
  await keepUsersToTheirOwn(app);
});
after(async () => {
  await server?.stop();
});

/** A user who may create things, and has done so directly. */
async function newCreator(): Promise<ApplicationUser> {
  const user = await app.newUser();
  requireSuccess(await app.asAdmin(`POST /users/${user.uuid}/permissions`, { json: { permission } }));
  const create = async () => isDirect(requireSuccess(await user.call('POST /things', { json: { a: 1 } })));
  await create();
  assert.equal(await create(), true);
  return user;
}

/** Half of the body is sent before what happens meanwhile, and half of it after. */
async function createSlowly(
  { url }: { url: string },
  address: string,
  { bearer, name }: { bearer: string; name: string },
  meanwhile: () => Promise<unknown>,
): Promise<RawAnswer> {
  const connection = openConnection(url);
  const post = postOf(address, { bearer, body: JSON.stringify({ name }) });
  connection.send(post.subarray(0, middleOf(post)));
  requireSuccess(await call({ url }, 'GET /health/live'));
  await meanwhile();
  connection.send(post.subarray(middleOf(post)));
  const answer = await connection.answer();
  connection.destroy();
  return answer;
}

describe('who may not create', () => {
  test('is refused: without a token, with a bad one, with one of elsewhere or without the right', async () => {
    const agreed = agreementOn(server, app);
    const { token } = await newCreator();
    const other = await createTenant(server);
    const name = 'refused';
    const refusals: [CallOptions, string][] = [
      [{}, '401 unauthorized'],
      [{ bearer: '' }, '401 unauthorized'],
      [{ bearer: 'nonsense' }, '401 auth_bad_access_token'],
      [{ bearer: `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}` }, '401 auth_bad_access_token'],
      [{ bearer: `${token} x` }, '401 auth_bad_access_token'],
      [{ bearer: other.user.token }, '401 unauthorized'],
      [{ bearer: other.admin.token }, '401 unauthorized'],
      [{ bearer: tenant.user.token }, '401 unauthorized'],
      [{ basic: { username: 'x', password: 'y' } }, '401 unauthorized'],
    ];
    for (const [options, expected] of refusals) {
      assert.equal(outcome(await agreed({ ...options, json: { name } })), expected, JSON.stringify(options));
    }
    for (const collection of ['Things', 'cats']) {
      const answer = await agreed({ bearer: token, json: { name } }, `${app.path}/${collection}`);
      assert.equal(outcome(answer), collection === 'Things' ? '200' : '401 unauthorized');
    }
    assert.equal(await countOf(app, name), 0);
  });

  test('is refused from the moment on that the right or the token is gone', async () => {
    const agreed = agreementOn(server, app);
    const { token, uuid } = await newCreator();
    const sent = { bearer: token, json: { name: 'late' } };
    requireSuccess(await app.asAdmin(`DELETE /users/${uuid}/permissions?permission=${permission}`));
    assert.equal(outcome(await agreed(sent)), '401 unauthorized');
    requireSuccess(await app.asAdmin(`POST /users/${uuid}/permissions`, { json: { permission } }));
    assert.equal(outcome(await agreed(sent)), '200');
    requireSuccess(await app.asAdmin(`PUT /users/${uuid}/revoketokens`));
    assert.equal((await agreed(sent)).status, 401);
  });
});

describe('while half of a body is on its way', () => {
  test('nothing happens, and it is created directly', async () => {
    const { token: bearer } = await newCreator();
    const answer = await createSlowly(server, path, { bearer, name: 'slow' }, async () => {});
    assert.deepEqual([answer.status, isDirect(answer)], [200, true]);
    assert.equal(await countOf(app, 'slow'), 1);
  });

  const changes: [string, (user: ApplicationUser) => Promise<unknown>][] = [
    [
      'the right is taken',
      ({ uuid }) => app.asAdmin(`DELETE /users/${uuid}/permissions?permission=${permission}`),
    ],
    ['the token is revoked', ({ uuid }) => app.asAdmin(`PUT /users/${uuid}/revoketokens`)],
    ['the user is disabled', ({ uuid }) => app.asAdmin(`PUT /users/${uuid}`, { json: { disabled: true } })],
    ['the user is deleted', ({ uuid }) => app.asAdmin(`DELETE /users/${uuid}`)],
  ];
  for (const [what, change] of changes) {
    test(`${what}, and nothing is created`, async () => {
      const user = await newCreator();
      const sent = { bearer: user.token, name: what };
      const answer = await createSlowly(server, path, sent, async () =>
        requireSuccess((await change(user)) as never),
      );
      assert.deepEqual([answer.status, answer.body.entities], [401, undefined]);
      assert.equal(await countOf(app, what), 0);
    });
  }

  test('the name is taken, and it is refused as taken', async () => {
    const { token: bearer, call: callAs } = await newCreator();
    const answer = await createSlowly(server, path, { bearer, name: 'quick' }, async () =>
      requireSuccess(await callAs('POST /things', { json: { name: 'quick' } })),
    );
    assert.deepEqual([answer.status, answer.body.error], [400, 'duplicate_unique_property_exists']);
    assert.equal(await countOf(app, 'quick'), 1);
  });

  test('the application is deleted, and there is none to create in', async () => {
    const { admin, organization, application, user } = await createTenant(server);
    const address = `/${organization}/${application}/things`;
    requireSuccess(await call(server, `POST ${address}`, { bearer: user.token, json: { a: 1 } }));
    const management = `/management/organizations/${organization}/apps/${application}`;
    const query = { confirm_application_identifier: application };
    const answer = await createSlowly(server, address, { bearer: user.token, name: 'gone' }, async () =>
      requireSuccess(await call(server, `DELETE ${management}`, { bearer: admin.token, query })),
    );
    assert.equal(answer.body.entities, undefined);
    const routed = await call(server, `POST ${address}?`, { bearer: user.token, json: { name: 'gone' } });
    assert.deepEqual([answer.status, answer.body.error], [routed.status, routed.body.error]);
  });
});
