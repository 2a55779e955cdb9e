/** What an operator is told when the data directory cannot be used. */
import { StoreStartError } from '../start-error.ts';
import { resultCode, resultCodes } from './errors.ts';

export const isBusy = (error: unknown): boolean => {
  const code = resultCode(error);
  return code === resultCodes.busy || code === resultCodes.locked;
};

export const inUse = (directory: string, cause: unknown): StoreStartError =>
  new StoreStartError(
    `The data directory ${directory} is in use by another Keygrid server: stop that one, or choose another with --data.`,
    { cause },
  );

export function toStartError(directory: string, error: unknown): StoreStartError {
  if (error instanceof StoreStartError) return error;
  return new StoreStartError(sentence(directory, error), { cause: error });
}

function sentence(directory: string, error: unknown): string {
  const said = error instanceof Error ? error.message : 'unknown reason';
  if (isBusy(error)) {
    return `The database in the data directory ${directory} is locked by another program: end that one and start again.`;
  }
  if (resultCode(error) === resultCodes.notDatabase) {
    return `A file in the data directory ${directory} is not a Keygrid database: restore a backup, or choose another directory with --data.`;
  }
  return (
    `The database in the data directory ${directory} cannot be opened for writing (${said}): ` +
    'give this user the right to write there, or choose another with --data.'
  );
}
