import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { KeygridError } from '../errors.ts';
import type { ClientDialect, ClientType } from './client.ts';
import {
  matchRedirectUri,
  parseHttpUri,
  type RedirectingClient,
  requireRegistrableRedirectUri,
} from './redirect-uri.ts';

const client = (
  redirectUris: string[],
  dialect: ClientDialect = 'standard',
  type: ClientType = 'web',
): RedirectingClient => ({ redirectUris, dialect, type });

const exact = { allowAddedQuery: false };
const versionOne = { allowAddedQuery: true };

function isRegistrable(uri: string, dialect: ClientDialect = 'standard', type: ClientType = 'web'): boolean {
  try {
    requireRegistrableRedirectUri(uri, { dialect, type });
    return true;
  } catch (error) {
    assert.ok(error instanceof KeygridError && error.code === 'invalid_redirect_uri');
    return false;
  }
}

/** Each differs from `https://a.test/cb` in a way that some server somewhere let pass. */
const hostile = [
  'http://a.test/cb',
  'HTTPS://a.test/cb',
  'https://A.test/cb',
  'https://a.TEST/cb',
  'https://a.test/CB',
  'https://a.test/cb/',
  'https://a.test//cb',
  'https://a.test/cb//',
  'https://a.test',
  'https://a.test/',
  'https://a.test/c',
  'https://a.test/cb2',
  'https://a.test/cb/extra',
  'https://a.test/cb?x=1',
  'https://a.test/cb?',
  'https://a.test/cb#',
  'https://a.test/cb#fragment',
  'https://a.test/cb?#',
  'https://a.test:443/cb',
  'https://a.test:0443/cb',
  'https://a.test:8443/cb',
  'https://a.test:/cb',
  'https://a.test:80/cb',
  'https://a.test./cb',
  'https://a.test.evil.test/cb',
  'https://evil.test/a.test/cb',
  'https://evil-a.test/cb',
  'https://sub.a.test/cb',
  'https://a.testevil.test/cb',
  'https://evil.test?https://a.test/cb',
  'https://evil.test#https://a.test/cb',
  'https://evil.test/https://a.test/cb',
  'https://a.test@evil.test/cb',
  'https://a.test:password@evil.test/cb',
  'https://user@a.test/cb',
  'https://user:pass@a.test/cb',
  'https://@a.test/cb',
  'https://a.test%40evil.test/cb',
  'https://a.test\\@evil.test/cb',
  'https://a.test\\cb',
  'https:\\\\a.test\\cb',
  'https:/a.test/cb',
  'https:a.test/cb',
  'https:///a.test/cb',
  'https:////a.test/cb',
  '//a.test/cb',
  '/cb',
  'a.test/cb',
  'https://a.test/./cb',
  'https://a.test/x/../cb',
  'https://a.test/%2e/cb',
  'https://a.test/x/%2e%2e/cb',
  'https://a.test/x/.%2E/cb',
  'https://a.test/cb/..',
  'https://a.test/cb/.',
  'https://a.test/cb%2f..',
  'https://a.test%2fcb',
  'https://a.test/%63b',
  'https://a.test/%2563b',
  'https://a.test/cb%00',
  'https://a.test/cb%0d%0aLocation:https://evil.test',
  'https://a.test/cb\r\nLocation: https://evil.test',
  'https://a.test/cb\n',
  'https://a.test/c\tb',
  'https://a.test/cb ',
  ' https://a.test/cb',
  '\u0000https://a.test/cb',
  '\ufeffhttps://a.test/cb',
  'https://a.test/cb\u2028',
  'https://\u0430.test/cb',
  'https://a\u3002test/cb',
  'https://a.test\uff0fcb',
  'https://xn--80a.test/cb',
  'https://[::ffff:a.test]/cb',
  'https://a.test/cb;x',
  'https://a.test;evil.test/cb',
  'https://a.test,evil.test/cb',
  'https://a.test/cb&x=1',
  'https://a.test/cb%3Fx=1',
  'https://a.test/cb%23',
  'https://*.test/cb',
  'https://a.test/*',
  'javascript:alert(1)//https://a.test/cb',
  'data:text/html,https://a.test/cb',
  'view-source:https://a.test/cb',
  '',
  'null',
  'undefined',
];

