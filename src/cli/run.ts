/** Runs the command that the arguments name, prints its result, and turns what goes wrong into an exit code. */
import { CommanderError } from 'commander';
import { printResult } from './output.ts';
import { exitWithProblem, printProblem } from './problem.ts';
import { createProgram } from './program.ts';

/** How a command was called is wrong, as opposed to what came of it. */
const misused = 2;

export async function run(argv: string[]): Promise<void> {
  const json = argv.includes('--json');
  // Whoever reads the output may have read enough, such as `head`.
  process.stdout.on('error', () => process.exit(process.exitCode ?? 0));
  const program = createProgram({
    print: (result, invocation) => {
      printResult(result, invocation.json);
      process.exitCode = result.exitCode ?? 0;
    },
    complain: (text) => printProblem({ code: 'usage', message: usageSentence(text, json) }, json),
  });
  try {
    await program.parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : misused;
    else exitWithProblem(error, json);
  }
}

/** Without the arguments that were too many: one of them may be a token. */
function usageSentence(text: string, json: boolean): string {
  const sentence = text
    .trim()
    .replace(/^error: /, '')
    .replace(/(but got \d+): .*$/s, '$1.');
  return json ? sentence : `${sentence}\nAdd --help to see what there is.`;
}
