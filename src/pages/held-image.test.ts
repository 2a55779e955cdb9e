import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heldImage } from './held-image.ts';

test('S053: only pictures that stand in the server itself are shown', () => {
  assert.equal(heldImage('data:image/webp;base64,UklGRg=='), 'data:image/webp;base64,UklGRg==');
  const others = [
    'https://client.example/logo.png',
    '//client.example/logo.png',
    'data:image/svg+xml;base64,PHN2Zz4=',
    'data:text/html;base64,PHA+',
    'data:image/png;base64,AA==" onerror="x',
    'data:image/png,AA',
    `data:image/png;base64,${'A'.repeat(70_000)}`,
    undefined,
    {},
  ];
  for (const other of others) assert.equal(heldImage(other), undefined);
});
