/** What commands change is audited as it is by the server: a line each, on standard error (S162). */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { commandLogLevel } from '../../src/cli/visit-keygrid.ts';
import { makeTemporaryDirectory } from '../support/guardian.ts';
import type { WireJson } from '../support/http.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { rememberSecretsIn } from '../support/secrets.ts';
import { type CommandOptions, runForJson, runKeygrid } from './support.ts';

interface Done {
  result: WireJson;
  /** Without level, time and message. */
  lines: WireJson[];
}

/** Its result is the only thing on standard output, and every line on standard error is one of the audit log. */
async function done(commandLine: string, options: CommandOptions): Promise<Done> {
  const outcome = await runKeygrid([...commandLine.split(' '), '--json'], options);
  assert.equal(outcome.exitCode, 0, outcome.stderr);
  const result: WireJson = JSON.parse(outcome.stdout);
  rememberSecretsIn(result);
  const lines = outcome.stderr
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { level, time, msg, ...facts } = JSON.parse(line);
      assert.equal(level, 'info', line);
      assert.ok(Date.parse(time) > 0 && msg.length > 0);
      return facts;
    });
  return { result, lines };
}

for (const engine of ['SQLite', 'PostgreSQL']) {
  describe(`on ${engine}`, () => {
    const source = 'command_line';
    let options: CommandOptions;
    let drop: (() => Promise<void>) | undefined;
    let tenant: string;
    const run = (line: string): Promise<Done> => done(line, options);

    before(async () => {
      const database = engine === 'PostgreSQL' ? await createTestDatabase() : undefined;
      drop = database?.drop;
      options = {
        dataDirectory: await makeTemporaryDirectory('cli-audit'),
        ...(database && { databaseUrl: database.url }),
      };
      await runForJson('migrate', options);
    });
    after(() => drop?.());

    test('S162 organizations, applications and accounts that are made', async () => {
      const owner = await run('user create olga@example.test');
      const account = `admin_user:1:${owner.result.user.uuid}`;
      assert.deepEqual(owner.lines, [
        { source, audit: 'account_created', realm: 1, tenant: 'management', account },
      ]);
      const organization = await run('organization create acme --owner olga@example.test');
      tenant = organization.result.organization.uuid;
      assert.deepEqual(organization.lines, [
        { source, audit: 'organization_created', realm: 1, tenant, account },
      ]);
      const [application] = (await run('application create acme/shop')).lines;
      const { realm } = application;
      assert.ok(realm > 1);
      assert.deepEqual(application, { source, audit: 'application_created', realm, tenant });
      const member = await run('user create otto@example.test --organization acme');
      const otto = { source, realm: 1, account: `admin_user:1:${member.result.user.uuid}` };
      assert.deepEqual(member.lines, [
        { ...otto, audit: 'account_created', tenant: 'management' },
        { ...otto, audit: 'member_added', tenant },
      ]);
      const user = await run('user create ann --application acme/shop');
      const ann = `application_user:${realm}:${user.result.user.uuid}`;
      assert.deepEqual(user.lines, [{ source, audit: 'account_created', realm, tenant, account: ann }]);
    });

    test('S162 clients, from their registration to their end', async () => {
      const { result, lines } = await run('client create acme --redirect-uris https://a.test/cb');
      const { clientId: client } = result.client;
      const about = { source, realm: 1, tenant, client };
      assert.deepEqual(lines, [{ ...about, audit: 'client_registered' }]);
      assert.deepEqual((await run(`client update ${client} --name Photos --disabled yes`)).lines, [
        { ...about, audit: 'client_changed', changed: ['name'] },
        { ...about, audit: 'client_suspended' },
      ]);
      const events = async (line: string) => (await run(line)).lines.map(({ audit }) => audit);
      assert.deepEqual(await events(`client update ${client} --disabled no`), ['client_resumed']);
      assert.deepEqual(await events(`client rotate ${client} --keep-old 60`), ['client_secret_rotated']);
      assert.deepEqual(await events(`client delete ${client}`), ['client_deleted']);
      const own = await run('client rotate acme');
      assert.deepEqual(own.lines, [
        {
          source,
          audit: 'tokens_ended',
          realm: 1,
          account: `organization_client:1:${tenant}`,
          reason: 'revoked',
        },
        { ...about, client: own.result.client.clientId, audit: 'client_secret_rotated' },
      ]);
    });

    test('S162 the superuser, made and given a new password', async () => {
      const [made, ...others] = (await run('superuser reset-password')).lines;
      assert.deepEqual([made.audit, made.tenant, others], ['account_created', 'management', []]);
      const { account } = made;
      assert.match(account, /^admin_user:1:[0-9a-f-]{36}$/);
      const about = { source, realm: 1, account };
      assert.deepEqual((await run('superuser reset-password')).lines, [
        { ...about, audit: 'tokens_ended', reason: 'revoked' },
        { ...about, audit: 'password_reset', tenant: 'management' },
      ]);
    });

    test('what only reads, and what is refused, is no change', async () => {
      for (const line of ['organization list', 'application list', 'client list acme', 'client show acme']) {
        assert.deepEqual((await run(line)).lines, [], line);
      }
      const refused = await runKeygrid(['organization', 'create', 'acme', '--json'], options);
      assert.equal(JSON.parse(refused.stderr).error.code, 'duplicate_value');
    });

    test('no secret is in it, and as little is said as the level allows', async () => {
      const { result } = await run('client create acme --redirect-uris https://b.test/cb');
      const { clientId, clientSecret } = result.client;
      const rotated = await runKeygrid(['client', 'rotate', clientId], options);
      assert.ok(!rotated.stderr.includes(clientSecret) && rotated.stderr.includes(clientId));
      const environment = { KEYGRID_LOG_LEVEL: 'warn' };
      const quiet = await runKeygrid(['client', 'rotate', clientId], { ...options, environment });
      assert.deepEqual([quiet.exitCode, quiet.stderr], [0, '']);
    });
  });
}

test('at a terminal only warnings stand beside the result; elsewhere what the settings say', () => {
  assert.deepEqual(
    (['debug', 'info', 'warn', 'error', 'silent'] as const).map((level) => [
      commandLogLevel(level, true),
      commandLogLevel(level, false),
    ]),
    [
      ['warn', 'debug'],
      ['warn', 'info'],
      ['warn', 'warn'],
      ['error', 'error'],
      ['silent', 'silent'],
    ],
  );
});
