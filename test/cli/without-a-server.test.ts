/** Commands on a data directory that no server has, from an empty one on. */
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { before, test } from 'node:test';
import { makeTemporaryDirectory } from '../support/guardian.ts';
import { type CommandOptions, runForJson, runForProblem, runKeygrid } from './support.ts';

let directory: CommandOptions;

before(async () => {
  directory = { dataDirectory: `${await makeTemporaryDirectory('cli')}/data` };
  const { applied } = await runForJson('migrate', directory);
  assert.ok(applied.length > 0);
});

test('migrate run again changes nothing and says so', async () => {
  const { exitCode, stdout } = await runKeygrid(['migrate'], directory);
  assert.equal(exitCode, 0);
  assert.match(stdout, /already/);
  assert.deepEqual(await runForJson('migrate', directory), { applied: [] });
});

test('superuser reset-password makes the superuser where there is none', async () => {
  const made = await runForJson('superuser reset-password', directory);
  assert.deepEqual([made.superuser.username, made.superuser.created], ['superuser', true]);
  const again = await runForJson('superuser reset-password', directory);
  assert.equal(again.superuser.created, false);
  assert.notEqual(again.superuser.password, made.superuser.password);
  assert.match(
    await runForProblem('superuser reset-password --username nobody', directory),
    /no superuser of the name nobody/,
  );
});

test('organizations and applications are made, and listed page by page', async () => {
  for (const name of ['alpha', 'beta', 'gamma']) await runForJson(`organization create ${name}`, directory);
  const first = await runForJson('organization list --limit 2', directory);
  const second = await runForJson(`organization list --limit 2 --cursor ${first.cursor}`, directory);
  const names = [...first.organizations, ...second.organizations].map(({ name }) => name);
  assert.deepEqual(names, ['alpha', 'beta', 'gamma']);
  assert.equal(second.cursor, null);

  await runForJson('application create beta/shop', directory);
  const one = await runForJson('application list beta --limit 1', directory);
  const two = await runForJson(`application list beta --limit 1 --cursor ${one.cursor}`, directory);
  assert.deepEqual(
    [...one.applications, ...two.applications].map(({ name }) => name),
    ['beta/sandbox', 'beta/shop'],
  );
  assert.equal(two.cursor, null);
  const { applications } = await runForJson('application list', directory);
  assert.equal(applications.length, 4);
  assert.deepEqual((await runForJson('application list beta --deleted', directory)).applications, []);
});

test('an organization may come with an owner and without a sandbox', async () => {
  await runForJson('user create owner --email owner@example.test', directory);
  const { organization } = await runForJson(
    'organization create owned --owner owner@example.test --no-sandbox',
    directory,
  );
  assert.equal(organization.owner, 'owner');
  assert.deepEqual(organization.applications, []);
  assert.deepEqual((await runForJson('application list owned', directory)).applications, []);
});

test('client show keeps the secret to itself unless it is asked to reveal it', async () => {
  await runForJson('organization create shy', directory);
  const hidden = await runForJson('client show shy', directory);
  const shown = await runForJson('client show shy --reveal', directory);
  assert.equal(hidden.client.clientSecret, undefined);
  assert.equal(hidden.client.clientId, shown.client.clientId);
  const { stdout } = await runKeygrid(['client', 'show', 'shy'], directory);
  assert.ok(!stdout.includes(shown.client.clientSecret));
});

test('what is taken, unknown or malformed is said in a sentence', async () => {
  await runForJson('organization create taken', directory);
  const problems: [string, RegExp][] = [
    ['organization create taken', /The name taken is taken|taken/],
    ['organization create management', /reserved/],
    ['organization create other --owner nobody', /nobody/],
    ['application create taken', /write it as organization\/application/],
    ['application create taken/sandbox', /exists|taken/i],
    ['application create nowhere/shop', /nowhere/],
    ['application list nowhere', /nowhere/],
    ['user create bob', /needs an email address/],
    ['user create bob --application taken/nothing', /taken\/nothing/],
    ['user create a@example.test --organization x --application y/z', /Choose one/],
    ['client show taken/', /organization\/application/],
    ['client rotate nowhere', /nowhere/],
    ['organization list --limit 0', /--limit/],
    ['outbox list --before x', /--before/],
    ['explain nothing-of-the-kind', /Nothing is kept about a request/],
    ['token inspect', /Standard input is empty/],
    ['superuser reset-password --password-stdin', /Standard input is empty/],
  ];
  for (const [commandLine, sentence] of problems) {
    assert.match(await runForProblem(commandLine, directory), sentence, commandLine);
  }
});

