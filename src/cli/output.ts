/** How results are printed: JSON for programs, lines and tables for people. */
import type { CommandResult } from './command.ts';

export function printResult({ json, text }: CommandResult, asJson: boolean): void {
  process.stdout.write(asJson ? `${JSON.stringify(json, null, 2)}\n` : `${printable(text).trimEnd()}\n`);
}

/**
 * Names, mail and paths are what strangers sent: nothing in them may move the cursor, or make the terminal do anything
 * else.
 */
export const printable = (text: string): string => text.replace(/[^\P{C}\n\t]/gu, '\u{fffd}');

/** Columns as wide as their widest cell; the last one is not padded. */
export function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head.map((title) => title.toUpperCase()), ...rows.map((row) => row.map(oneLine))];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => [...(line[column] ?? '')].length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => pad(cell, widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** `name: value` lines, the values in one column. */
export function renderFacts(facts: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(0, ...facts.map(([name]) => name.length)) + 2;
  return facts.map(([name, value]) => `${pad(`${name}:`, width)}${oneLine(value)}`).join('\n');
}

/** What comes after a page that is not the last. */
export const renderMore = (option: string, cursor: string | number | undefined): string =>
  cursor === undefined ? '' : `\n\nThere is more: add ${option} ${cursor}`;

/** `2026-01-31 12:00:00 UTC`. Milliseconds since the epoch; Infinity is never. */
export function renderTime(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return 'never';
  return new Date(milliseconds)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC');
}

/** For JSON, which has no Infinity. */
export const jsonTime = (milliseconds: number): string | null =>
  Number.isFinite(milliseconds) ? new Date(milliseconds).toISOString() : null;

const oneLine = (text: string): string => text.replace(/[\n\t]/g, ' ');

const pad = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - [...text].length));
