/** The growth of each item's time as an SVG: both axes logarithmic, so that a straight line is a power of the size. */
import type { Engine } from '../context.ts';
import { comparedSize, type ScaleItemReport } from './report.ts';
import { mostGrowth } from './verdicts.ts';

const width = 960;
const height = 520;
const area = { left: 70, right: 620, top: 40, bottom: 460 };
const colors = ['#1f77b4', '#ff7f0e', '#2ca02c', '#d62728', '#9467bd', '#8c564b', '#e377c2', '#7f7f7f'];

/** Time of a request (connections to rate would be a constant times it), each to that at the compared size. */
export function plotGrowth(engine: Engine, items: readonly ScaleItemReport[]): string {
  const sizes = items[0]?.figures.map(({ size }) => size) ?? [];
  const base = comparedSize(sizes);
  const lines = items.map(({ item, figures, growth }) => {
    const baseRate = figures.find(({ size }) => size === base)!.requestsPerSecond;
    return {
      label: growth === undefined ? item : `${item} (${growth.toFixed(2)})`,
      points: figures.map(({ size, requestsPerSecond }) => ({ size, growth: baseRate / requestsPerSecond })),
    };
  });
  const growths = lines.flatMap(({ points }) => points.map(({ growth }) => growth)).filter(Number.isFinite);
  const scale = makeScale(sizes, Math.min(0.25, ...growths), Math.max(4, ...growths));
  const title = `Time of a request to that at ${base.toLocaleString('en-US')} entities, ${engine}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">`,
    `<title>${title}</title>`,
    `<rect width="${width}" height="${height}" fill="white"/>`,
    text(area.left, 22, title, 'font-size="15"'),
    ...gridOf(sizes, scale),
    ...lines.flatMap(({ label, points }, index) => lineOf(label, points, index, scale)),
    '</svg>',
    '',
  ].join('\n');
}

interface Scale {
  low: number;
  high: number;
  x(size: number): number;
  y(growth: number): number;
}

function makeScale(sizes: readonly number[], low: number, high: number): Scale {
  const along = (value: number, from: number, to: number): number =>
    to === from ? 0.5 : Math.log(value / from) / Math.log(to / from);
  const [smallest = 1, largest = 10] = [sizes[0], sizes.at(-1)];
  return {
    low,
    high,
    x: (size) => area.left + along(size, smallest, largest) * (area.right - area.left),
    y: (growth) => area.bottom - along(growth, low, high) * (area.bottom - area.top),
  };
}

function gridOf(sizes: readonly number[], { low, high, x, y }: Scale): string[] {
  const powers = Array.from({ length: 31 }, (_, index) => 2 ** (index - 15)).filter(
    (power) => power >= low && power <= high,
  );
  return [
    ...powers.flatMap((power) => [
      line(
        area.left,
        y(power),
        area.right,
        y(power),
        power === mostGrowth ? 'red' : '#ddd',
        power === mostGrowth,
      ),
      text(area.left - 8, y(power) + 4, String(power), 'text-anchor="end"'),
    ]),
    text(area.right - 4, y(mostGrowth) - 5, `at most ${mostGrowth}`, 'text-anchor="end" fill="red"'),
    ...sizes.flatMap((size) => [
      line(x(size), area.top, x(size), area.bottom, '#ddd', false),
      text(x(size), area.bottom + 20, size.toLocaleString('en-US'), 'text-anchor="middle"'),
    ]),
    text(
      (area.left + area.right) / 2,
      area.bottom + 42,
      'entities in the collection',
      'text-anchor="middle"',
    ),
  ];
}

function lineOf(
  label: string,
  points: { size: number; growth: number }[],
  index: number,
  scale: Scale,
): string[] {
  const color = colors[index % colors.length]!;
  // A colour comes again with other strokes.
  const dashes = index < colors.length ? '' : ' stroke-dasharray="5 3"';
  const shown = points.filter(({ growth }) => Number.isFinite(growth) && growth > 0);
  const path = shown.map(({ size, growth }) => `${round(scale.x(size))},${round(scale.y(growth))}`).join(' ');
  const legendY = area.top + 12 + index * 26;
  const legendX = area.right + 24;
  return [
    `<polyline points="${path}" fill="none" stroke="${color}" stroke-width="2"${dashes}/>`,
    `<line x1="${legendX}" y1="${legendY - 4}" x2="${legendX + 26}" y2="${legendY - 4}" stroke="${color}" stroke-width="2"${dashes}/>`,
    text(legendX + 34, legendY, label),
  ];
}

const round = (value: number): string => value.toFixed(1);

const line = (x1: number, y1: number, x2: number, y2: number, color: string, isDashed: boolean): string =>
  `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" stroke="${color}"${isDashed ? ' stroke-dasharray="6 4"' : ''}/>`;

const escaped = (content: string): string =>
  content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const text = (x: number, y: number, content: string, attributes = ''): string =>
  `<text x="${round(x)}" y="${round(y)}" ${attributes}>${escaped(content)}</text>`;
