/** Every command with its options; the work is in commands/, each loaded only when called. */
import { Command } from 'commander';
import { settingFlags } from '../config/index.ts';
import { version } from '../version.ts';
import { exitWithProblem } from './problem.ts';

export async function run(argv: string[]): Promise<void> {
  const program = new Command('keygrid')
    .description('Self-hosted app-services backend with an OAuth 2.0 / OpenID Connect authorization server')
    .version(version)
    .showHelpAfterError();
  addStart(program);
  try {
    await program.parseAsync(argv);
  } catch (error) {
    exitWithProblem(error);
  }
}

function addStart(program: Command): void {
  const start = program
    .command('start')
    .description('Start the server')
    .option('--demo', 'on an empty data directory, make an organization, an application and a user to play with');
  addSettings(start);
  start.action(async (flags: Record<string, unknown>) => (await import('./commands/start.ts')).start(flags));
}

/** The settings of docs/settings.md as flags. */
export function addSettings(command: Command): Command {
  for (const { flags, description } of settingFlags()) command.option(flags, description);
  return command;
}
