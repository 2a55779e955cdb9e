/** `/account`: what a user sees of sessions and grants, and ends at once. oauth-standards.md 2. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { call } from '../support/http.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import type { Tenant } from '../support/tenant.ts';
import { type Visited, Visitor } from '../support/visitor.ts';
import {
  asAdmin,
  asUser,
  createAuthorizeTenant,
  delegatedToken,
  managementPath,
  pathOf,
  registerClient,
} from '../usergrid/authorize-world.ts';
import {
  accountOf,
  accountPath,
  allowBuiltInClient,
  formsTo,
  press,
  type Realm,
  refresh,
  signInAt,
} from './account-world.ts';

let server: RunningServer;
let tenant: Tenant;

before(async () => {
  server = await startServer();
});
after(async () => {
  await server?.stop();
});

const dataOf = ({ organization, application }: Tenant): string => `GET /${organization}/${application}/users`;

for (const realm of ['management', 'application'] as Realm[]) {
  describe(`the account page of the ${realm} realm`, () => {
    before(async () => {
      tenant = await createAuthorizeTenant(server);
    });

    test('asks to sign in, and comes as a page that needs no script', async () => {
      const visitor = new Visitor(server);
      const form = await visitor.get(accountPath(tenant, realm));
      assert.equal(form.status, 200);
      assert.doesNotMatch(form.text, /<script/);
      assert.equal(form.headers['x-frame-options'], 'DENY');
      assert.equal(form.headers['cache-control'], 'no-store');
      const wrong = await visitor.submit(form, { username: 'nobody', password: 'wrong' });
      assert.equal(wrong.status, 400);
      assert.match(wrong.text, /do not match/);
      const { username, password } = accountOf(tenant, realm);
      const right = await visitor.submit(wrong, { username, password });
      assert.equal(right.headers.location, accountPath(tenant, realm));
      const page = await visitor.follow(right);
      assert.ok(page.text.includes(username));
      assert.doesNotMatch(page.text, /<script/);
    });

    test('S051: a grant is listed, and ended at once with all its tokens', async () => {
      const allowed = await allowBuiltInClient(server, tenant, realm);
      assert.equal((await call(server, dataOf(tenant), { bearer: allowed.accessToken })).status, 200);
      const { visitor, page } = await signInAt(server, tenant, realm);
      assert.equal(formsTo(page, 'end-grant').length, 1);
      assert.match(page.text, /read your data/i);
      const ended = await press(visitor, page, 'end-grant');
      assert.match(ended.text, /Its access has ended/);
      assert.equal(formsTo(ended, 'end-grant').length, 0);
      assert.equal((await call(server, dataOf(tenant), { bearer: allowed.accessToken })).status, 401);
      assert.equal((await refresh(server, allowed)).body.error, 'invalid_grant');
    });

    test('UA-76 UA-79 who ends all tokens of a user ends refresh tokens too, and the grant stays', async () => {
      const own = await createAuthorizeTenant(server);
      const allowed = await allowBuiltInClient(server, own, realm);
      const { username } = accountOf(own, realm);
      const base = realm === 'management' ? '/management' : `/${own.organization}/${own.application}`;
      const path = `PUT ${base}/users/${username}/revoketokens`;
      const ended = await call(server, path, { bearer: own.admin.token });
      assert.equal(ended.status, 200, ended.text);
      assert.equal((await call(server, dataOf(own), { bearer: allowed.accessToken })).status, 401);
      assert.equal((await refresh(server, allowed)).body.error, 'invalid_grant');
      const { page } = await signInAt(server, own, realm);
      assert.equal(formsTo(page, 'end-grant').length, 1);
    });

    test('a grant that was ended may be given anew, and its tokens live', async () => {
      const allowed = await allowBuiltInClient(server, tenant, realm);
      assert.equal((await call(server, dataOf(tenant), { bearer: allowed.accessToken })).status, 200);
    });

    test('pressing a button twice, for what has ended already, is no error', async () => {
      const { visitor, page } = await signInAt(server, tenant, realm);
      await press(visitor, page, 'end-grant');
      assert.match((await press(visitor, page, 'end-grant')).text, /Its access has ended/);
    });

    test('other browsers are listed, and signed out one by one', async () => {
      const first = await signInAt(server, tenant, realm);
      const second = await signInAt(server, tenant, realm);
      const page = await second.visitor.get(accountPath(tenant, realm));
      assert.match(page.text, /this browser/);
      const before = formsTo(page, 'end-session').length;
      assert.ok(before >= 1);
      const after = await press(second.visitor, page, 'end-session');
      assert.match(after.text, /That browser is signed out/);
      assert.equal(formsTo(after, 'end-session').length, before - 1);
      const ofFirst = await first.visitor.get(accountPath(tenant, realm));
      assert.equal(formsTo(ofFirst, 'sign-in').length, 1, 'the newest of the others was the first browser');
    });

    test('and all at once, but the one that asks', async () => {
      const others = [await signInAt(server, tenant, realm), await signInAt(server, tenant, realm)];
      const { visitor, page } = await signInAt(server, tenant, realm);
      const after = await press(visitor, page, 'end-other-sessions');
      assert.equal(formsTo(after, 'end-session').length, 0);
      assert.match(after.text, /this browser/);
      for (const other of others) {
        const seen = await other.visitor.get(accountPath(tenant, realm));
        assert.equal(formsTo(seen, 'sign-in').length, 1);
      }
    });

    test('signing out ends the session, not only the cookie', async () => {
      const { visitor, page } = await signInAt(server, tenant, realm);
      const stolen = visitor.cookieHeader();
      const after = await press(visitor, page, 'sign-out');
      assert.match(after.text, /You are signed out/);
      assert.equal(visitor.cookies.size, 0);
      const again = await call(server, `GET ${accountPath(tenant, realm)}`, { headers: stolen });
      assert.match(again.text, /name="password"/);
    });

    test('S037: a form without its token, or with that of another session, does nothing', async () => {
      const allowed = await allowBuiltInClient(server, tenant, realm);
      const { visitor, page } = await signInAt(server, tenant, realm);
      const other = await signInAt(server, tenant, realm);
      const fields = Object.fromEntries(formsTo(page, 'end-grant')[0]?.fields ?? []);
      const foreign = Object.fromEntries(formsTo(other.page, 'end-grant')[0]?.fields ?? []);
      for (const form_token of ['', 'x', String(foreign.form_token)]) {
        for (const name of ['end-grant', 'end-session', 'end-other-sessions', 'sign-out']) {
          const path = `${accountPath(tenant, realm)}/${name}`;
          const refused = await visitor.post(path, { form: { ...fields, form_token } });
          assert.equal(refused.status, 403, name);
        }
      }
      assert.equal((await call(server, dataOf(tenant), { bearer: allowed.accessToken })).status, 200);
      assert.equal(formsTo(await visitor.get(accountPath(tenant, realm)), 'sign-in').length, 0);
    });

    test("ends nothing of anybody else's, whatever the form names", async () => {
      const other = await createAuthorizeTenant(server);
      const theirs = await allowBuiltInClient(server, other, realm);
      const them = await signInAt(server, other, realm);
      const grant = Object.fromEntries(formsTo(them.page, 'end-grant')[0]?.fields ?? []).grant ?? '';
      const { visitor, page } = await signInAt(server, tenant, realm);
      const own = Object.fromEntries(formsTo(page, 'sign-out')[0]?.fields ?? []);
      for (const [name, field] of [
        ['end-grant', { grant }],
        ['end-session', { session: grant }],
        ['end-grant', { grant: "x' or 1=1" }],
        ['end-session', { session: '' }],
      ] as const) {
        const path = `${accountPath(tenant, realm)}/${name}`;
        assert.equal((await visitor.post(path, { form: { ...own, ...field } })).status, 303);
      }
      assert.equal((await call(server, dataOf(other), { bearer: theirs.accessToken })).status, 200);
      assert.equal(formsTo(await them.visitor.get(accountPath(other, realm)), 'sign-in').length, 0);
    });

    test('the session of one realm is none in another', async () => {
      const elsewhere: Realm = realm === 'management' ? 'application' : 'management';
      const { visitor } = await signInAt(server, tenant, realm);
      const page = await visitor.get(accountPath(tenant, elsewhere));
      assert.equal(formsTo(page, 'sign-in').length, 1);
    });

    test('the session that the sign-in page of Usergrid began counts here too', async () => {
      const visitor = new Visitor(server);
      const path = realm === 'management' ? managementPath : pathOf(tenant);
      await visitor.post(path, { form: realm === 'management' ? asAdmin(tenant) : asUser(tenant) });
      const page = await visitor.get(accountPath(tenant, realm));
      assert.equal(formsTo(page, 'end-grant').length, 1);
    });
  });
}

type List = 'grants' | 'sessions';

/** Where a link beside a list leads; browsers keep to themselves what is behind the `#`. */
const linkOf = (page: Visited, list: List, rel: 'prev' | 'next'): string | undefined =>
  new RegExp(`href="([^"#]*)#${list}" rel="${rel}"`).exec(page.text)?.[1]?.replaceAll('&amp;', '&');

