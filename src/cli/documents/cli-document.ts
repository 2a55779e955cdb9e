/** The text of `docs/cli.md`, from the commands as the parser has them. */
import type { Command } from 'commander';
import type { CommandDeclaration } from '../command.ts';
import { declarations } from '../declarations.ts';
import { createProgram } from '../program.ts';

const introduction = `# The command line

<!-- Written by scripts/write-cli-document.ts from src/cli/declarations.ts; change that table instead. -->

\`\`\`sh
npx keygrid COMMAND        # installed
npm run keygrid -- COMMAND # in a checkout
\`\`\`

Commands read and write the database themselves: they work while a server runs on the same data, which learns of what
they changed within a second, and when none runs, on SQLite and on PostgreSQL
([why](decisions/0001-command-line-opens-the-store.md)). They find it as the server does, by \`--data\` and
\`--database-url\` or \`KEYGRID_DATA\` and \`KEYGRID_DATABASE_URL\`; all other [settings](settings.md) count too, as
variables.

Results go to standard output, for programs as JSON with \`--json\`; problems go to standard error, then as
\`{"error":{"code":…,"message":…}}\`. The exit code is 0 when all went well, 1 when the command could not do its work or
found something not in order, and 2 when it was called wrongly. Secrets are printed once, where they are made, and
otherwise only on demand. What a command changed is on standard error too, a line of the [audit log](audit-log.md) each.
`;

const commonOptions = new Set(['--json', '--help']);

export function cliDocument(): string {
  const program = createProgram({ print: () => {}, complain: () => {} });
  const contents = declarations.map(
    ({ name, summary }) => `| [\`${name}\`](#${anchor(name)}) | ${summary} |`,
  );
  const table = ['| command | what it does |', '|---|---|', ...contents].join('\n');
  const sections = declarations.map((declaration) =>
    renderCommand(find(program, declaration.name), declaration),
  );
  return [introduction, `${table}\n`, ...sections].join('\n');
}

const anchor = (name: string): string => `keygrid-${name.replaceAll(' ', '-')}`;

function find(program: Command, name: string): Command {
  return name.split(' ').reduce((parent, word) => {
    const found = parent.commands.find((command) => command.name() === word);
    if (!found) throw new Error(`there is no command ${name}`);
    return found;
  }, program);
}

function renderCommand(command: Command, { name, settings, examples }: CommandDeclaration): string {
  const usage = ['keygrid', name, command.usage().replace('[options]', '').trim()].join(' ').trim();
  const own = command.options.filter(
    ({ long, helpGroupHeading }) => helpGroupHeading === undefined && !commonOptions.has(long ?? ''),
  );
  const options = own.map(({ flags, description }) => `| \`${flags}\` | ${capitalise(description)} |`);
  return [
    `## keygrid ${name}\n`,
    `\`${usage}\`\n`,
    `${command.description()}\n`,
    ...(options.length > 0 ? [['| option | what it does |', '|---|---|', ...options, ''].join('\n')] : []),
    ...(settings === 'all' ? ['Every [setting](settings.md) is an option as well.\n'] : []),
    ['```sh', ...examples, '```', ''].join('\n'),
  ].join('\n');
}

const capitalise = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
