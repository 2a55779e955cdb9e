import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  exampleAccount,
  exampleClient,
  examplePages,
  exampleScopes,
} from '../../test/support/example-pages.ts';
import { assertOnlyText, readMarkup } from '../../test/support/markup.ts';
import { type AccountOverviewModel, accountOverviewPage } from './account-overview-page.ts';
import { renderPage } from './layout.ts';

const now = Date.UTC(2026, 2, 12);
const model: AccountOverviewModel = {
  account: exampleAccount,
  formToken: 't1',
  actions: { endGrant: '/g', endSession: '/s', endOtherSessions: '/others', signOut: '/out' },
  now,
  grants: { items: [] },
  sessions: { items: [] },
};
const session = {
  id: 's1',
  userAgent: 'Firefox on Windows',
  address: '::1',
  createdAt: now,
  lastSeenAt: now,
};
const grant = {
  id: 'g1',
  client: exampleClient,
  scopes: exampleScopes('data:read'),
  createdAt: now - 40 * 86_400_000,
  lastUsedAt: now - 7_200_000,
};
const render = (change: Partial<AccountOverviewModel> = {}): string =>
  readMarkup(renderPage(accountOverviewPage({ ...model, ...change })));

/** Of the form that goes to the path. */
const formTo = (markup: string, action: string): string =>
  new RegExp(`<form class="inline" action="${action}".*?</form>`, 's').exec(markup)?.[0] ?? '';

test('S051: a grant shows who may do what, since when and when last, and can be ended', () => {
  const markup = render({ grants: { items: [grant] } });
  for (const text of ['Plan Viewer', 'Read your files and data', 'January 31, 2026', '2 hours ago']) {
    assert.ok(markup.includes(text), text);
  }
  assert.match(
    formTo(markup, '/g'),
    /name="grant" value="g1">\s*<input type="hidden" name="form_token" value="t1">/,
  );
});

test('a session shows browser, place and times, and can be ended unless it is this one', () => {
  const other = { ...session, id: 's2', userAgent: '', isThis: false };
  const markup = render({ sessions: { items: [{ ...session, isThis: true }, other] } });
  assert.match(markup, /Firefox on Windows <span class="tag">this browser</);
  assert.match(markup, /Unknown browser/);
  assert.deepEqual(
    [...markup.matchAll(/name="session" value="([^"]*)"/g)].map(([, id]) => id),
    ['s2'],
  );
  assert.match(formTo(markup, '/others'), /form_token/);
});

test('alone in the world, this browser is offered nothing to end but itself', () => {
  const markup = render({ sessions: { items: [{ ...session, isThis: true }] } });
  assert.equal(formTo(markup, '/others'), '');
  assert.match(formTo(markup, '/out'), /form_token/);
});

test('an empty list says so', () => {
  assert.match(render(), /No application has access to your account/);
});

test('a list goes on, on a page of its own, and back', () => {
  const markup = render({ grants: { items: [grant], next: '/account?after=g1' } });
  assert.match(markup, /href="\/account\?after=g1" rel="next">Next/);
  const last = render({ grants: { items: [], previous: '/account?before=g1' } });
  assert.match(last, /href="\/account\?before=g1" rel="prev">Previous/);
  assert.doesNotMatch(render(), /rel="(?:next|prev)"/);
});

test('sessions on other pages can be ended together from each of them', () => {
  const own = { ...session, isThis: true };
  for (const beside of [{ next: '/account?after=s1' }, { previous: '/account?before=s1' }]) {
    assert.match(formTo(render({ sessions: { items: [own], ...beside } }), '/others'), /form_token/);
  }
});

test('S037: every form of the account page has its token', () => {
  const markup = renderPage(examplePages()['account-overview']!);
  assert.equal(markup.match(/<form/g)?.length, markup.match(/name="form_token"/g)?.length);
});

test('no value from outside becomes markup', () => {
  assertOnlyText((value) =>
    accountOverviewPage({
      ...model,
      account: { username: value, name: undefined, email: undefined },
      formToken: value,
      grants: {
        items: [
          {
            ...grant,
            id: value,
            client: { name: value, organization: value, logoUri: value },
            scopes: [{ name: value, description: undefined, allowed: false }],
          },
        ],
        next: value,
      },
      sessions: { items: [{ ...session, id: value, userAgent: value, address: value, isThis: false }] },
    }),
  );
});
