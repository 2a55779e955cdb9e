import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigurationError, type ConfigurationInput, loadConfiguration } from './load-configuration.ts';
import { flagKeyOf, settingFlags, settingNames, settingOf } from './settings.ts';

const load = (environment: ConfigurationInput['environment'], flags: Record<string, unknown> = {}) =>
  loadConfiguration({ environment, flags });

function problemsOf(
  environment: ConfigurationInput['environment'],
  flags: Record<string, unknown> = {},
): readonly string[] {
  try {
    load(environment, flags);
  } catch (error) {
    assert.ok(error instanceof ConfigurationError, String(error));
    return error.problems;
  }
  return [];
}

test('with nothing set, listens on the loopback address, keeps its data in ./data and closes sign-up', () => {
  const { configuration, sources, warnings } = load({ PATH: '/bin', HOME: '/root' });
  assert.equal(configuration.host, '127.0.0.1');
  assert.equal(configuration.port, 8080);
  assert.equal(configuration.dataDirectory, './data');
  assert.equal(configuration.publicUrl, 'http://127.0.0.1:8080');
  assert.equal(configuration.databaseUrl, undefined);
  assert.equal(configuration.signup, 'closed');
  assert.equal(configuration.entityNotFoundCode, 'entity_not_found');
  assert.deepEqual(configuration.trustProxy, []);
  assert.ok(configuration.passwordConcurrency >= 2 && configuration.passwordConcurrency <= 8);
  assert.ok(Object.values(sources).every((source) => source === 'default'));
  assert.deepEqual(warnings, []);
});

test('a flag wins over the environment, which wins over the default', () => {
  const environment = { KEYGRID_PORT: '9000', KEYGRID_HOST: 'localhost' };
  const { configuration, sources } = load(environment, { port: '9001', publicUrl: undefined });
  assert.equal(configuration.port, 9001);
  assert.equal(configuration.host, 'localhost');
  assert.deepEqual(
    [sources.port, sources.host, sources.publicUrl, sources.signup],
    ['flag', 'environment', 'default', 'default'],
  );
});

test('whether sign-up was set is told by its source, so that a demo may open it', () => {
  assert.equal(load({}).sources.signup, 'default');
  assert.equal(load({ KEYGRID_SIGNUP: 'closed' }).sources.signup, 'environment');
});

test('the configuration is frozen', () => {
  const { configuration, sources } = load({ KEYGRID_TRUST_PROXY: '10.0.0.0/8' });
  assert.ok(
    Object.isFrozen(configuration) && Object.isFrozen(sources) && Object.isFrozen(configuration.trustProxy),
  );
});

test('an empty variable counts as not set, and blanks around a value do not matter', () => {
  const { configuration, sources } = load({ KEYGRID_SMTP_URL: '', KEYGRID_PORT: ' 81 ' });
  assert.equal(configuration.smtpUrl, undefined);
  assert.equal(sources.smtpUrl, 'default');
  assert.equal(configuration.port, 81);
});

test('a blank at the end of the superuser password is part of it', () => {
  const { configuration } = load({ KEYGRID_SUPERUSER_PASSWORD: 'ends in blank ' });
  assert.equal(configuration.superuserPassword, 'ends in blank ');
});

test('an empty flag is a wrong value', () => {
  assert.equal(problemsOf({}, { logLevel: '' }).length, 1);
});

test('every wrong and every unknown setting is listed at once, with what was expected', () => {
  const problems = problemsOf(
    { KEYGRID_PORT: '80a', KEYGRID_SINGUP: 'open', KEYGRID_LOG_LEVEL: 'loud' },
    { hst: 'x' },
  );
  assert.deepEqual(problems, [
    'KEYGRID_SINGUP: unknown. Did you mean KEYGRID_SIGNUP?',
    '--hst: unknown. Did you mean --host?',
    'KEYGRID_PORT (--port): "80a" is wrong, expected a whole number from 0 to 65535.',
    'KEYGRID_LOG_LEVEL (--log-level): "loud" is wrong, expected `trace` or `debug` or `info` or `warn` or `error` or ' +
      '`fatal` or `silent`.',
  ]);
});

test('an unknown setting that resembles none is said to be none', () => {
  assert.deepEqual(problemsOf({ KEYGRID_FAVOURITE_COLOUR: 'blue' }), [
    'KEYGRID_FAVOURITE_COLOUR: unknown. There is no such setting.',
  ]);
  assert.deepEqual(problemsOf({}, { favouriteColour: 'blue' }), [
    '--favourite-colour: unknown. There is no such setting.',
  ]);
});

