/** S046: nobody learns from an answer, nor from how long it takes, which accounts, clients or codes there are. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Answer, call } from '../support/http.ts';
import { Visitor } from '../support/visitor.ts';
import {
  type AttackedClient,
  type AttackedServer,
  askForTokens,
  authorizePath,
  requestOf,
  startAttackedServer,
} from './attacked-server.ts';

let server: AttackedServer;
let client: AttackedClient;

before(async () => {
  server = await startAttackedServer();
  client = await server.acme.register({
    grantTypes: ['authorization_code', 'client_credentials', 'refresh_token'],
  });
});
after(async () => {
  await server?.stop();
});

const wrongPassword = 'a wrong password';
/** As long as the real ones. */
const nobody = (): string => `user-${Math.random().toString(16).slice(2, 12).padEnd(10, '0')}`;

const comparable = (answer: Answer, ...names: string[]): string => {
  const variable = [
    ...names,
    `${answer.headers['x-request-id']}`,
    ...[...answer.text.matchAll(/name="form_token" value="([^"]*)"/g)].map(([, value]) => value ?? ''),
    ...[...answer.text.matchAll(/\/account\/interaction\/([^/"]+)/g)].map(([, value]) => value ?? ''),
  ];
  const text = variable.reduce((rest, each) => rest.replaceAll(each, '…'), answer.text);
  return `${answer.status} ${text.replaceAll(/"(timestamp|duration)":\d+/g, '')}`;
};

type Attempt = (username: string) => Promise<Answer>;

const waysToSignIn = (): Record<string, Attempt> => {
  const { path } = server.acme;
  const typed = (username: string) => ({ username, password: wrongPassword });
  return {
    'sign-in page': async (username) => {
      const visitor = new Visitor(server);
      const query = requestOf(client);
      const page = await visitor.follow(await visitor.get(authorizePath(client), { query }));
      return visitor.submit(page, typed(username));
    },
    account: async (username) => {
      const visitor = new Visitor(server);
      return visitor.submit(await visitor.get(`/account${path}`), typed(username));
    },
    device: async (username) => {
      const visitor = new Visitor(server);
      return visitor.submit(await visitor.get(`${path}/oauth2/device`), typed(username));
    },
    'usergrid page': (username) => {
      const form = {
        response_type: 'token',
        client_id: server.acme.applicationClient.id,
        ...typed(username),
      };
      return new Visitor(server).post(`${path}/authorize`, { form });
    },
    token: (username) =>
      call(server, `POST ${path}/token`, { json: { grant_type: 'password', ...typed(username) } }),
  };
};

test('S046 an unknown name and a wrong password are told apart by no sign-in', async () => {
  const known = server.acme.user.username;
  for (const [way, attempt] of Object.entries(waysToSignIn())) {
    const unknown = nobody();
    const [one, other] = [await attempt(known), await attempt(unknown)];
    assert.equal(comparable(one, known), comparable(other, unknown), way);
  }
});

test('asking for a new password says the same to all', async () => {
  const known = server.acme.user.username;
  for (const field of ['username', 'email']) {
    const unknown = nobody();
    const ask = (name: string) =>
      new Visitor(server).post(`${server.acme.path}/users/resetpw`, { form: { [field]: name } });
    assert.equal(comparable(await ask(known), known), comparable(await ask(unknown), unknown), field);
  }
});

test('an unknown client and a wrong secret are told apart nowhere', async () => {
  const autodesk = await server.acme.register({ dialect: 'autodesk' });
  const endpoints: [AttackedClient, string][] = [
    ...['token', 'introspect', 'revoke'].map((name): [AttackedClient, string] => [
      client,
      `${client.realmPath}/oauth2/${name}`,
    ]),
    ...['v1/authenticate', 'v2/token', 'v2/introspect', 'v2/revoke'].map((name): [AttackedClient, string] => [
      autodesk,
      `/authentication/${name}`,
    ]),
  ];
  for (const [real, path] of endpoints) {
    const unknown = { ...real, id: `${real.id.slice(0, -4)}none` };
    const fields = { grant_type: 'client_credentials', token: 'x' };
    const wrong = await askForTokens(server, { ...real, secret: 'a-wrong-secret' }, fields, path);
    const missing = await askForTokens(server, { ...unknown, secret: 'a-wrong-secret' }, fields, path);
    assert.equal(comparable(wrong, real.id), comparable(missing, unknown.id), path);
    const basic = (username: string) =>
      call(server, `POST ${path}`, { basic: { username, password: 'a-wrong-secret' }, form: fields });
    assert.equal(comparable(await basic(real.id)), comparable(await basic(unknown.id)), path);
  }
});

const median = (values: number[]): number =>
  values.sort((one, other) => one - other)[values.length >> 1] ?? 0;

/** Alternately, so that whatever else the machine does falls on both. Milliseconds. */
async function compareTimes(one: () => Promise<unknown>, other: () => Promise<unknown>): Promise<number> {
  const times: [number[], number[]] = [[], []];
  for (let round = 0; round < 15; round++) {
    for (const [at, attempt] of [one, other].entries()) {
      const begun = performance.now();
      await attempt();
      times[at as 0 | 1].push(performance.now() - begun);
    }
  }
  return median(times[0]) / median(times[1]);
}

test('S046 a name that nobody has takes as long as a wrong password', async () => {
  const known: string[] = [];
  for (let count = 0; count < 15; count++) {
    const username = nobody();
    const json = { username, email: `${username}@example.test`, password: `${username}-secret` };
    const { status } = await call(server, `POST ${server.acme.path}/users`, {
      bearer: server.acme.admin.token,
      json,
    });
    assert.equal(status, 200);
    known.push(username);
  }
  const attempt = waysToSignIn().token as Attempt;
  const ratio = await compareTimes(
    () => attempt(known.pop() ?? ''),
    () => attempt(nobody()),
  );
  assert.ok(ratio > 0.4 && ratio < 2.5, `takes ${ratio} times as long`);
});

test('a client that does not exist takes as long as a wrong secret', async () => {
  const fields = { grant_type: 'client_credentials' };
  const unknown = { ...client, id: `${client.id.slice(0, -4)}none`, secret: 'a-wrong-secret' };
  const ratio = await compareTimes(
    () => askForTokens(server, { ...client, secret: 'a-wrong-secret' }, fields),
    () => askForTokens(server, unknown, fields),
  );
  assert.ok(ratio > 0.3 && ratio < 3.5, `takes ${ratio} times as long`);
});
