/** What a server's log tells of organizations, applications and accounts, after all of it was done once (S162). */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { type Answer, type CallOptions, call } from '../support/http.ts';
import { createAdminUser, newPassword } from '../support/organization.ts';
import { superuserOf } from '../support/outbox.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { createTenant, type Tenant, type TenantAccount } from '../support/tenant.ts';

interface Line {
  audit: string;
  [fact: string]: unknown;
}

let server: RunningServer;
let tenant: Tenant;
let helper: TenantAccount;
let invited: string;
let doomed: string;
let annexed: string;
/** Uuids of application users by name. */
const users = new Map<string, string>();
let lines: Line[];

const adminUser = (uuid: string): string => `admin_user:1:${uuid}`;
const realmOfApplication = (): unknown => linesOf('application_created')[0]?.realm;
const applicationUser = (name: string): string =>
  `application_user:${realmOfApplication()}:${users.get(name)}`;

/** Without what every line has. */
const linesOf = (audit: string): Line[] => lines.filter((line) => line.audit === audit);

async function succeed(methodAndPath: string, options: CallOptions): Promise<Answer['body']> {
  const answer = await call(server, methodAndPath, options);
  assert.equal(answer.status, 200, `${methodAndPath}: ${answer.text}`);
  return answer.body;
}

before(async () => {
  server = await startServer();
  tenant = await createTenant(server);
  users.set('tenant', tenant.user.uuid);
  await manageOrganizations();
  await manageApplications();
  await manageUsers();
  await server.stop();
  lines = server
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => {
      const { level, time, msg, ...facts } = JSON.parse(line);
      return facts as Line;
    })
    .filter(({ audit }) => audit !== undefined);
});

async function manageOrganizations(): Promise<void> {
  const bearer = tenant.admin.token;
  const path = `/management/organizations/${tenant.organization}/users`;
  helper = await createAdminUser(server);
  await succeed(`PUT ${path}/${helper.uuid}`, { bearer });
  await succeed(`PUT ${path}/${helper.uuid}`, { bearer });
  await succeed(`DELETE ${path}/${helper.uuid}`, { bearer });
  await succeed(`DELETE ${path}/${helper.uuid}`, { bearer });
  const { data } = await succeed(`POST ${path}`, { bearer, json: { email: 'invited@example.test' } });
  invited = data.user.uuid;
  const added = await succeed(`POST /management/users/${helper.uuid}/organizations`, {
    bearer: helper.token,
    json: { organization: `annex-of-${helper.username}` },
  });
  annexed = added.data.uuid;
  await succeed(`PUT /management/users/${helper.uuid}/password`, {
    basic: superuserOf(server),
    json: { newpassword: newPassword() },
  });
}

async function manageApplications(): Promise<void> {
  const bearer = tenant.admin.token;
  const path = `/management/organizations/${tenant.organization}/applications`;
  const { data } = await succeed(`POST ${path}`, { bearer, json: { name: 'doomed' } });
  doomed = data[`${tenant.organization}/doomed`.toLowerCase()];
  await succeed(`DELETE ${path}/doomed?confirm_application_identifier=doomed`, { bearer });
  await succeed(`PUT ${path}/${doomed}`, { bearer });
}

async function manageUsers(): Promise<void> {
  const bearer = tenant.admin.token;
  const path = `/${tenant.organization}/${tenant.application}/users`;
  const create = async (json: object, asWhom: CallOptions): Promise<void> => {
    const { entities } = await succeed(`POST ${path}`, { ...asWhom, json });
    for (const { username, uuid } of entities) users.set(username, uuid);
  };
  await create({ username: 'guest' }, {});
  await create([{ username: 'bob' }, { username: 'BOB' }, { username: 'cleo' }], { bearer });
  const once = { bearer, headers: { 'idempotency-key': 'once' } };
  await create({ username: 'dora' }, once);
  await create({ username: 'dora' }, once);
  await succeed(`PUT ${path}/bob/password`, { bearer, json: { newpassword: newPassword() } });
  await succeed(`POST ${path}/bob/deactivate`, { bearer });
  await succeed(`PUT ${path}/cleo`, { bearer, json: { disabled: true } });
  await succeed(`PUT ${path}/dora`, { bearer, json: { activated: false, disabled: false } });
  await succeed(`DELETE ${path}/dora`, { bearer });
}

