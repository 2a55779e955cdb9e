/** `revoketokens` signs the account out of every browser, at once. usergrid-auth.md 6.2 and 6.3. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requireSuccess } from '../support/application.ts';
import { call } from '../support/http.ts';
import { createAuthorizeTenant } from '../usergrid/authorize-world.ts';
import { onEachEngine } from '../usergrid/connection-world.ts';
import { accountOf, accountPath, formsTo, type Realm, signInAt } from './account-world.ts';

onEachEngine((world) => {
  for (const [realm, check] of [
    ['application', 'UA-76'],
    ['management', 'UA-79'],
  ] as const satisfies [Realm, string][]) {
    for (const method of ['PUT', 'POST']) {
      test(`${check} ${method} signs a user of the ${realm} realm out of every browser, and nobody else`, async () => {
        const { server } = world();
        const tenant = await createAuthorizeTenant(server);
        const { organization, application, admin } = tenant;
        const other: Realm = realm === 'application' ? 'management' : 'application';
        const visitors = [await signInAt(server, tenant, realm), await signInAt(server, tenant, realm)];
        const bystander = await signInAt(server, tenant, other);
        const base = realm === 'management' ? '/management' : `/${organization}/${application}`;
        const path = `${method} ${base}/users/${accountOf(tenant, realm).username}/revoketokens`;
        requireSuccess(await call(server, path, { bearer: admin.token }));
        for (const { visitor } of visitors) {
          const page = await visitor.get(accountPath(tenant, realm));
          assert.equal(formsTo(page, 'sign-in').length, 1, page.text);
        }
        const page = await bystander.visitor.get(accountPath(tenant, other));
        assert.equal(formsTo(page, 'sign-out').length, 1, page.text);
        const again = await signInAt(server, tenant, realm);
        assert.equal(formsTo(again.page, 'sign-out').length, 1, again.page.text);
      });
    }
  }
});
