/** The curl of this machine: the commands in the documentation must work as they stand. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface CurlResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** Runs curl with these arguments, as a shell would pass them, and `--silent --show-error` before them. */
export async function curl(commandArguments: string[]): Promise<CurlResult> {
  const child = spawn('curl', ['--silent', '--show-error', ...commandArguments], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  const [exitCode] = await once(child, 'close');
  return { exitCode, stdout, stderr };
}