for (const dialect of ['standard', 'usergrid', 'autodesk'] as const) {
  test(`S003 S007 only the very text registered matches (${dialect})`, () => {
    const registered = client(['https://a.test/cb'], dialect);
    assert.ok(matchRedirectUri(registered, 'https://a.test/cb', exact));
    for (const uri of hostile) assert.ok(!matchRedirectUri(registered, uri, exact), uri);
  });

  test(`S004 a native client is no exception to that (${dialect})`, () => {
    const registered = client(['https://a.test/cb'], dialect, 'native');
    for (const uri of hostile) assert.ok(!matchRedirectUri(registered, uri, exact), uri);
  });
}

test('APS-31 in v1 a URI registered without a query may be sent with one', () => {
  const registered = client(['https://a.test/cb'], 'autodesk');
  const accepted = hostile.filter((uri) => matchRedirectUri(registered, uri, versionOne));
  assert.deepEqual(accepted, ['https://a.test/cb?x=1', 'https://a.test/cb?']);
  assert.ok(!matchRedirectUri(client(['https://a.test/cb']), 'https://a.test/cb?x=1', versionOne));
  const withQuery = client(['https://a.test/cb?x=1'], 'autodesk');
  assert.ok(!matchRedirectUri(withQuery, 'https://a.test/cb?x=1&y=2', versionOne));
});

test('S003 a query that is registered is part of the text', () => {
  const registered = client(['https://a.test/cb?foo=bar&b=%20']);
  assert.ok(matchRedirectUri(registered, 'https://a.test/cb?foo=bar&b=%20', exact));
  for (const query of [
    '?b=%20&foo=bar',
    '?foo=bar&b=+',
    '?foo=bar',
    '?foo=bar&b=%20&c=1',
    '?FOO=bar&b=%20',
  ]) {
    assert.ok(!matchRedirectUri(registered, `https://a.test/cb${query}`, exact), query);
  }
});

test('S004 a native client chooses its port on a loopback address, and nothing else', () => {
  const registered = client(['http://127.0.0.1/cb?a=1', 'http://[::1]:7000/cb'], 'standard', 'native');
  const accepted = ['http://127.0.0.1:51004/cb?a=1', 'http://[::1]/cb', 'http://[::1]:65535/cb'];
  for (const uri of accepted) assert.ok(matchRedirectUri(registered, uri, exact), uri);
  const refused = [
    'http://127.0.0.1:0/cb?a=1',
    'http://127.0.0.1:65536/cb?a=1',
    'http://127.0.0.1:080/cb?a=1',
    'http://127.0.0.1:/cb?a=1',
    'https://127.0.0.1:5/cb?a=1',
    'http://127.0.0.2:5/cb?a=1',
    'http://127.1:5/cb?a=1',
    'http://2130706433:5/cb?a=1',
    'http://[::1]:5/cb?a=1',
    'http://[0:0:0:0:0:0:0:1]:5/cb',
    'http://[::ffff:127.0.0.1]:5/cb',
    'http://localhost:5/cb?a=1',
    'http://127.0.0.1:5/cb',
    'http://127.0.0.1:5/cb?a=1&b',
    'http://127.0.0.1:5/other?a=1',
    'http://127.0.0.1:5@evil.test/cb?a=1',
    'http://127.0.0.1.evil.test:5/cb?a=1',
  ];
  for (const uri of refused) assert.ok(!matchRedirectUri(registered, uri, exact), uri);
});

test('S004 a web client on a loopback address keeps its port', () => {
  const registered = client(['http://127.0.0.1:8080/cb']);
  assert.ok(!matchRedirectUri(registered, 'http://127.0.0.1:9090/cb', exact));
});

test('S004 localhost is loopback for native clients of the standard dialect, not of autodesk', () => {
  const uris = ['http://localhost/cb'];
  assert.ok(matchRedirectUri(client(uris, 'standard', 'native'), 'http://localhost:99/cb', exact));
  assert.ok(!matchRedirectUri(client(uris, 'autodesk', 'native'), 'http://localhost:99/cb', exact));
  const address = client(['http://127.0.0.1/cb/*'], 'autodesk', 'native');
  assert.ok(matchRedirectUri(address, 'http://127.0.0.1:99/cb/x', exact));
});

