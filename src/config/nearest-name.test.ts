import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearestName } from './nearest-name.ts';

const known = ['host', 'port', 'publicUrl', 'logLevel'];

test('finds the name that was most likely meant', () => {
  assert.equal(nearestName('prot', known), 'port');
  assert.equal(nearestName('publicURI', known), 'publicUrl');
  assert.equal(nearestName('LOGLEVL', known), 'logLevel');
});

test('finds none for a name that resembles none, or is very long', () => {
  assert.equal(nearestName('zebra', known), undefined);
  assert.equal(nearestName('port'.repeat(10000), known), undefined);
});
