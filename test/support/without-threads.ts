/** A process that can start no thread, as where the system has none left. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Runs the text of a module, which may read every file; answers with what it prints. @throws when it fails */
export async function runWithoutThreads(module: string): Promise<string> {
  const permissions = ['--permission', '--allow-fs-read=*', '--allow-addons', '--no-warnings'];
  const run = promisify(execFile)(process.execPath, [
    ...permissions,
    '--input-type=module',
    '--eval',
    module,
  ]);
  return (await run).stdout;
}