test('variables of the tests are not ours to judge', () => {
  assert.deepEqual(problemsOf({ KEYGRID_TEST_DATABASE: 'x' }), []);
});

test('the message of the error lists every problem, for a start that only prints it', () => {
  assert.throws(() => load({ KEYGRID_PORT: 'x', KEYGRID_HOST: '?' }), /KEYGRID_HOST.*\n.*KEYGRID_PORT/);
});

test('no problem shows the value of a secret', () => {
  const secrets = {
    KEYGRID_SUPERUSER_PASSWORD: 'hunter2',
    KEYGRID_DATABASE_URL: 'mysql://u:hunter2@h/d',
    KEYGRID_SMTP_URL: 'http://u:hunter2@h',
  };
  const problems = problemsOf(secrets);
  assert.equal(problems.length, 3);
  for (const problem of problems) assert.doesNotMatch(problem, /hunter2/);
});

test('the public URL follows the host and port until it is set', () => {
  const publicUrlFor = (environment: Record<string, string>) => load(environment).configuration.publicUrl;
  assert.equal(publicUrlFor({ KEYGRID_HOST: '::1', KEYGRID_PORT: '81' }), 'http://[::1]:81');
  assert.equal(publicUrlFor({ KEYGRID_HOST: '[::1]' }), 'http://[::1]:8080');
  assert.equal(publicUrlFor({ KEYGRID_HOST: '0.0.0.0', KEYGRID_PORT: '80' }), 'http://127.0.0.1');
  assert.equal(publicUrlFor({ KEYGRID_PUBLIC_URL: 'https://Auth.Example.com/' }), 'https://auth.example.com');
});

for (const url of [
  'https://a.example/b',
  'https://a.example?',
  'https://u:p@a.example',
  'ftp://a.example',
  'a.example',
]) {
  test(`refuses ${url} as public URL`, () => {
    assert.equal(problemsOf({ KEYGRID_PUBLIC_URL: url }).length, 1);
  });
}

test('demands confirmation of admin users when mail is really sent, unless told otherwise', () => {
  const smtp = { KEYGRID_SMTP_URL: 'smtp://localhost:25', KEYGRID_MAIL_FROM: 'Grid <a@b.example>' };
  assert.equal(load({}).configuration.adminConfirmation, false);
  assert.equal(load(smtp).configuration.adminConfirmation, true);
  assert.equal(load({ ...smtp, KEYGRID_ADMIN_CONFIRMATION: 'no' }).configuration.adminConfirmation, false);
  assert.equal(load({ KEYGRID_ADMIN_CONFIRMATION: 'TRUE' }).configuration.adminConfirmation, true);
});

test('an approval that is asked for by mail needs an address', () => {
  const environment = { KEYGRID_SMTP_URL: 'smtp://localhost', KEYGRID_ORGANIZATION_APPROVAL: 'true' };
  assert.match(problemsOf(environment).join(), /KEYGRID_ADMIN_MAIL.*KEYGRID_ORGANIZATION_APPROVAL/);
  assert.deepEqual(problemsOf({ ...environment, KEYGRID_ADMIN_MAIL: 'admin@example.com' }), []);
  assert.deepEqual(problemsOf({ KEYGRID_ADMIN_APPROVAL: 'true' }), []);
});

test('warns of links that others cannot reach, of tokens sent unencrypted, and of a sender that is refused', () => {
  assert.match(load({ KEYGRID_HOST: '0.0.0.0' }).warnings.join(), /cannot reach/);
  assert.match(load({ KEYGRID_PUBLIC_URL: 'http://auth.example.com' }).warnings.join(), /https/);
  assert.match(load({ KEYGRID_SMTP_URL: 'smtp://localhost' }).warnings.join(), /KEYGRID_MAIL_FROM/);
});

test('every flag has a key of its own, as command-line parsers make it', () => {
  assert.equal(flagKeyOf('dataDirectory'), 'data');
  assert.equal(flagKeyOf('entityNotFoundCode'), 'entityNotFoundCode');
  assert.equal(new Set(settingNames.map(flagKeyOf)).size, settingNames.length);
  assert.equal(new Set(settingNames.map((name) => settingOf(name).environment)).size, settingNames.length);
  assert.equal(settingFlags()[1]?.flags, '--port <number>');
});
