import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exampleAccount, exampleClient, exampleScopes } from '../../test/support/example-pages.ts';
import { assertOnlyText, fieldNames, readMarkup } from '../../test/support/markup.ts';
import { type ConsentPageModel, consentPage } from './consent-page.ts';
import { renderPage } from './layout.ts';

const page = {
  interaction: 'i1',
  formToken: 't1',
  client: exampleClient,
  account: exampleAccount,
  scopes: exampleScopes('data:read', 'openid', 'data:create', 'plans:approve'),
};
const model: ConsentPageModel = { page, action: '/consent', switchAccount: '/switch' };
const render = (change: Partial<ConsentPageModel> = {}): string =>
  readMarkup(renderPage(consentPage({ ...model, ...change })));
const withClient = (change: Partial<typeof exampleClient>): Partial<ConsentPageModel> => ({
  page: { ...page, client: { ...exampleClient, ...change } },
});

test('S048: consent shows client, organization, redirect host, and each scope in plain words', () => {
  const markup = render();
  for (const text of [
    'Plan Viewer',
    'by Baumann Architects',
    'viewer.baumann.example',
    'Read your files and data',
  ]) {
    assert.ok(markup.includes(text), text);
  }
  assert.match(markup, /Use <code>plans:approve<\/code>/);
});

test('S048: consent says that a client registered itself, and that any program could claim its address', () => {
  assert.doesNotMatch(render(), /caution/);
  assert.match(render({ selfRegistered: true }), /Nobody has checked who is behind it/);
  assert.match(render(withClient({ unproven: true })), /Any program on your device could say that it is/);
});

test('scopes of one family stand together, those that nobody described at the end', () => {
  const words = [...render().matchAll(/<d[td]>(.*?)<\/d[td]>/g)].map(([, text]) =>
    text?.replace(/<[^>]*>/g, ''),
  );
  assert.deepEqual(words, [
    'Your data',
    'Read your files and data',
    'Add new files and data for you',
    'Who you are',
    'Know who you are allowed before',
    'Also asked for',
    'Use plans:approve',
  ]);
});

test('allow and refuse are two buttons of one form with its token', () => {
  assert.deepEqual(fieldNames(render()), ['interaction', 'form_token', 'decision', 'decision']);
  assert.match(render(), /value="allow">Allow.*value="refuse">Refuse/s);
});

test('scopes can be left out one by one where the page offers it, but for openid', () => {
  const markup = render({ choosableScopes: true });
  assert.match(markup, /type="hidden" name="scopes_chosen" value="1"/);
  const boxes = [...markup.matchAll(/type="checkbox" name="scope" value="([^"]*)" checked/g)];
  assert.deepEqual(
    boxes.map(([, name]) => name),
    ['data:read', 'data:create', 'plans:approve'],
  );
});

test('whoever is signed in is shown, and can be another account', () => {
  assert.match(
    render(),
    /Signed in as <\/span><strong>Jane Okafor.*jane@northwind\.example.*href="\/switch"/s,
  );
});

test('S053: links of a client are http or https, and tell nothing about where the user came from', () => {
  const links = [...render().matchAll(/<a [^>]*target="_blank"[^>]*>/g)].map(([link]) => link);
  assert.equal(links.length, 2);
  for (const link of links) assert.match(link, /href="https:\/\/.*rel="noopener noreferrer"/);
  for (const policyUri of [
    'javascript:alert(1)',
    'data:text/html,x',
    '//x.example',
    'https://x.example/ y',
    'HTTPS:x',
  ]) {
    assert.doesNotMatch(render(withClient({ policyUri, termsUri: undefined })), /target="_blank"/, policyUri);
  }
});

test('S053: no logo is loaded from elsewhere', () => {
  assert.doesNotMatch(render(withClient({ logoUri: 'https://client.example/logo.png' })), /client\.example/);
  assert.match(
    render(withClient({ logoUri: 'data:image/png;base64,iVBORw0KGgo=' })),
    /<img class="mark large" src="data:image\/png;base64,iVBORw0KGgo=" alt=""/,
  );
});

test('S053: no value from outside becomes markup', () => {
  const pageOf = (value: string) =>
    consentPage({
      page: {
        interaction: value,
        formToken: value,
        client: { ...exampleClient, name: value, organization: value, destination: value, unproven: true },
        account: { username: value, name: value, email: 'x' },
        scopes: [{ name: value, description: undefined, allowed: true }],
      },
      action: value,
      switchAccount: value,
      selfRegistered: true,
      choosableScopes: true,
    });
  assertOnlyText(pageOf);
  for (const target of pageOf("x'; script-src *").policy?.formTargets ?? [])
    assert.match(target, /^[a-z.]+:$/);
});