test('APS-28 APS-29 a star stands for any run of characters of path and query', () => {
  const registered = client(['https://a.test/cb/*'], 'autodesk');
  const accepted = ['https://a.test/cb/', 'https://a.test/cb/x/y', 'https://A.TEST:443/cb/x?y=1'];
  for (const uri of accepted) assert.ok(matchRedirectUri(registered, uri, versionOne), uri);
  const refused = [
    'https://a.test.evil/cb/x',
    'https://a.test@evil/cb/x',
    'https://evil@a.test/cb/x',
    'https://a.test/cb/../x',
    'https://a.test/cb/%2e%2e/x',
    'https://a.test/cb/.%2e/x',
    'https://a.test/cb/x/..',
    'https://a.test/cb/./x',
    'https://a.test/cb/..%2fx',
    'https://a.test/cb/%5c%5cevil',
    'https://a.test/cb/x%5Cy',
    'https://a.test/cb/x\\y',
    'https://a.test/cb/x%',
    'https://a.test/cb/x%zz',
    'https://a.test/cb/x y',
    'https://a.test/cb/x\u0000',
    'https://a.test/cb/x\u00e9',
    'https://a.test/cb/x#y',
    'https://a.test/cb',
    'https://a.test:8443/cb/x',
    'http://a.test/cb/x',
    'https:/a.test/cb/x',
    'https://a.test/CB/x',
    'HTTPS://a.test/cb/x',
  ];
  for (const uri of refused) assert.ok(!matchRedirectUri(registered, uri, versionOne), uri);
  assert.ok(!matchRedirectUri(registered, 'https://a.test/cb/x?y=1', exact), 'v2 adds no query');
});

test('APS-28 a star of the path does not reach into the query, nor one of the query into the path', () => {
  const registered = client(['https://a.test/*/end?return=*'], 'autodesk');
  assert.ok(matchRedirectUri(registered, 'https://a.test/x/y/end?return=/home', exact));
  assert.ok(!matchRedirectUri(registered, 'https://a.test/x?a/end?return=/home', exact));
  assert.ok(!matchRedirectUri(registered, 'https://a.test/x/end', versionOne));
  const pathOnly = client(['https://a.test/*'], 'autodesk');
  assert.ok(!matchRedirectUri(pathOnly, 'https://a.test/x?a=1', exact));
});

test('APS-32 a path is not covered by its beginning, nor another scheme by its host', () => {
  const registered = client(['http://h:8080/'], 'autodesk');
  assert.ok(!matchRedirectUri(registered, 'http://h:8080/api/auth/callback', versionOne));
  assert.ok(!matchRedirectUri(registered, 'https://h:8080/', versionOne));
});

test('APS-30 a star in scheme, user-info, host or port is refused at registration', () => {
  const refused = [
    'http*://a.test/cb',
    '*://a.test/cb',
    'https://*.test/cb',
    'https://*/cb',
    'https://a.test*/cb',
    'https://a.test:*/cb',
    'https://a.test:80*/cb',
    'https://*@a.test/cb',
    '*',
  ];
  for (const uri of refused) assert.ok(!isRegistrable(uri, 'autodesk'), uri);
  assert.ok(isRegistrable('https://a.test/*', 'autodesk'));
  assert.ok(isRegistrable('https://a.test/cb?x=*', 'autodesk'));
});

test('S003 outside the autodesk dialect no star is ever registered', () => {
  for (const dialect of ['standard', 'usergrid'] as const)
    assert.ok(!isRegistrable('https://a.test/*', dialect));
});

test('S147 APS-33 what no client may register', () => {
  const refused = [
    '',
    '/cb',
    'a.test/cb',
    '//a.test/cb',
    'https://',
    'https:a.test',
    'https:///cb',
    'https://a.test/cb#',
    'https://a.test/cb#x',
    'https://user@a.test/cb',
    'https://a.test/../cb',
    'https://a.test/%2e%2E/cb',
    'https://a.test/a%2fb',
    'https://a.test/%zz',
    'https://a.test/\u00e9',
    'https://a.test/ cb',
    'https://a.test:99999/cb',
    'https://a..test/cb',
    'https://a.test\\cb',
    `https://a.test/${'x'.repeat(2000)}`,
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc/passwd',
    'blob:https://a.test/x',
    'about:blank',
    'com.example.app:',
  ];
  for (const dialect of ['standard', 'usergrid', 'autodesk'] as const) {
    for (const type of ['web', 'native', 'service'] as const) {
      for (const uri of refused) assert.ok(!isRegistrable(uri, dialect, type), `${uri} ${dialect} ${type}`);
    }
  }
});

