import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isSecretName, redactLine, redactUrl } from './redaction.ts';

const urls: [title: string, url: string, shown: string][] = [
  [
    'leaves a URL without secrets as it is',
    '/o/a/users?ql=select%20*&limit=3',
    '/o/a/users?ql=select%20*&limit=3',
  ],
  [
    'cuts an access token',
    '/o/a/users?access_token=s3cret&limit=3',
    '/o/a/users?access_token=[redacted]&limit=3',
  ],
  [
    'keeps the client id and cuts the client secret',
    '/o/a?client_id=b3U6&client_secret=s3cret',
    '/o/a?client_id=b3U6&client_secret=[redacted]',
  ],
  [
    'cuts passwords of sign-ins and changes',
    '/management/me?username=u&password=s3cret&oldpassword=s3cret&newpassword=s3cret&pin=s3cret',
    '/management/me?username=u&password=[redacted]&oldpassword=[redacted]&newpassword=[redacted]&pin=[redacted]',
  ],
  [
    'cuts the token of a mailed link',
    '/management/users/u/confirm?token=s3cret',
    '/management/users/u/confirm?token=[redacted]',
  ],
  [
    'cuts a code and a refresh token',
    '/cb?code=s3cret&refresh_token=s3cret',
    '/cb?code=[redacted]&refresh_token=[redacted]',
  ],
  [
    'drops the query of an authorize request',
    '/management/authorize?x=s3cret',
    '/management/authorize?[redacted]',
  ],
  ['drops the query of a token request', 'https://h/o/a/token?x=s3cret', 'https://h/o/a/token?[redacted]'],
  ['drops it with a slash at the end too', '/o/a/token/?x=s3cret', '/o/a/token/?[redacted]'],
  ['drops it when the path comes in disguise', '/o/a/%74oken?x=s3cret', '/o/a/%74oken?[redacted]'],
  ['cuts a name in disguise', '/o?access%5Ftoken=s3cret', '/o?access%5Ftoken=[redacted]'],
  ['cuts the name and password of an absolute URL', 'smtp://u:s3cret@h/p', 'smtp://h/p'],
  ['drops the fragment', '/cb?a=1#access_token=s3cret', '/cb?a=1'],
  ['survives a broken percent sign', '/o/%?%=1&token=s3cret', '/o/%?%=1&token=[redacted]'],
];

for (const [title, url, shown] of urls) test(`redactUrl ${title}`, () => assert.equal(redactUrl(url), shown));

test('redactUrl never throws, and cuts a secret parameter wherever it stands', () => {
  const property = fc.property(fc.webUrl({ withQueryParameters: true }), fc.string(), (url, any) => {
    redactUrl(any);
    const separator = url.includes('?') ? '&' : '?';
    assert.doesNotMatch(redactUrl(`${url}${separator}access_token=s3cret-s3cret`), /s3cret-s3cret/);
  });
  fc.assert(property);
});

test('knows a secret by its name in every spelling', () => {
  for (const name of ['access_token', 'accessToken', 'Set-Cookie', 'OLDPASSWORD', 'pin']) {
    assert.ok(isSecretName(name), name);
  }
  for (const name of ['client_id', 'token_type', 'shipping', 'username'])
    assert.ok(!isSecretName(name), name);
});

test('redactLine replaces the value of a secret member at any depth, of any kind', () => {
  const line = JSON.stringify({
    password: 's3cret "quoted" \\',
    deep: [{ deeper: { clientSecret: 's3cret', pin: 53 } }],
    headers: { 'set-cookie': ['s3cret', 's3cret'], authorization: 'x' },
    username: 'kept',
  });
  assert.deepEqual(JSON.parse(redactLine(line)), {
    password: '[redacted]',
    deep: [{ deeper: { clientSecret: '[redacted]', pin: '[redacted]' } }],
    headers: { 'set-cookie': '[redacted]', authorization: '[redacted]' },
    username: 'kept',
  });
});

const texts: [title: string, text: string, shown: string][] = [
  [
    'parameters',
    'Route GET:/o?access_token=s3cret&limit=1 not found',
    'Route GET:/o?access_token=[redacted]&limit=1 not found',
  ],
  ['authorization values', 'got Bearer s3crets3cret', 'got Bearer [redacted]'],
  ['quoted bodies', 'near "{"password": "s3cret", x}"', 'near "{"password":"[redacted]", x}"'],
  ['Usergrid tokens', `for YWMt${'s3cret'.repeat(10)}.`, 'for [redacted].'],
  ['signed tokens', 'for eyJhbGciOiJF.eyJzdWIiOiIx.c2lnbmF0dXJl.', 'for [redacted].'],
];

for (const [title, text, shown] of texts) {
  test(`redactLine replaces ${title} within a text`, () => {
    assert.deepEqual(JSON.parse(redactLine(JSON.stringify({ msg: text }))), { msg: shown });
  });
}

test('redactLine keeps what errors are called by, and cuts authorization codes', () => {
  const codeShown = (code: string) => JSON.parse(redactLine(JSON.stringify({ code }))).code;
  for (const code of ['ECONNREFUSED', 'entity_not_found', 'ERR_STREAM_DESTROYED', '23505']) {
    assert.equal(codeShown(code), code);
  }
  for (const code of ['BCDF-GHJK', '9fQ2x8Kq_0pL', 'abcdefghijklmnopqrstuvwxyz']) {
    assert.equal(codeShown(code), '[redacted]');
  }
});

test('redactLine keeps client ids, and makes of every JSON line a JSON line', () => {
  const clientId = 'b3U6M90FY80MEeG89xIxPRxEkQ';
  assert.match(redactLine(JSON.stringify({ client: clientId })), new RegExp(clientId));
  const anyFields = fc.dictionary(fc.oneof(fc.string(), fc.constant('token')), fc.jsonValue());
  fc.assert(fc.property(anyFields, (fields) => void JSON.parse(redactLine(JSON.stringify(fields)))));
});
