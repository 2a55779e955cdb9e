import type { BenchContext } from '../context.ts';
import type { ScaleReport } from './report.ts';
import type { Site } from './site.ts';
export async function compareWithParseServer(
  _context: BenchContext,
  _sites: readonly Site[],
  _size: number,
): Promise<ScaleReport['parseServer']> {
  return { skipped: 'not yet' };
}
