/** What an application's settings may not say. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfiguration } from '../../src/config/index.ts';
import { longestUserTokenLifetime } from '../../src/core/tenancy/token-lifetimes.ts';
import { openKeygrid } from '../../src/main/open-keygrid.ts';
import { createLog, createRandomSource, systemClock } from '../../src/platform/index.ts';
import { makeTemporaryDirectory } from '../support/guardian.ts';

test('no setting shortens how long revocations are remembered', async () => {
  const environment = { KEYGRID_DATA: await makeTemporaryDirectory('data') };
  const { configuration } = loadConfiguration({ environment });
  const ports = { clock: systemClock, random: createRandomSource(), log: createLog({ level: 'error' }) };
  const { core, close } = await openKeygrid({ configuration, ports, exclusive: true });
  const organization = await core.tenancy.createOrganization('acme', {}, undefined, {
    sandbox: false,
    activated: true,
  });
  const application = await core.tenancy.createApplication(organization, 'app');
  await core.tenancy.updateApplication(application, { accesstokenttl: 0 });
  const patch = { accesstokenttl: null, longestAccessTokenTtl: 0 };
  const changed = await core.tenancy.updateApplication(application, patch);
  assert.equal(longestUserTokenLifetime(changed), Number.POSITIVE_INFINITY);
  await close();
});
