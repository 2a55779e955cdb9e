import assert from 'node:assert/strict';
import { test } from 'node:test';
import { networkOf } from './address-network.ts';

test('an IPv4 address stands for itself, also when it comes through IPv6', () => {
  assert.equal(networkOf('192.0.2.7'), '192.0.2.7');
  assert.equal(networkOf('::ffff:192.0.2.7'), '192.0.2.7');
});

test('an IPv6 address stands for its /64, however it is written', () => {
  const network = '2001:db8:0:1::/64';
  assert.equal(networkOf('2001:db8:0:1:aaaa::1'), network);
  assert.equal(networkOf('2001:0DB8:0000:0001:ffff:ffff:ffff:ffff'), network);
  assert.equal(networkOf('2001:db8:0:1::'), network);
  assert.notEqual(networkOf('2001:db8:0:2::1'), network);
});

test('the loopback address and addresses with a zone are read', () => {
  assert.equal(networkOf('::1'), '0:0:0:0::/64');
  assert.equal(networkOf('fe80::1%eth0'), 'fe80:0:0:0::/64');
});