test('S147 the standard dialect takes http for loopback only, the two others everywhere', () => {
  assert.ok(!isRegistrable('http://a.test/cb'));
  for (const uri of ['http://127.0.0.1:8080/cb', 'http://[::1]/cb', 'http://localhost:3000/cb']) {
    assert.ok(isRegistrable(uri), uri);
  }
  assert.ok(isRegistrable('http://sampleapp.com/oauth/callback', 'autodesk'));
  assert.ok(isRegistrable('http://sampleapp.com/oauth/callback', 'usergrid'));
});

test('S147 schemes of their own are for native clients, with a dot outside the autodesk dialect', () => {
  assert.ok(isRegistrable('com.example.app:/callback', 'standard', 'native'));
  assert.ok(!isRegistrable('com.example.app:/callback', 'standard', 'web'));
  assert.ok(!isRegistrable('myapp:/cb', 'standard', 'native'));
  assert.ok(isRegistrable('myapp:/cb', 'autodesk', 'native'));
  assert.ok(isRegistrable('vscode://publisher.tool/cb', 'autodesk', 'native'));
  assert.ok(!isRegistrable('myapp:/cb/*', 'autodesk', 'native'));
});

test('rule 7 of aps-auth.md 1.3: a scheme of its own matches by its exact text only', () => {
  const registered = client(['myapp:/cb'], 'autodesk', 'native');
  assert.ok(matchRedirectUri(registered, 'myapp:/cb', versionOne));
  for (const uri of ['MYAPP:/cb', 'myapp:/cb?x=1', 'myapp://cb', 'myapp:/cb/', 'myapp:cb'])
    assert.ok(!matchRedirectUri(registered, uri, versionOne), uri);
});

const uriCharacters = fc.constantFrom(...'https://a.test/cb?x=1&*.%2e\\@#:8080 \tA'.split(''));
const anyUri = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: uriCharacters }),
  fc.constantFrom(...hostile),
  fc
    .tuple(fc.constantFrom('https://a.test/cb', 'https://a.test'), fc.string())
    .map((parts) => parts.join('')),
);

test('S003 whatever is sent, the standard dialect matches a web client by equality alone', () => {
  const registered = client(['https://a.test/cb', 'https://a.test/cb?x=1']);
  fc.assert(
    fc.property(anyUri, (uri) => {
      assert.equal(matchRedirectUri(registered, uri, versionOne), registered.redirectUris.includes(uri));
    }),
    { numRuns: 2000 },
  );
});

test('rule 3 of aps-auth.md 1.3: whatever matches a pattern leads to its host, port and folder, as browsers see it', () => {
  const registered = client(['https://a.test/cb/*'], 'autodesk');
  const candidates = fc.oneof(
    anyUri,
    fc.string({ unit: uriCharacters }).map((tail) => `https://a.test/cb/${tail}`),
  );
  fc.assert(
    fc.property(candidates, (uri) => {
      if (!matchRedirectUri(registered, uri, versionOne)) return;
      const seen = new URL(uri);
      assert.equal(seen.origin, 'https://a.test');
      assert.ok(seen.pathname.startsWith('/cb/'));
      assert.equal(seen.username + seen.password + seen.hash, '');
    }),
    { numRuns: 5000 },
  );
});

test('S147 whatever is registered as https or http leads where its text says, as browsers see it', () => {
  fc.assert(
    fc.property(anyUri, (uri) => {
      if (!isRegistrable(uri, 'autodesk')) return;
      const parts = parseHttpUri(uri);
      assert.ok(parts);
      const seen = new URL(uri);
      assert.equal(seen.hostname, parts.host.toLowerCase());
      assert.ok(matchRedirectUri(client([uri], 'autodesk'), uri, exact));
    }),
    { numRuns: 2000 },
  );
});
