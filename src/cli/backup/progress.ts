/** How far long work is, on one line of a terminal; nothing where nobody watches. */
import type { CopyProgress } from '../../storage/sqlite/backup.ts';

export function terminalProgress(json: boolean, did = 'Copied'): { show: CopyProgress; end(): void } {
  const { stderr } = process;
  if (json || !stderr.isTTY) return { show: () => {}, end: () => {} };
  return {
    show: ({ done, total }) => stderr.write(`\r${did} ${Math.floor((100 * done) / Math.max(1, total))} %`),
    end: () => stderr.write('\r\u001b[K'),
  };
}
