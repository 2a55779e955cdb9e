/** What issue 4 asks of the data store's speed, against what a run found. */
import type { Verdict } from '../report.ts';
import type { EngineReport, ScaleReport } from './report.ts';

/** The time at the largest size is at most this many times the time at 10 thousand. */
export const mostGrowth = 2;
const batchRate = 5000;
/** Of the memory after as many pages of shorter lists: what a collector leaves lying varies by less. */
const mostListGrowth = 1.25;

export type ScaleVerdict = ScaleReport['verdicts'][number];

export function judge({
  engines,
  parseServer,
}: Pick<ScaleReport, 'engines' | 'parseServer'>): ScaleVerdict[] {
  return [
    ...engines.flatMap(judgeEngine),
    ...('comparisons' in parseServer ? parseServer.comparisons : []).map(
      ({ what, ratio, wantedAtLeast }): ScaleVerdict => ({
        engine: 'postgres',
        what: `${what}: rate to Parse Server's`,
        wanted: { atLeast: wantedAtLeast },
        measured: ratio,
      }),
    ),
  ];
}

function judgeEngine({ engine, items, batches, list }: EngineReport): ScaleVerdict[] {
  const verdicts: Verdict[] = items
    .filter(({ growth }) => growth !== undefined)
    .map(({ item, growth }) => ({
      what: `${item}: growth`,
      wanted: { atMost: mostGrowth },
      measured: growth,
    }));
  if (batches) {
    verdicts.push({
      what: 'batches of 1000 in one request, entities/s',
      wanted: engine === 'sqlite' ? { atLeast: batchRate } : undefined,
      measured: batches.entitiesPerSecond,
    });
  }
  if (list) {
    verdicts.push({
      what: 'memory over a whole list to that after ten of a tenth of it',
      wanted: { atMost: mostListGrowth },
      measured: Math.max(...list.mebibytes.slice(1)) / list.mebibytesOfShortLists,
    });
  }
  return verdicts.map((verdict) => ({ ...verdict, engine }));
}
