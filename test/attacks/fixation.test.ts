/** S041 to S043: what a browser held before a sign-in is worth nothing after it, and what it held after is worth nothing later. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Visited, Visitor } from '../support/visitor.ts';
import {
  type AttackedClient,
  type AttackedServer,
  answerAt,
  authorize,
  authorizePath,
  finish,
  requestOf,
  startAttackedServer,
} from './attacked-server.ts';

let server: AttackedServer;
let client: AttackedClient;

before(async () => {
  server = await startAttackedServer();
  client = await server.acme.register();
});
after(async () => {
  await server?.stop();
});

const copyOf = (visitor: Visitor): Visitor => {
  const copy = new Visitor(server);
  for (const [name, value] of visitor.cookies) copy.cookies.set(name, value);
  return copy;
};

async function openRequest(visitor: Visitor, changes: Record<string, string> = {}): Promise<Visited> {
  const query = requestOf(client, changes);
  return visitor.follow(await visitor.get(authorizePath(client), { query }));
}

/** What the client is told about whoever holds these cookies. */
async function silently(visitor: Visitor): Promise<string | null> {
  const answer = await visitor.get(authorizePath(client), { query: requestOf(client, { prompt: 'none' }) });
  return answerAt(answer).get('error');
}

async function signInAtAccount(visitor: Visitor): Promise<Visited> {
  const path = `/account${server.acme.path}`;
  const { username, password } = server.acme.user;
  return visitor.follow(await visitor.submit(await visitor.get(path), { username, password }));
}

test('S042 a cookie planted before the sign-in is not signed in by it', async () => {
  const attacker = new Visitor(server);
  await openRequest(attacker);
  const victim = copyOf(attacker);
  await authorize(victim, client, server.acme.user);
  assert.equal(await silently(victim), null);
  assert.equal(await silently(attacker), 'login_required');
  assert.notDeepEqual([...victim.cookies], [...attacker.cookies]);
});

test('S042 the same holds for the sign-in of /account and of devices', async () => {
  for (const path of [`/account${server.acme.path}`, `${server.acme.path}/oauth2/device`]) {
    const attacker = new Visitor(server);
    const page = await attacker.get(path);
    const victim = copyOf(attacker);
    const { username, password } = server.acme.user;
    await victim.follow(await victim.submit(page, { username, password }));
    assert.equal(await silently(victim), null, path);
    assert.equal(await silently(attacker), 'login_required', path);
  }
});

test('S042 every sign-in has a value of its own, and ends the one before it', async () => {
  const visitor = new Visitor(server);
  await authorize(visitor, client, server.acme.user);
  const earlier = copyOf(visitor);
  const again = await openRequest(visitor, { prompt: 'login' });
  await finish(visitor, again, server.acme.user);
  assert.notDeepEqual([...visitor.cookies], [...earlier.cookies]);
  assert.equal(await silently(visitor), null);
  assert.equal(await silently(earlier), 'login_required');
});

test('a value that we never gave out is nobody', async () => {
  const visitor = new Visitor(server);
  await authorize(visitor, client, server.acme.user);
  const [[name, value] = ['', '']] = visitor.cookies;
  const [browser, session] = value.split('.');
  const others = [
    browser,
    `${browser}.`,
    `.${session}`,
    `${browser}.${browser}`,
    `${session}.${session}`,
    `${browser}.${session?.slice(0, -2)}AA`,
    `${value}.${session}`,
    `${value} `.repeat(2),
    '',
    'null',
    `"${value}"`.slice(1),
    'A'.repeat(43),
  ];
  for (const other of others) {
    const stranger = new Visitor(server);
    stranger.cookies.set(name, other ?? '');
    assert.equal(await silently(stranger), 'login_required', other);
  }
});

