/** Where the results go: the terminal, and after a whole run `bench/SCALE.md`, its plots and `bench/RESULTS.md`. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../processes.ts';
import type { ScaleOptions } from './options.ts';
import { plotGrowth } from './plot.ts';
import { renderScale } from './render.ts';
import type { ScaleReport } from './report.ts';

const scaleFile = join(repositoryRoot, 'bench', 'SCALE.md');
const resultsFile = join(repositoryRoot, 'bench', 'RESULTS.md');
/** Everything from here on in `bench/RESULTS.md` is what `bench/SCALE.md` says. */
const sectionMark = '<!-- from bench/SCALE.md -->';

export function publishScale(run: ScaleReport, { printJson, isForTheRecord }: ScaleOptions): void {
  const text = renderScale(run);
  console.error(`\n${text}`);
  if (printJson) console.log(JSON.stringify(run, undefined, 2));
  if (!isForTheRecord) {
    console.error('not a whole run: bench/SCALE.md is left as it is');
    return;
  }
  writeFileSync(scaleFile, text);
  for (const { engine, items } of run.engines)
    writeFileSync(join(repositoryRoot, 'bench', 'scale', `growth-${engine}.svg`), plotGrowth(engine, items));
  if (existsSync(resultsFile)) writeFileSync(resultsFile, withScale(readFileSync(resultsFile, 'utf8')));
  console.error('written to bench/SCALE.md');
}

/** The text of `bench/RESULTS.md` with the latest results of the scale bench as its last section. */
export function withScale(results: string, scale = readScale()): string {
  const [others = ''] = results.split(sectionMark);
  if (scale === undefined) return others;
  return `${others.trimEnd()}\n\n${sectionMark}\n${scale.replaceAll(/^#/gm, '##')}`;
}

const readScale = (): string | undefined =>
  existsSync(scaleFile) ? readFileSync(scaleFile, 'utf8') : undefined;
