import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { destinationOf, formTargetsTo } from './form-targets.ts';

test('a form may lead to web sites, and to the program of a scheme by its name', () => {
  assert.deepEqual(formTargetsTo('127.0.0.1:8080'), ['https:', 'http:']);
  assert.deepEqual(formTargetsTo(undefined), ['https:', 'http:']);
  assert.deepEqual(formTargetsTo('javascript:'), ['https:', 'http:']);
  for (const written of ['com.example.app', 'com.example.app:', 'Com.Example.App://']) {
    assert.deepEqual(formTargetsTo(written), ['https:', 'http:', 'com.example.app:']);
  }
});

test('no destination adds anything but a scheme to the policy', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (destination) => {
      for (const target of formTargetsTo(destination)) assert.match(target, /^[a-z][a-z0-9+.-]*:$/);
    }),
  );
});

test('a URI leads to its host or, without one, to its scheme', () => {
  assert.equal(destinationOf('https://client.example:8443/cb'), 'client.example:8443');
  assert.equal(destinationOf('com.example.app:/cb'), 'com.example.app:');
  assert.equal(destinationOf('no uri'), undefined);
});
