/** Lists in pages: how many, and where the page before ended. */
import { type Invocation, textOption } from './command.ts';
import { CommandProblem } from './problem.ts';

const mostItems = 1000;

/** `--limit`. @throws CommandProblem */
export function readLimit(invocation: Invocation, usual: number): number {
  const text = textOption(invocation, 'limit');
  if (text === undefined) return usual;
  const limit = Number(text);
  if (/^\d+$/.test(text) && limit >= 1 && limit <= mostItems) return limit;
  throw new CommandProblem(`--limit must be a whole number from 1 to ${mostItems}.`);
}

/** A page of a list that is there whole. `cursor` is the key of the last item before it. */
export function pageOf<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  { limit, cursor }: { limit: number; cursor: string | undefined },
): { items: Item[]; cursor: string | undefined } {
  const from = cursor === undefined ? 0 : items.findIndex((item) => keyOf(item) > cursor);
  const page = from < 0 ? [] : items.slice(from, from + limit);
  const last = page.at(-1);
  const isLast = from < 0 || from + limit >= items.length || last === undefined;
  return { items: page, cursor: isLast ? undefined : keyOf(last) };
}
