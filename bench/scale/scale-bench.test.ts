/** That the scale bench works: a whole run at its smallest, and that a wrong answer would not go unnoticed. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { repositoryRoot } from '../processes.ts';
import { anyOf, inOrder, nearestOf } from './answers.ts';
import { parseScaleOptions } from './options.ts';
import { plotGrowth } from './plot.ts';
import { withScale } from './publish.ts';
import { comparedSize, type ScaleItemReport, type ScaleReport } from './report.ts';
import { metersBetween, pointOf, radiusHolding, rankOf, thingAtRank, thingsNear } from './things.ts';
import { judge } from './verdicts.ts';

const canRun = process.platform === 'linux' && availableParallelism() >= 2;
const skip = canRun ? false : 'needs Linux and two cores, as the bench does';

test('a small run asks every item, checks every answer and finds none wrong', { skip }, async () => {
  const options = ['--sizes', '1000', '--engine', 'sqlite', '--rounds', '1', '--seconds', '0.1', '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, ['bench/scale/run.ts', ...options], {
    cwd: repositoryRoot,
    maxBuffer: 10_000_000,
  });
  const run = JSON.parse(stdout) as ScaleReport;

  assert.deepEqual(run.wrongAnswers, []);
  const [{ items, list, fillings, batches }] = run.engines as [ScaleReport['engines'][number]];
  // Rates are no matter here: what each connection asks is checked, however slow the machine.
  assert.equal(items.length, 14);
  assert.equal(list?.mebibytes.length, 2);
  assert.ok(fillings[0]!.entitiesPerSecond > 0);
  assert.ok(batches!.entitiesPerSecond > 0);
});

test('entities that are missing, foreign, repeated or in another order are noticed', () => {
  assert.equal(inOrder([1, 2])([1, 2]), undefined);
  assert.match(inOrder([1, 2])([2, 1]) ?? '', /expected 1,2/);
  const even = anyOf(2, (number) => number % 2 === 0);
  assert.equal(even([4, 2]), undefined);
  for (const wrong of [[4], [4, 4], [4, 3], [4, 2, 6]]) assert.ok(even(wrong), String(wrong));
  const center = pointOf(7, 1000);
  const near = thingsNear(center, 20_000, 1000)
    .filter((number) => metersBetween(center, pointOf(number, 1000)) <= 20_000)
    .sort(
      (one, other) => metersBetween(center, pointOf(one, 1000)) - metersBetween(center, pointOf(other, 1000)),
    )
    .slice(0, 10);
  const nearest = nearestOf(thingsNear(center, 20_000, 1000), center, 20_000, 1000);
  assert.equal(near[0], 7);
  assert.equal(nearest(near), undefined);
  for (const wrong of [near.toReversed(), near.slice(1), [...near.slice(0, 9), 500]])
    assert.ok(nearest(wrong));
});

test('every rank is taken once, and the entities near a point are found without looking at all', () => {
  const size = 1000;
  const all = Array.from({ length: size }, (_, number) => number);
  assert.deepEqual(
    all.map((number) => thingAtRank(rankOf(number, size), size)),
    all,
  );
  const radius = radiusHolding(20, size);
  for (const around of [0, 123, 999]) {
    const center = pointOf(around, size);
    const isNear = (number: number): boolean => metersBetween(center, pointOf(number, size)) <= radius;
    const found = thingsNear(center, radius, size).filter(isNear);
    assert.deepEqual(new Set(found), new Set(all.filter(isNear)));
  }
});

test('the largest size is held against 10 thousand, and a growth above 2 is no success', () => {
  assert.equal(comparedSize([1000, 10_000, 100_000]), 10_000);
  assert.equal(comparedSize([1000, 10_000]), 1000);
  const items = [report('quick', 1.5), report('slow', 2.5)];
  const verdicts = judge({
    engines: [{ engine: 'sqlite', fillings: [], batches: undefined, items, list: undefined }],
    parseServer: { skipped: 'for a test' },
  });
  assert.deepEqual(
    verdicts.slice(0, 2).map(({ what, measured }) => [what, measured]),
    [
      ['quick: growth', 1.5],
      ['slow: growth', 2.5],
    ],
  );
});

test('the plot is an SVG with a line and a name for each item', () => {
  const svg = plotGrowth('sqlite', [report('a < b', 1), report('c', 3)]);
  assert.equal(svg.match(/<polyline /g)?.length, 2);
  assert.match(svg, /a &lt; b/);
  assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
});

test('the other results keep the section of the last scale run, and only that', () => {
  const once = withScale('# Bench results\n', '# Scale\n\n## Targets\n');
  assert.match(once, /^# Bench results\n\n<!-- .* -->\n## Scale\n\n### Targets\n$/);
  assert.equal(withScale(once, '# Scale\n\n## Targets\n'), once);
});

test('options that say nothing that can be measured are refused', () => {
  for (const args of [
    ['--sizes', '1234'],
    ['--engine', 'other'],
    ['--rounds', '0'],
    ['--parse-size', '7'],
  ])
    assert.throws(() => parseScaleOptions(args));
  assert.equal(parseScaleOptions([]).isForTheRecord, true);
  assert.equal(parseScaleOptions(['--sizes', '1000']).isForTheRecord, false);
});

test("Parse Server's lock file has a hash for every package and no address of a registry", () => {
  const file = join(repositoryRoot, 'bench', 'parse-server', 'package-lock.json');
  const { packages } = JSON.parse(readFileSync(file, 'utf8')) as {
    packages: Record<string, { integrity?: string; resolved?: string }>;
  };
  const unlocked = Object.entries(packages)
    .filter(([path, { integrity, resolved }]) => path !== '' && (!integrity || resolved))
    .map(([path]) => path);
  assert.deepEqual(unlocked, []);
});

function report(item: string, growth: number): ScaleItemReport {
  const figures = [10_000, 100_000].map((size, index) => ({
    size,
    rounds: [],
    requestsPerSecond: index === 0 ? 1000 : 1000 / growth,
    p50Milliseconds: 1,
    p99Milliseconds: 1,
    serverBusy: 1,
    generatorBusy: 0.5,
  }));
  return { item, engine: 'sqlite', finds: '1', figures, growth, growthOfP99: 1, wrongAnswers: [] };
}