test('a password that the policy refuses makes no account', async () => {
  await runForJson('organization create strict', directory);
  const create = ['user', 'create', 'eve', '--application', 'strict/sandbox', '--password-stdin'];
  const outcome = await runKeygrid(create, { ...directory, input: 'abc' });
  assert.equal(outcome.exitCode, 1);
  assert.match(outcome.stderr, /at least 4 characters/);
  assert.equal((await runKeygrid(create, { ...directory, input: 'long-enough' })).exitCode, 0);
});

test('outbox list prints kept mail with its text, and pages by id', async () => {
  const { dataDirectory = '' } = directory;
  const confirming = { dataDirectory, environment: { KEYGRID_ADMIN_CONFIRMATION: 'true' } };
  for (const name of ['one', 'two']) {
    const { user } = await runForJson(`user create ${name}@example.test`, confirming);
    assert.equal(user.canSignIn, false);
  }
  const newest = await runForJson('outbox list --limit 1', directory);
  assert.equal(newest.messages[0].to, 'two@example.test');
  const older = await runForJson(`outbox list --limit 1 --before ${newest.before}`, directory);
  assert.equal(older.messages[0].to, 'one@example.test');
  assert.equal(older.before, null);
  const { stdout } = await runKeygrid(['outbox', 'list', '--limit', '1'], directory);
  assert.match(stdout, /two@example\.test.*http:\/\//s);
});

test('what strangers typed cannot move the cursor of the terminal that shows it', async () => {
  const clearScreen = '\u001b[2J';
  const { stdout, stderr } = await runKeygrid(['application', 'list', `${clearScreen}nowhere`], directory);
  assert.match(stderr, /nowhere/);
  assert.ok(!`${stdout}${stderr}`.includes('\u001b'));
});

test('token inspect says of a foreign token that it is not ours, with exit code 1', async () => {
  const outcome = await runKeygrid(['token', 'inspect', '--json'], { ...directory, input: 'YWMtnothing' });
  assert.equal(outcome.exitCode, 1);
  assert.deepEqual(JSON.parse(outcome.stdout), { token: { valid: false, problem: 'token_invalid' } });
});

test('a mistyped data directory is refused and stays as it was', async () => {
  const parent = await makeTemporaryDirectory('mistyped');
  const mistyped = { dataDirectory: `${parent}/dtaa` };
  for (const commandLine of [
    'organization create x',
    'superuser reset-password',
    'backup ./b',
    'explain x',
  ]) {
    assert.match(await runForProblem(commandLine, mistyped), /There is no Keygrid database/, commandLine);
  }
  assert.deepEqual(await readdir(parent), []);
});

test('config prints every setting, where it came from, and no secret', async () => {
  const environment = {
    KEYGRID_SUPERUSER_PASSWORD: 'not-for-the-screen',
    KEYGRID_SMTP_URL: 'smtp://mailer:not-for-the-screen@mail.example.test',
    KEYGRID_SIGNUP: 'open',
  };
  const outcome = await runKeygrid(['config', '--port', '9000', '--json'], { ...directory, environment });
  assert.equal(outcome.exitCode, 0, outcome.stderr);
  assert.ok(!outcome.stdout.includes('not-for-the-screen'));
  const { settings } = JSON.parse(outcome.stdout);
  const find = (variable: string) =>
    settings.find(({ environment: name }: { environment: string }) => name === variable);
  assert.deepEqual([find('KEYGRID_PORT').value, find('KEYGRID_PORT').source], ['9000', 'flag']);
  assert.deepEqual([find('KEYGRID_SIGNUP').value, find('KEYGRID_SIGNUP').source], ['open', 'environment']);
  assert.equal(find('KEYGRID_HOST').source, 'default');
  assert.match(
    (await runKeygrid(['config'], directory)).stdout,
    /KEYGRID_LOG_LEVEL +--log-level +info +default/,
  );
});
