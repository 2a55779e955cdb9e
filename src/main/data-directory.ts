/** The data directory, made where it is missing. */
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { StoreStartError } from '../storage/start-error.ts';

/** @throws StoreStartError with one sentence that says what to do. */
export function makeDataDirectory(directory: string): void {
  try {
    for (const missing of missingDirectories(resolve(directory))) mkdirSync(missing, { mode: 0o700 });
    if (!statSync(directory).isDirectory()) throw new Error('it is not a directory');
  } catch (error) {
    throw new StoreStartError(
      `The data directory ${directory} cannot be made: choose another with --data, or make its place writable.`,
      { cause: error },
    );
  }
}

/** One step at a time: the recursive form never ends where the system will not make directories, as below /proc. */
function missingDirectories(path: string): string[] {
  return existsSync(path) ? [] : [...missingDirectories(dirname(path)), path];
}
