import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeConfiguration } from './describe-configuration.ts';
import { loadConfiguration } from './load-configuration.ts';

function rowsOf(revealSecrets: boolean) {
  const environment = {
    KEYGRID_SUPERUSER_PASSWORD: 'hunter2-hunter2',
    KEYGRID_DATABASE_URL: 'postgres://grid:hunter2@db.example/grid?password=hunter2',
    KEYGRID_TRUST_PROXY: 'loopback,10.0.0.0/8',
  };
  const { configuration, sources } = loadConfiguration({ environment, flags: { port: '9000' } });
  const rows = describeConfiguration(configuration, sources, { revealSecrets });
  return new Map(rows.map((row) => [row.environment, row]));
}

test('shows every setting with its source', () => {
  const rows = rowsOf(false);
  assert.deepEqual([rows.get('KEYGRID_PORT')?.value, rows.get('KEYGRID_PORT')?.source], ['9000', 'flag']);
  assert.equal(rows.get('KEYGRID_TRUST_PROXY')?.value, 'loopback,10.0.0.0/8');
  assert.equal(rows.get('KEYGRID_SMTP_URL')?.value, '');
});

test('hides secrets, and within a URL only what may be one', () => {
  const rows = rowsOf(false);
  assert.equal(rows.get('KEYGRID_SUPERUSER_PASSWORD')?.value, '(hidden)');
  assert.equal(rows.get('KEYGRID_DATABASE_URL')?.value, 'postgres://grid:hidden@db.example/grid?hidden');
  assert.doesNotMatch(JSON.stringify([...rows]), /hunter2/);
});

test('shows secrets to who asks for them', () => {
  assert.equal(rowsOf(true).get('KEYGRID_SUPERUSER_PASSWORD')?.value, 'hunter2-hunter2');
});
