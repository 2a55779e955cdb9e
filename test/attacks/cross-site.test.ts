/** S037: a form that another site makes a browser send changes nothing, whatever token it guessed, kept or got elsewhere. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Visited, Visitor } from '../support/visitor.ts';
import {
  type AttackedClient,
  type AttackedServer,
  answerAt,
  askForTokens,
  authorize,
  authorizePath,
  finish,
  requestOf,
  startAttackedServer,
} from './attacked-server.ts';

let server: AttackedServer;
let client: AttackedClient;
let deviceClient: AttackedClient;

before(async () => {
  server = await startAttackedServer();
  client = await server.acme.register();
  const grantTypes = ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'];
  deviceClient = await server.acme.register({ type: 'native', grantTypes, redirectUris: [] });
});
after(async () => {
  await server?.stop();
});

const typed = (): Record<string, string> => {
  const { username, password } = server.acme.user;
  return { username, password };
};
const accountPath = () => `/account${server.acme.path}`;
const devicePath = () => `${server.acme.path}/oauth2/device`;

/** At the page that the client's request leads to. */
async function openRequest(visitor: Visitor, changes: Record<string, string> = {}): Promise<Visited> {
  const query = requestOf(client, changes);
  return visitor.follow(await visitor.get(authorizePath(client), { query }));
}

async function signedInToAccount(): Promise<{ visitor: Visitor; page: Visited }> {
  const visitor = new Visitor(server);
  const page = await finishSignIn(visitor, await visitor.get(accountPath()));
  return { visitor, page };
}

async function finishSignIn(visitor: Visitor, page: Visited): Promise<Visited> {
  const { username, password } = server.acme.user;
  return visitor.follow(await visitor.submit(page, { username, password }));
}

const tokenIn = (page: Visited): string =>
  page.forms.flatMap(({ fields }) => fields).find(([name]) => name === 'form_token')?.[1] ?? '';

/** What somebody else could send as the token: none of them made for this browser and this session. */
async function wrongTokens(own: string): Promise<(string | undefined)[]> {
  const strangersForm = tokenIn(await openRequest(new Visitor(server)));
  const strangersSession = tokenIn((await signedInToAccount()).page);
  assert.ok(strangersForm && strangersSession && own);
  const flipped = own.slice(0, -2) + (own.endsWith('AA') ? 'BB' : 'AA');
  return [undefined, '', ' ', own.slice(0, -1), `${own}A`, flipped, strangersForm, strangersSession];
}

async function assertRefused(
  visitor: Visitor,
  page: Visited,
  typed: Record<string, string>,
  at = 0,
  /** Of a page where a request without the token is a wish that is asked about first. */
  { asksWithoutToken = false } = {},
): Promise<void> {
  const form = page.forms[at];
  assert.ok(form);
  const path = form.action === '' ? page.path : form.action;
  for (const token of await wrongTokens(tokenIn(page))) {
    const { form_token: _, ...fields } = { ...Object.fromEntries(form.fields), ...typed };
    const sent = token === undefined ? fields : { ...fields, form_token: token };
    const cookies = visitor.cookieHeader().cookie;
    const answer = await visitor.post(path, { form: sent as Record<string, string> });
    const told = `${path} ${token}: ${answer.status} ${answer.headers.location} ${answer.text.slice(0, 300)}`;
    assert.equal(answer.status, token === undefined && asksWithoutToken ? 200 : 403, told);
    assert.equal(answer.headers.location, undefined, told);
    assert.equal(visitor.cookieHeader().cookie, cookies, told);
  }
}