test('many grants are shown page by page, in both directions, beside the sessions', async () => {
  const own = await createAuthorizeTenant(server);
  for (let count = 0; count < 22; count++) {
    const client = await registerClient(server, own, { scopes: ['data:read'], realm: 'application' });
    await delegatedToken(server, own, client, 'application');
  }
  const { visitor, page } = await signInAt(server, own, 'application');
  assert.equal(formsTo(page, 'end-grant').length, 20);
  const grantsOn = (shown: Visited) =>
    formsTo(shown, 'end-grant').map(({ fields }) => new Map(fields).get('grant'));
  const follow = (shown: Visited, rel: 'prev' | 'next', list: List = 'grants') =>
    visitor.get(String(linkOf(shown, list, rel)));
  const second = await follow(page, 'next');
  assert.equal(grantsOn(second).length, 2);
  assert.equal(linkOf(second, 'grants', 'next'), undefined);
  const both = await follow(second, 'next', 'sessions');
  assert.deepEqual(grantsOn(both), grantsOn(second));
  assert.ok(linkOf(both, 'sessions', 'prev'));
  assert.equal(new Set([...grantsOn(page), ...grantsOn(second)]).size, 22);
  const back = await follow(second, 'prev');
  assert.deepEqual(grantsOn(back), grantsOn(page));
  assert.equal(linkOf(back, 'grants', 'prev'), undefined);
  await press(visitor, second, 'end-grant');
  await press(visitor, second, 'end-grant', 1);
  assert.deepEqual(grantsOn(await follow(page, 'next')), grantsOn(page), 'nothing is left behind it');
  for (const odd of ['0', '-1', '99', 'x', '1e9', `after-${'9'.repeat(15)}-${own.user.uuid}`]) {
    const clamped = await visitor.get(
      `${accountPath(own, 'application')}?grants=${odd}&sessions=${odd}&done=constructor`,
    );
    assert.equal(clamped.status, 200);
  }
});

test('who comes back to the address of a failed sign-in is shown the form again', async () => {
  const own = await createAuthorizeTenant(server);
  for (const realm of ['management', 'application'] as Realm[]) {
    const { status, headers } = await call(server, `GET ${accountPath(own, realm)}/sign-in`);
    assert.deepEqual([status, headers.location], [303, accountPath(own, realm)]);
  }
});

test('an application that is not there has no account page', async () => {
  for (const path of ['/account/nobody/nothing', '/account/management/nothing']) {
    const page = await call(server, `GET ${path}`);
    assert.equal(page.status, 404);
    assert.match(String(page.headers['content-type']), /^text\/html/);
  }
});
