/** S002, S003, S005, UA FLAW any redirect URI: nobody is ever sent where the client did not register. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Visited, Visitor } from '../support/visitor.ts';
import {
  type AttackedClient,
  type AttackedServer,
  authorize,
  obtainTokens,
  requestOf,
  startAttackedServer,
} from './attacked-server.ts';
import {
  addedQueries,
  hostileQueries,
  hostileToPattern,
  hostileUris,
  registered,
  registeredPattern,
} from './redirect-tricks.ts';

let server: AttackedServer;

before(async () => {
  server = await startAttackedServer();
});
after(async () => {
  await server?.stop();
});

interface Target {
  /** Signed in, and everything allowed: a redirect would need no more than a match. */
  visitor: Visitor;
  path: string;
  client: AttackedClient;
  /** Changes of a request that make it this endpoint's. */
  request: Record<string, string | undefined>;
}

type Account = { username: string; password: string };

async function openTarget(
  client: AttackedClient,
  account: Account,
  path: string,
  request: Record<string, string | undefined> = {},
): Promise<Target> {
  const visitor = new Visitor(server);
  await authorize(visitor, client, account);
  const target = { visitor, path, client, request };
  const answer = await ask(target, registered);
  assert.ok(answer.headers.location?.startsWith(`${registered}?`), `${answer.status} ${answer.text}`);
  return target;
}

const ask = ({ visitor, path, client, request }: Target, uri: string, more = {}): Promise<Visited> =>
  visitor.get(path, { query: requestOf(client, { ...request, redirect_uri: uri, ...more }) });

async function inTurns<Item>(items: readonly Item[], visit: (item: Item) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const work = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await visit(item);
  };
  await Promise.all([work(), work(), work(), work()]);
}

/** A page of our own that leads nowhere else, be it by a header, by itself or by a link. */
function assertStaysHere(answer: Visited, what: string): void {
  const told = `${JSON.stringify(what)}: ${answer.status} ${answer.headers.location} ${answer.text.slice(0, 400)}`;
  assert.ok(answer.status >= 400 && answer.status < 500, told);
  assert.equal(answer.headers.location, undefined, told);
  assert.equal(answer.headers.refresh, undefined, told);
  assert.doesNotMatch(
    answer.text,
    /http-equiv="refresh"|<script(?! src)|(?:href|action|src)="(?!\/(?!\/)|")/i,
    told,
  );
}

async function assertNothingLeaves(target: Target, uris: readonly string[]): Promise<void> {
  await inTurns(uris, async (uri) => assertStaysHere(await ask(target, uri), uri));
  const errors = [{ response_type: 'nonsense' }, { scope: 'no"scope' }, { prompt: 'none' }];
  for (const [at, uri] of uris.entries()) {
    if (at % 9 === 0) assertStaysHere(await ask(target, uri, errors[(at / 9) % errors.length]), uri);
  }
}

async function assertNoQueryLeaves(target: Target): Promise<void> {
  const sound = requestOf(target.client, { ...target.request, redirect_uri: undefined });
  for (const query of hostileQueries) {
    const answer = await target.visitor.get(`${target.path}?${new URLSearchParams(sound)}&${query}`);
    assert.ok(answer.status < 500, query);
    const { location } = answer.headers;
    if (location === undefined) continue;
    // Where the parameter is none of ours, the only one registered stands in (S006).
    assert.doesNotMatch(query, /^redirect_uri/, location);
    assert.ok(location.startsWith(`${registered}?`), `${query}: ${location}`);
  }
}

test('there are more than 200 tricks', () => {
  assert.ok(hostileUris.length > 200, String(hostileUris.length));
  assert.ok(!hostileUris.includes(registered));
});