describe('S162 the server tells', () => {
  const management = { realm: 1, tenant: 'management' };
  const atOrganization = () => ({ realm: 1, tenant: tenant.organizationUuid });
  const atApplication = () => ({ realm: realmOfApplication(), tenant: tenant.organizationUuid });
  const actor = () => adminUser(tenant.admin.uuid);

  test('of an organization that is made: its owner, and who made it', () => {
    const audit = 'organization_created';
    assert.deepEqual(linesOf(audit), [
      { audit, ...atOrganization(), account: adminUser(tenant.admin.uuid) },
      {
        ...{ audit, realm: 1, tenant: annexed },
        ...{ actor: adminUser(helper.uuid), account: adminUser(helper.uuid) },
      },
    ]);
  });

  test('of applications that are made, deleted and restored', () => {
    const [first, second] = linesOf('application_created');
    assert.ok(Number(first?.realm) > 1);
    const by = { tenant: tenant.organizationUuid, actor: actor() };
    assert.deepEqual(first, { audit: 'application_created', realm: first?.realm, ...by });
    assert.deepEqual(second, { audit: 'application_created', realm: second?.realm, ...by });
    for (const audit of ['application_deleted', 'application_restored']) {
      assert.deepEqual(linesOf(audit), [{ audit, realm: second?.realm, ...by }]);
    }
  });

  test('of admin users that are made, once each', () => {
    const audit = 'account_created';
    const [superuser, ...others] = linesOf(audit).filter(({ realm }) => realm === 1);
    assert.deepEqual(superuser, { audit, ...management, account: superuser?.account });
    assert.deepEqual(others, [
      { audit, ...management, account: adminUser(tenant.admin.uuid) },
      { audit, ...management, account: adminUser(helper.uuid) },
      { audit, ...management, actor: actor(), account: adminUser(invited) },
    ]);
  });

  test('of members, as often as one comes or goes', () => {
    const member = { ...atOrganization(), actor: actor() };
    assert.deepEqual(linesOf('member_added'), [
      { audit: 'member_added', ...member, account: adminUser(helper.uuid) },
      { audit: 'member_added', ...member, account: adminUser(invited) },
    ]);
    assert.deepEqual(linesOf('member_removed'), [
      { audit: 'member_removed', ...member, account: adminUser(helper.uuid) },
    ]);
  });

  test('of application users that are made: in a batch too, and not of those that were there', () => {
    const audit = 'account_created';
    const by = { ...atApplication(), actor: actor() };
    const made = linesOf(audit).filter(({ realm }) => realm !== 1);
    assert.deepEqual(made[0], { audit, ...by, account: applicationUser('tenant') });
    assert.deepEqual(made[1], { audit, ...atApplication(), account: applicationUser('guest') });
    assert.deepEqual(
      made.slice(2).map(({ account }) => account),
      ['bob', 'cleo', 'dora'].map(applicationUser),
    );
    for (const line of made.slice(2)) assert.deepEqual(line, { audit, ...by, account: line.account });
  });

  test('of application users that are shut out and deleted', () => {
    const audit = 'account_deactivated';
    const by = { ...atApplication(), actor: actor() };
    assert.deepEqual(linesOf(audit), [
      { audit, ...by, account: applicationUser('bob'), reason: 'account_inactive' },
      { audit, ...by, account: applicationUser('cleo'), reason: 'account_disabled' },
      { audit, ...by, account: applicationUser('dora'), reason: 'account_inactive' },
    ]);
    const deleted = { audit: 'account_deleted', ...by, account: applicationUser('dora') };
    assert.deepEqual(linesOf('account_deleted'), [deleted]);
  });

  test('of passwords that others set', () => {
    const audit = 'password_reset';
    const superuser = linesOf('account_created')[0]?.account;
    assert.deepEqual(linesOf(audit), [
      { audit, ...management, actor: superuser, account: adminUser(helper.uuid) },
      { audit, ...atApplication(), actor: actor(), account: applicationUser('bob') },
    ]);
  });

  test('nothing that somebody chose', () => {
    const text = JSON.stringify(lines);
    const { organization, application } = tenant;
    for (const chosen of ['example.test', organization, application, 'doomed', 'bob', 'guest']) {
      assert.ok(!text.includes(chosen), chosen);
    }
  });
});
