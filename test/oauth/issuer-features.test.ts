import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ClientStore } from '../../src/core/clients/client.ts';
import { createIssuerFeatures } from '../../src/core/oidc/issuer-features.ts';
import { type ClientsWorld, openClientsWorld } from './oauth-world.ts';

let world: ClientsWorld;
before(async () => {
  world = await openClientsWorld();
});
after(() => world.close());

/** Over the world's own store, whose answers wait until they are let go. */
function watched() {
  const { clients, changes } = world.storage;
  const waiting: (() => void)[] = [];
  let looks = 0;
  const listOfOrganization: ClientStore['listOfOrganization'] = async (...asked) => {
    looks += 1;
    const found = await clients.listOfOrganization(...asked);
    await new Promise<void>((resolve) => waiting.push(resolve));
    return found;
  };
  const features = createIssuerFeatures({ store: { listOfOrganization }, cache: world.cache, changes });
  const hasImplicit = async () =>
    (await features.ofRealm(world.application.key)).grantTypes.includes('implicit');
  async function letGoUntil<Result>(end: Promise<Result>): Promise<Result> {
    let isOver = false;
    const over = (): void => {
      isOver = true;
    };
    end.then(over, over);
    while (!isOver) {
      for (const resolve of waiting.splice(0)) resolve();
      await new Promise(setImmediate);
    }
    return end;
  }
  return {
    hasImplicit,
    letGoUntil,
    ask: () => letGoUntil(hasImplicit()),
    async lookUnderWay() {
      while (waiting.length === 0) await new Promise(setImmediate);
    },
    looks: () => looks,
  };
}

test('S133 those who ask at the same time share a look, and the next ones need none until a client changes', async () => {
  const { hasImplicit, letGoUntil, ask, looks } = watched();
  const asked = Promise.all([hasImplicit(), hasImplicit(), hasImplicit()]);
  assert.deepEqual(await letGoUntil(asked), [false, false, false]);
  assert.equal(await ask(), false);
  assert.equal(looks(), 1);
  await world.register({}, { grantTypes: ['implicit'] });
  assert.equal(await ask(), true);
  assert.equal(looks(), 2);
});

test('S133 the clients of another application say nothing, and take nothing away', async () => {
  const { ask, looks } = watched();
  const { application } = await world.createApplication(world.organization.uuid, 'other');
  const before = await ask();
  await world.register({ realm: application.key }, { grantTypes: ['implicit'] });
  assert.equal(await ask(), before);
  assert.equal(looks(), 1);
});

test('S133 what was read before a change is not kept after it', async () => {
  const { hasImplicit, letGoUntil, lookUnderWay, ask, looks } = watched();
  const early = hasImplicit();
  await lookUnderWay();
  await world.register({ name: 'Late' });
  await letGoUntil(early);
  await ask();
  assert.equal(looks(), 2);
});