describe('S003 S007 the standard dialect', () => {
  test('sends users of an application nowhere but to the registered text', async () => {
    const client = await server.acme.register();
    const target = await openTarget(client, server.acme.user, `${client.realmPath}/oauth2/authorize`);
    await assertNothingLeaves(target, [...hostileUris, ...addedQueries]);
    await assertNoQueryLeaves(target);
  });

  test('sends admin users nowhere but to the registered text', async () => {
    const client = await server.acme.registerForAdmins();
    const target = await openTarget(client, server.acme.admin, '/management/oauth2/authorize');
    await assertNothingLeaves(target, [...hostileUris, ...addedQueries]);
    await assertNoQueryLeaves(target);
  });

  test('sends by no response mode either', async () => {
    const client = await server.acme.register();
    const target = await openTarget(client, server.acme.user, `${client.realmPath}/oauth2/authorize`);
    for (const mode of ['fragment', 'form_post']) {
      for (const uri of hostileUris.filter((_, at) => at % 5 === 0)) {
        assertStaysHere(await ask(target, uri, { response_mode: mode }), `${mode} ${uri}`);
      }
    }
  });

  test('S004 lets a native client choose the port of its loopback address, and no more', async () => {
    const redirectUris = ['http://127.0.0.1/native', registered];
    const client = await server.acme.register({ type: 'native', redirectUris });
    const target = await openTarget(client, server.acme.user, `${client.realmPath}/oauth2/authorize`);
    const answer = await target.visitor.follow(await ask(target, 'http://127.0.0.1:51004/native'));
    assert.equal(answer.status, 200, 'S049: asks again, whatever was allowed before');
    const refused = [
      'http://127.0.0.1:0/native',
      'http://127.0.0.1:/native',
      'http://127.0.0.1:65536/native',
      'http://127.0.0.1:80@evil.example/native',
      'http://127.0.0.1.evil.example/native',
      'http://127.0.0.2:5/native',
      'http://127.1:5/native',
      'http://2130706433:5/native',
      'http://[::1]:5/native',
      'http://localhost:5/native',
      'https://127.0.0.1:5/native',
      'http://127.0.0.1:5/native/',
      'http://127.0.0.1:5/other',
      'http://127.0.0.1:5/native?x',
      'http://127.0.0.1:5/native#x',
    ];
    await assertNothingLeaves(target, [...refused, ...hostileUris]);
  });
});

describe('aps-auth.md 1.3: the autodesk dialect', () => {
  const autodesk = async () =>
    server.acme.register({ dialect: 'autodesk', redirectUris: [registered, registeredPattern] });

  test('v2 sends nowhere but to the registered text and what its star stands for', async () => {
    const target = await openTarget(await autodesk(), server.acme.user, '/authentication/v2/authorize');
    await assertNothingLeaves(target, [...hostileUris, ...addedQueries, ...hostileToPattern]);
    await assertNoQueryLeaves(target);
    const uri = 'https://client.example/wild/x/y';
    assert.ok((await ask(target, uri)).headers.location?.startsWith(`${uri}?code=`));
  });

  test('v1 takes added queries as well, and its answer cannot be forged by them', async () => {
    const client = await autodesk();
    const target = await openTarget(client, server.acme.user, '/authentication/v1/authorize', {
      code_challenge: undefined,
      code_challenge_method: undefined,
    });
    await assertNothingLeaves(target, [...hostileUris, ...hostileToPattern]);
    await assertNoQueryLeaves(target);
    for (const uri of addedQueries) {
      const { location = '' } = (await ask(target, uri)).headers;
      assert.ok(location.startsWith(uri), `${uri}: ${location}`);
      const { origin, pathname, searchParams, hash } = new URL(location);
      assert.equal(`${origin}${pathname}${hash}`, registered);
      assert.ok(
        searchParams.getAll('code').some((code) => code !== 'forged'),
        location,
      );
    }
  });

  test('v1 gives no token away by an implicit return either', async () => {
    const target = await openTarget(await autodesk(), server.acme.user, '/authentication/v1/authorize');
    const changes = { response_type: 'token', code_challenge: undefined, code_challenge_method: undefined };
    const uris = [...hostileUris, ...hostileToPattern].filter((_, at) => at % 3 === 0);
    await inTurns(uris, async (uri) => assertStaysHere(await ask(target, uri, changes), uri));
  });
});

