import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseBasicCredentials } from './basic-credentials.ts';

const header = (text: string, scheme = 'Basic'): string =>
  `${scheme} ${Buffer.from(text, 'utf8').toString('base64')}`;
const formEncode = (text: string): string => encodeURIComponent(text).replaceAll('%20', '+');

test('S056 any id and secret that were form-encoded come back as they were', () => {
  const texts = fc.string({ unit: 'grapheme', maxLength: 40 });
  fc.assert(
    fc.property(texts, texts, (clientId, clientSecret) => {
      const found = parseBasicCredentials(header(`${formEncode(clientId)}:${formEncode(clientSecret)}`));
      assert.equal(found?.clientId, clientId);
      assert.equal(found.clientSecret, clientSecret);
    }),
  );
});

test('S056 splits at the first colon', () => {
  const found = parseBasicCredentials(header('id:se:cr:et'));
  assert.deepEqual([found?.clientId, found?.clientSecret], ['id', 'se:cr:et']);
  assert.equal(parseBasicCredentials(header('id:'))?.clientSecret, '');
});

test('S057 keeps what came, for clients that do not encode', () => {
  const found = parseBasicCredentials(header('a+b:100%sure%41'));
  assert.deepEqual([found?.rawClientId, found?.rawClientSecret], ['a+b', '100%sure%41']);
  assert.deepEqual([found?.clientId, found?.clientSecret], ['a b', '100%sure%41']);
});

test('APS-62 the scheme is read in any case, with any number of spaces', () => {
  for (const scheme of ['basic', 'BASIC', 'Basic  ']) {
    assert.equal(parseBasicCredentials(header('id:secret', scheme))?.clientId, 'id');
  }
});

test('what is not Basic, not base64, not UTF-8 or without a colon is nothing', () => {
  const notUtf8 = `Basic ${Buffer.from([0x61, 0x3a, 0xff]).toString('base64')}`;
  const unreadable = ['', 'Basic', 'Basic ', 'Basic !!!', 'Bearer YTpi', header('nocolon'), notUtf8];
  for (const text of unreadable) assert.equal(parseBasicCredentials(text), undefined, text);
  assert.equal(parseBasicCredentials(header(`a:${'x'.repeat(3000)}`)), undefined);
});
