/** What goes wrong on the command line, said in a sentence; a stack only for what nobody foresaw. */
import { ConfigurationError } from '../config/index.ts';
import { KeygridError } from '../core/errors.ts';
import { StoreStartError } from '../storage/start-error.ts';
import { printable } from './output.ts';

/** A sentence for the operator that says what to do. */
export class CommandProblem extends Error {}

/** As it is printed with `--json`, below `error`. */
export interface Problem {
  code: string;
  message: string;
  /** Each wrong setting. */
  problems?: readonly string[];
}

/** On standard error: standard output holds results only. */
export function printProblem(problem: Problem, json: boolean): void {
  const text = json ? JSON.stringify({ error: problem }) : `keygrid: ${printable(problem.message)}`;
  process.stderr.write(`${text}\n`);
}

export function exitWithProblem(error: unknown, json: boolean): never {
  printProblem(describeProblem(error), json);
  process.exit(1);
}

export function describeProblem(error: unknown): Problem {
  if (error instanceof CommandProblem) return { code: 'command', message: error.message };
  if (error instanceof StoreStartError) return { code: 'store', message: error.message };
  if (error instanceof KeygridError) return { code: error.code, message: describeRefusal(error) };
  if (error instanceof ConfigurationError) {
    return { code: 'settings', message: error.message, problems: error.problems };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: 'fault', message };
}

/** The core's words, but where it leaves it to the dialect to put a value into words. */
function describeRefusal(error: KeygridError): string {
  const { property, value } = error.subject;
  if (error.code !== 'duplicate_value' || property === undefined)
    return `${error.message}.`.replace(/\.\.$/, '.');
  const what = property === 'path' ? 'name' : property;
  return value === undefined ? `That ${what} is taken.` : `The ${what} ${value} is taken.`;
}