describe('usergrid-auth.md 5, flaw: any redirect URI', () => {
  /** With the right name and password, as somebody would type them who was sent there. */
  async function assertNothingLeavesTheForm(client: AttackedClient, account: Account): Promise<void> {
    const path = `${client.realmPath}/authorize`;
    const visitor = new Visitor(server);
    await authorize(visitor, client, account);
    const { username, password } = account;
    await inTurns([...hostileUris, ...addedQueries], async (uri) => {
      // Without one, and without script, a member of the organization is shown the token: a page of our own.
      if (uri.trim() === '') return;
      const request = requestOf(client, { redirect_uri: uri });
      const page = await visitor.get(path, { query: request });
      assert.equal(page.headers.location, undefined, uri);
      assert.equal(page.status, 200, `${uri} ${page.text}`);
      assertStaysHere(await visitor.post(path, { form: { ...request, username, password } }), uri);
    });
    const sound = { ...requestOf(client), username, password };
    const answer = await visitor.post(path, { form: sound });
    assert.equal(answer.status, 303, 'not the 307 of the original, which repeats the password elsewhere');
    assert.ok(answer.headers.location?.startsWith(`${registered}?code=`), answer.headers.location);
  }

  test('an application sends its users nowhere but to the registered text', async () => {
    const client = await server.acme.register({ dialect: 'usergrid' });
    await assertNothingLeavesTheForm(client, server.acme.user);
  });

  test('the management realm sends its admin users nowhere but to the registered text', async () => {
    const client = await server.acme.registerForAdmins({ dialect: 'usergrid' });
    await assertNothingLeavesTheForm(client, server.acme.admin);
  });

  test('flaw: nobody is redirected to what stands in state', async () => {
    const client = await server.acme.register({ dialect: 'usergrid' });
    const { username, password } = server.acme.user;
    const path = `${client.realmPath}/authorize`;
    for (const state of ['https://evil.example/', '//evil.example', 'javascript:alert(1)']) {
      for (const redirect_uri of ['', registered]) {
        const form = { ...requestOf(client, { state, redirect_uri }), username, password };
        const answer = await new Visitor(server).post(path, { form });
        const { location } = answer.headers;
        const isAnswer =
          location === undefined || /^(https:\/\/client\.example\/cb\?|\/account\/)/.test(location);
        assert.ok(answer.status < 500 && isAnswer, `${answer.status} ${location}`);
      }
    }
  });
});

describe('S141 logout', () => {
  const postLogoutRedirectUris = [registered];

  test('the standard dialect leads nowhere but to the registered text', async () => {
    const client = await server.acme.register({ postLogoutRedirectUris });
    const tokens = await obtainTokens(server, client, server.acme.user);
    const path = `${client.realmPath}/oauth2/logout`;
    const leaving = (uri: string) => ({ id_token_hint: tokens.id_token, post_logout_redirect_uri: uri });
    await inTurns([...hostileUris, ...addedQueries], async (uri) => {
      const answer = await new Visitor(server).get(path, { query: leaving(uri) });
      assert.ok(answer.status < 500, uri);
      assert.equal(answer.headers.location, undefined, uri);
    });
    const answer = await new Visitor(server).get(path, { query: leaving(registered) });
    assert.equal(answer.headers.location, registered);
  });

  test('the autodesk dialect leads nowhere but to the registered text', async () => {
    const client = await server.acme.register({ dialect: 'autodesk', postLogoutRedirectUris });
    for (const uri of [...hostileUris, ...addedQueries].filter((_, at) => at % 4 === 0)) {
      const visitor = new Visitor(server);
      const query = { post_logout_redirect_uri: uri, client_id: client.id };
      const answer = await visitor.get('/authentication/v2/logout', { query });
      assert.ok(answer.status < 500, uri);
      assert.equal(answer.headers.location, undefined, uri);
    }
  });
});