describe('S037 a form without its own token is refused', () => {
  test('signing in to a client', async () => {
    const visitor = new Visitor(server);
    const page = await openRequest(visitor);
    await assertRefused(visitor, page, typed());
    assert.ok(answerAt(await finish(visitor, page, server.acme.user)).get('code'), 'the form itself works');
  });

  test('refusing in the name of the user', async () => {
    const visitor = new Visitor(server);
    await assertRefused(visitor, await openRequest(visitor), { decision: 'refuse' });
  });

  test('choosing the account', async () => {
    const visitor = new Visitor(server);
    await authorize(visitor, client, server.acme.user);
    const page = await openRequest(visitor, { prompt: 'select_account' });
    await assertRefused(visitor, page, {});
    assert.ok(answerAt(await finish(visitor, page, server.acme.user)).get('code'));
  });

  test('consent', async () => {
    const visitor = new Visitor(server);
    await authorize(visitor, client, server.acme.user);
    const page = await openRequest(visitor, { prompt: 'consent' });
    await assertRefused(visitor, page, { decision: 'allow' });
    assert.ok(answerAt(await visitor.submit(page, { decision: 'allow' })).get('code'));
  });

  test('signing in to one’s own pages', async () => {
    for (const path of [accountPath(), devicePath()]) {
      const visitor = new Visitor(server);
      await assertRefused(visitor, await visitor.get(path), typed());
    }
  });

  test('letting a device in', async () => {
    const fields = { scope: 'openid' };
    const path = `${server.acme.path}/oauth2/device_authorization`;
    const started = await askForTokens(server, deviceClient, fields, path);
    assert.equal(started.status, 200, started.text);
    const { user_code, device_code } = started.body;
    const { visitor } = await signedInToAccount();
    const page = await visitor.get(devicePath(), { query: { user_code } });
    await assertRefused(visitor, page, { decision: 'allow' });
    const polled = await askForTokens(server, deviceClient, {
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code,
    });
    assert.match(polled.body.error, /^(authorization_pending|slow_down)$/);
  });

  test('everything on /account', async () => {
    await authorize(new Visitor(server), client, server.acme.user);
    const { visitor, page } = await signedInToAccount();
    assert.ok(page.forms.length >= 3, String(page.forms.length));
    for (const at of page.forms.keys()) await assertRefused(visitor, page, {}, at);
    const again = await visitor.get(accountPath());
    const actions = ({ forms }: Visited) => forms.map(({ action }) => action).sort();
    assert.ok(
      actions(page).every((action) => actions(again).includes(action)),
      'nothing was ended',
    );
  });

  test('signing out', async () => {
    const visitor = new Visitor(server);
    await authorize(visitor, client, server.acme.user);
    const page = await visitor.get(`${server.acme.path}/oauth2/logout`);
    await assertRefused(visitor, page, {}, 0, { asksWithoutToken: true });
    const still = await openRequest(visitor, { prompt: 'none' });
    assert.ok(answerAt(still).get('code'), 'is still signed in');
  });
});

test('a token of the session before is no token of this one', async () => {
  const { visitor, page: before } = await signedInToAccount();
  const again = await openRequest(visitor, { prompt: 'login' });
  answerAt(await finish(visitor, again, server.acme.user));
  const action = before.forms[0]?.action ?? '';
  const answer = await visitor.post(action, { form: { form_token: tokenIn(before) } });
  assert.equal(answer.status, 403, answer.text);
});

test('a link changes nothing', async () => {
  const { visitor, page } = await signedInToAccount();
  const token = tokenIn(page);
  for (const { action, fields } of page.forms) {
    const answer = await visitor.get(action, { query: Object.fromEntries(fields) });
    assert.ok(answer.status >= 400 && answer.status < 500, `GET ${action}: ${answer.status}`);
  }
  for (const name of ['end-grant', 'end-session', 'end-other-sessions', 'sign-out']) {
    const answer = await visitor.get(`${accountPath()}/${name}`, { query: { form_token: token } });
    assert.ok(answer.status >= 400 && answer.status < 500, `GET ${name}: ${answer.status}`);
  }
  assert.match((await visitor.get(accountPath())).text, /sign-out/);
});

describe('the form of the usergrid dialect, which holds no token', () => {
  const fromElsewhere = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'cross-site', origin: 'null' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'http://127.0.0.1:1' },
    { origin: 'http://localhost' },
  ];

  test('is refused when another site makes a browser send it', async () => {
    const usergrid = await server.acme.register({ dialect: 'usergrid' });
    const { username, password } = server.acme.user;
    const form = { ...requestOf(usergrid), username, password };
    for (const headers of fromElsewhere) {
      const visitor = new Visitor(server);
      const answer = await visitor.post(authorizePath(usergrid), { form, headers });
      assert.equal(answer.status, 403, `${JSON.stringify(headers)} ${answer.headers.location}`);
      assert.equal(visitor.cookies.size, 0, JSON.stringify(headers));
    }
  });
});
