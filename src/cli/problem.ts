/** What goes wrong on the command line, said in a sentence; a stack only for what nobody foresaw. */
import { ConfigurationError } from '../config/index.ts';
import { KeygridError } from '../core/errors.ts';
import { StoreStartError } from '../storage/start-error.ts';

export class CommandProblem extends Error {}

export function exitWithProblem(error: unknown): never {
  const foreseen =
    error instanceof CommandProblem ||
    error instanceof ConfigurationError ||
    error instanceof StoreStartError ||
    error instanceof KeygridError;
  const text = error instanceof Error ? (foreseen ? error.message : (error.stack ?? error.message)) : String(error);
  process.stderr.write(`keygrid: ${text}\n`);
  process.exit(1);
}
