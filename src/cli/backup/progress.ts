/** How far a copy is, on one line of a terminal; nothing where nobody watches. */
import type { CopyProgress } from '../../storage/sqlite/backup.ts';

export function terminalProgress(json: boolean): { show: CopyProgress; end(): void } {
  const { stderr } = process;
  if (json || !stderr.isTTY) return { show: () => {}, end: () => {} };
  return {
    show: ({ done, total }) => stderr.write(`\rCopied ${Math.floor((100 * done) / Math.max(1, total))} %`),
    end: () => stderr.write('\r\u001b[K'),
  };
}
