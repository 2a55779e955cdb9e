/** The command line as the parser knows it, built from the declarations. */
import { Command, Option } from 'commander';
import { settingFlags } from '../config/index.ts';
import { version } from '../version.ts';
import type { CommandDeclaration, CommandResult, Invocation } from './command.ts';
import { declarations, groups } from './declarations.ts';

const storeFlags = ['--data', '--database-url'];

export interface ProgramOutput {
  /** Takes what a command answered. */
  print(result: CommandResult, invocation: Invocation): void;
  /** Takes the parser's complaint about how a command was called. */
  complain(text: string): void;
}

export function createProgram({ print, complain }: ProgramOutput): Command {
  const program = new Command('keygrid')
    .description('Self-hosted app-services backend with an OAuth 2.0 / OpenID Connect authorization server')
    .version(version)
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ outputError: complain });
  for (const declaration of declarations) addCommand(program, declaration, print);
  return program;
}

function addCommand(program: Command, declaration: CommandDeclaration, print: ProgramOutput['print']): void {
  const { parent, word } = placeOf(program, declaration.name);
  const { parameters, summary, details, examples, options = [] } = declaration;
  const command = parent
    .command(parameters === undefined ? word : `${word} ${parameters}`)
    .summary(summary)
    .description(details === undefined ? `${summary}.` : `${summary}.\n\n${details}`)
    .addHelpText('after', `\nExamples:\n${examples.map((example) => `  ${example}\n`).join('')}`);
  for (const { flags, description } of options) command.option(flags, description);
  command.option('--json', 'print JSON, for programs');
  const settingKeys = new Set(addSettings(command, declaration.settings));
  command.action(async (...given: unknown[]) => {
    const invocation = readInvocation(command, given.slice(0, -2), settingKeys);
    const { run } = await declaration.load();
    const result = await run(invocation);
    if (result) print(result, invocation);
  });
}

/** `user create` goes below the command `user`, which only groups. */
function placeOf(program: Command, name: string): { parent: Command; word: string } {
  const [group = '', word] = name.split(' ');
  if (word === undefined) return { parent: program, word: group };
  const known = program.commands.find((command) => command.name() === group);
  return {
    parent:
      known ??
      program
        .command(group)
        .description(groups[group] ?? '')
        .helpCommand(false),
    word,
  };
}

/** The settings of docs/settings.md as flags. Answers the keys under which the parser reports them. */
function addSettings(command: Command, which: CommandDeclaration['settings']): string[] {
  const keys: string[] = [];
  for (const { flags, description } of settingFlags()) {
    const option = new Option(flags, description);
    if (which === 'none' || (which === 'store' && !storeFlags.includes(option.long ?? ''))) continue;
    command.addOption(option.helpGroup('Settings:'));
    keys.push(option.attributeName());
  }
  return keys;
}

function readInvocation(
  command: Command,
  parameters: unknown[],
  settingKeys: ReadonlySet<string>,
): Invocation {
  const { json, ...given } = command.opts<Record<string, unknown>>();
  const isSetting = ([name]: [string, unknown]) => settingKeys.has(name);
  const entries = Object.entries(given);
  return {
    parameters: parameters as (string | undefined)[],
    options: Object.fromEntries(entries.filter((entry) => !isSetting(entry))),
    settings: Object.fromEntries(entries.filter(isSetting)),
    json: json === true,
  };
}
