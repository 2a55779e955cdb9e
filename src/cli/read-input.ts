/** Standard input, for what must not be an argument: other accounts of the machine can read those. */
import { text } from 'node:stream/consumers';
import { CommandProblem } from './problem.ts';

const longestInput = 64 * 1024;

/** Everything piped in, without the line end that tools add. `what` is asked for, such as `the password`. */
export async function readInput(what: string): Promise<string> {
  if (process.stdin.isTTY) {
    throw new CommandProblem(`Pipe ${what} in: a terminal would show it, and the shell would remember it.`);
  }
  const input = (await text(process.stdin)).replace(/\r?\n$/, '');
  if (input === '') throw new CommandProblem(`Standard input is empty, where ${what} was expected.`);
  if (input.length > longestInput)
    throw new CommandProblem(`What standard input holds is too long for ${what}.`);
  return input;
}