test('S043 an interaction belongs to the browser that began it', async () => {
  const victim = new Visitor(server);
  const page = await openRequest(victim);
  const action = page.forms[0]?.action ?? '';
  const interaction = action.slice(0, action.lastIndexOf('/'));
  const attacker = new Visitor(server);
  const own = await openRequest(attacker);
  for (const path of [interaction, `${interaction}/switch`]) {
    const answer = await attacker.get(path);
    assert.ok(answer.status >= 400 && answer.status < 500, `${path} ${answer.status}`);
    assert.equal((await new Visitor(server).get(path)).status, answer.status);
  }
  const fields = Object.fromEntries(own.forms[0]?.fields ?? []);
  const form = { ...fields, ...server.acme.user, token: 'none' };
  for (const step of ['sign-in', 'choose', 'consent']) {
    const answer = await attacker.post(`${interaction}/${step}`, { form });
    assert.ok(answer.status >= 400 && answer.status < 500, `${step} ${answer.status}`);
    assert.equal(answer.headers.location, undefined);
  }
  assert.ok(
    answerAt(await finish(victim, page, server.acme.user)).get('code'),
    'the victim goes on undisturbed',
  );
});

test('an interaction that is over cannot be taken up again', async () => {
  const visitor = new Visitor(server);
  const signIn = await openRequest(visitor);
  answerAt(await finish(visitor, signIn, server.acme.user));
  const action = signIn.forms[0]?.action ?? '';
  const interaction = action.slice(0, action.lastIndexOf('/'));
  const replayed = [
    await visitor.get(interaction),
    await visitor.get(`${interaction}/switch`),
    await visitor.submit(signIn, server.acme.user as unknown as Record<string, string>),
    await visitor.submit(signIn, { decision: 'refuse' }),
  ];
  for (const { status, headers } of replayed) {
    assert.ok(status >= 400 && status < 500, String(status));
    assert.equal(headers.location, undefined);
  }
});

test('a consent that was given is not given again by the same form', async () => {
  const visitor = new Visitor(server);
  await authorize(visitor, client, server.acme.user);
  const page = await openRequest(visitor, { prompt: 'consent' });
  const answers = await Promise.all([1, 2, 3].map(() => visitor.submit(page, { decision: 'allow' })));
  const codes = answers.filter(({ headers }) => headers.location !== undefined);
  assert.equal(codes.length, 1, answers.map(({ status }) => status).join(' '));
  assert.ok(answers.every(({ status }) => status < 500));
  assert.ok((await visitor.submit(page, { decision: 'allow' })).status >= 400);
});

test('S042 a cookie is worth nothing after sign-out, wherever it was copied to', async () => {
  const visitor = new Visitor(server);
  await authorize(visitor, client, server.acme.user);
  const copy = copyOf(visitor);
  const confirm = await visitor.get(`${server.acme.path}/oauth2/logout`);
  await visitor.submit(confirm);
  assert.equal(await silently(copy), 'login_required');
  assert.equal(await silently(visitor), 'login_required');
});

test('a session that is ended on /account is over in the other browser', async () => {
  const other = new Visitor(server);
  await authorize(other, client, server.acme.user);
  const visitor = new Visitor(server);
  const page = await signInAtAccount(visitor);
  const at = page.forms.findIndex(({ action }) => action.endsWith('/end-other-sessions'));
  assert.ok(at >= 0, page.text);
  await visitor.submit(page, {}, at);
  assert.equal(await silently(other), 'login_required');
  assert.equal(await silently(visitor), null);
});

test('a cookie of one realm signs nobody in at another', async () => {
  const visitor = new Visitor(server);
  await authorize(visitor, client, server.acme.user);
  const [[, value] = ['', '']] = visitor.cookies;
  const elsewhere = await server.rival.register();
  const stranger = new Visitor(server);
  await stranger.follow(await stranger.get(authorizePath(elsewhere), { query: requestOf(elsewhere) }));
  const [[name] = ['']] = stranger.cookies;
  stranger.cookies.set(name, value);
  const query = requestOf(elsewhere, { prompt: 'none' });
  const answer = await stranger.get(authorizePath(elsewhere), { query });
  assert.equal(answerAt(answer).get('error'), 'login_required');
});

test('S041 cookies are out of reach of scripts and of other sites', async () => {
  const visitor = new Visitor(server);
  const first = await visitor.get(authorizePath(client), { query: requestOf(client) });
  const [line = ''] = first.headers['set-cookie'] ?? [];
  assert.match(line, /; Path=\/; HttpOnly; SameSite=Lax$/);
  assert.doesNotMatch(line, /domain/i);
});
