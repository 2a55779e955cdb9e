/** How commands are called: help, suggestions, exit codes, JSON errors; and the pages that are generated from them. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { declarations } from '../../src/cli/declarations.ts';
import { cliDocument } from '../../src/cli/documents/cli-document.ts';
import { createProgram } from '../../src/cli/program.ts';
import { runKeygrid } from './support.ts';

const program = createProgram({ print: () => {}, complain: () => {} });

test('every command has help with an example, and --json', async () => {
  for (const { name, examples } of declarations) {
    const command = name
      .split(' ')
      .reduce((parent, word) => parent.commands.find((each) => each.name() === word) ?? parent, program);
    assert.notEqual(command, program, name);
    assert.ok(examples.length > 0, name);
    for (const example of examples) assert.match(example, new RegExp(`\\bkeygrid ${name}\\b`), name);
    assert.match(command.helpInformation(), /--json/, name);
    assert.ok(command.summary().length > 0, name);
  }
});

test('the examples of the help are options and parameters that there are', async () => {
  for (const { name, examples } of declarations) {
    for (const example of examples) {
      const flags = example.replace(/^.*keygrid /, '').match(/--[a-z-]+/g) ?? [];
      const command = name
        .split(' ')
        .reduce((parent, word) => parent.commands.find((each) => each.name() === word)!, program);
      for (const flag of flags)
        assert.ok(
          command.options.some(({ long }) => long === flag),
          `${name} ${flag}`,
        );
    }
  }
});

test('--help prints the example and exits with 0', async () => {
  const { exitCode, stdout } = await runKeygrid(['client', 'rotate', '--help']);
  assert.equal(exitCode, 0);
  assert.match(stdout, /Examples:\n {2}keygrid client rotate acme\/shop/);
});

const misuses: [commandLine: string, sentence: RegExp][] = [
  ['strat', /unknown command 'strat'.*Did you mean start/s],
  ['client rotat acme', /unknown command 'rotat'.*Did you mean rotate/s],
  ['start --prot 80', /unknown option '--prot'.*Did you mean --port/s],
  ['user create', /missing required argument 'username'/],
  ['organization list --limit', /argument missing/],
];
for (const [commandLine, sentence] of misuses) {
  test(`"keygrid ${commandLine}" is answered with what may have been meant, and exit code 2`, async () => {
    const { exitCode, stdout, stderr } = await runKeygrid(commandLine.split(' '));
    assert.equal(exitCode, 2);
    assert.equal(stdout, '');
    assert.match(stderr, sentence);
  });
}

test('with --json an error is an object on standard error', async () => {
  const misused = await runKeygrid(['strat', '--json']);
  assert.equal(misused.exitCode, 2);
  assert.equal(JSON.parse(misused.stderr).error.code, 'usage');
  const failed = await runKeygrid(['organization', 'list', '--json'], { dataDirectory: '/proc/none' });
  assert.equal(failed.exitCode, 1);
  assert.match(JSON.parse(failed.stderr).error.message, /There is no Keygrid database/);
  const wrong = await runKeygrid(['config', '--json'], {
    environment: { KEYGRID_PORT: 'x', KEYGRID_SIGNUP: 'y' },
  });
  assert.equal(JSON.parse(wrong.stderr).error.problems.length, 2);
});

test('a token that was split in two is not printed back', async () => {
  const { exitCode, stderr } = await runKeygrid(['token', 'inspect', 'YWMtsecret', 'otherhalf']);
  assert.equal(exitCode, 2);
  assert.doesNotMatch(stderr, /secret|otherhalf/);
});

test('docs/cli.md is what the commands say (else run scripts/write-cli-document.ts)', () => {
  assert.equal(readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8'), cliDocument());
});
