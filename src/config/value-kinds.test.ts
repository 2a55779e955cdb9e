import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as kinds from './value-kinds.ts';

/** One line a kind: what it takes, and what it refuses. */
const cases: [name: string, kind: kinds.ValueKind<unknown>, good: string[], bad: string[]][] = [
  [
    'a port',
    kinds.wholeNumber(0, 65535),
    ['0', '8080', '65535'],
    ['-1', '65536', '1e3', '0x50', '8.5', 'x', ''],
  ],
  [
    'a host',
    kinds.hostName,
    ['localhost', '::1', '10.0.0.1', 'a-b.c'],
    ['1.2.3', 'a b', 'http://x', 'a..b', '-a', 'a.256'],
  ],
  [
    'networks',
    kinds.networks,
    ['none', 'loopback', '10.0.0.0/8, ::1', 'fd00::/8'],
    ['true', '10.0.0.0/33', '10.0.0.0/', '10/8', '', '1.1.1.1/8/8'],
  ],
  [
    'a PostgreSQL URL',
    kinds.urlOfScheme('', 'postgres', 'postgresql'),
    ['postgres://u:p@h/d', 'postgresql://h', 'postgres:///d?host=/run/postgresql'],
    ['mysql://h/d', 'postgres://', 'h:5432', ''],
  ],
  ['an address', kinds.mailAddress, ['a+b@example.com'], ['a', 'a@b@c', 'a@b,c@d', 'A <a@b>', 'a b@c']],
  ['a mailbox', kinds.mailbox, ['a@b', 'A B <a@b>'], ['A B', 'A <a>', 'A\r\nBcc: x <a@b>', 'a@b, c@d']],
  ['a boolean', kinds.yesOrNo, ['true', 'No', 'on', '0'], ['maybe', '2', '']],
  ['a directory', kinds.directory, ['./data', '/var/lib/keygrid'], ['a\0b']],
];

for (const [name, kind, good, bad] of cases) {
  test(`reads ${name} and refuses what is none`, () => {
    for (const text of good) assert.notEqual(kind.parse(text), undefined, text);
    for (const text of bad) assert.equal(kind.parse(text), undefined, text);
  });
}

test('what is shown can be given again', () => {
  const value = kinds.networks.parse('10.0.0.0/8, ::1');
  assert.deepEqual(value, ['10.0.0.0/8', '::1']);
  assert.deepEqual(kinds.networks.parse(kinds.networks.render(value!)), value);
  assert.deepEqual(kinds.networks.parse(kinds.networks.render([])), []);
});
