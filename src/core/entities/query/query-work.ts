/**
 * What a query may look through. A row is no measure of that: one entity may hold 5 MB of text, and one query hundreds
 * of conditions on it. The unit is a character of a body looked at for one plain condition: a nanosecond, or a few.
 */
import { setImmediate } from 'node:timers/promises';
import { KeygridError } from '../../errors.ts';
import type { StoredEntity } from '../entity-store.ts';
import { wordPatternsOf } from '../index/words.ts';
import type { Filter } from './filter.ts';

const mostWork = 2_000_000_000;
/** Cannot be interrupted. */
const mostWorkOnOneEntity = 500_000_000;
const workBetweenRests = 20_000_000;

/** Bounds the work of one page. */
export interface WorkMeter {
  /**
   * The items in portions, with a rest after each, in which others have their turn; nearly always it is one, at once.
   * @throws KeygridError `query_too_broad`, at the latest when they are gone through
   */
  portions<Item extends { entity: StoredEntity }>(items: Item[]): Iterable<Item[]> | AsyncIterable<Item[]>;
}

/** @param weight of all conditions, as `weightOf` gives it; 0 if nothing is looked at. */
export function createWorkMeter(weight: number): WorkMeter {
  let left = mostWork;
  let sinceRest = 0;

  function spend({ body }: StoredEntity): void {
    const work = body.length * weight;
    left -= work;
    sinceRest += work;
    if (left < 0 || work > mostWorkOnOneEntity) throw tooMuchWork();
  }

  /** Whether no rest is needed. */
  function takesAtOnce(items: { entity: StoredEntity }[]): boolean {
    if (weight === 0) return true;
    const work = items.reduce((sum, { entity }) => sum + entity.body.length, 0) * weight;
    if (sinceRest + work >= workBetweenRests || work > left) return false;
    sinceRest += work;
    left -= work;
    return true;
  }

  async function* withRests<Item extends { entity: StoredEntity }>(items: Item[]): AsyncGenerator<Item[]> {
    let from = 0;
    for (let at = 0; at < items.length; at += 1) {
      spend(items[at]!.entity);
      if (sinceRest < workBetweenRests) continue;
      yield items.slice(from, at + 1);
      from = at + 1;
      await setImmediate();
      sinceRest = 0;
    }
    if (from < items.length) yield items.slice(from);
  }

  return { portions: (items) => (takesAtOnce(items) ? [items] : withRests(items)) };
}

const tooMuchWork = (): KeygridError =>
  new KeygridError(
    'query_too_broad',
    'The query would look through too much text: use fewer conditions with `contains` or `*`, or add one that few entities satisfy, such as an equality',
  );

/** Longer ones are searched for in another way (text-matching.ts). */
const shortPattern = 64;

/** How much more than one plain comparison it takes to evaluate the conditions. */
export const weightOf = (conditions: readonly Filter[]): number =>
  conditions.reduce((sum, condition) => sum + weightOfOne(condition), 0);

function weightOfOne(filter: Filter): number {
  switch (filter.kind) {
    case 'comparison':
    case 'within':
      return 1;
    case 'wildcard':
      return filter.pattern.length > shortPattern ? 10 : 2;
    case 'contains':
      return 5 + 10 * wordPatternsOf(filter.text).filter((pattern) => pattern.includes('*')).length;
    case 'and':
    case 'or':
      return weightOf(filter.operands);
    case 'not':
      return weightOfOne(filter.operand);
  }
}
