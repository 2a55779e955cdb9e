/**
 * What a filter means, said as plainly as it can be: by looking at one entity in memory. The index must agree with it;
 * tests hold the two against each other.
 */
import { BoundedCache } from '../../bounded-cache.ts';
import { distanceOf } from '../geo/geography.ts';
import { createWordMemory, wordPatternsOf } from '../index/words.ts';
import { propertiesAt } from '../property-paths.ts';
import type { Comparison, Filter, ScalarValue } from './filter.ts';
import { compareText, matchesWildcard } from './text-matching.ts';

/** True if the entity satisfies the filter. A property that is missing or `null` satisfies no test. */
export function evaluateFilter(filter: Filter, entity: Record<string, unknown>): boolean {
  switch (filter.kind) {
    case 'comparison':
      return propertiesAt(entity, filter.path).some((value) => satisfiesComparison(value, filter));
    case 'wildcard':
      return textsAt(entity, filter.path).some((text) => matchesWildcard(text, filter.pattern));
    case 'contains':
      return textsAt(entity, filter.path).some((text) => containsAnyWord(text, filter.text));
    case 'within':
      return (distanceOf(entity, filter) ?? Number.POSITIVE_INFINITY) <= filter.meters;
    case 'and':
      return filter.operands.every((operand) => evaluateFilter(operand, entity));
    case 'or':
      return filter.operands.some((operand) => evaluateFilter(operand, entity));
    case 'not':
      return !evaluateFilter(filter.operand, entity);
  }
}

function satisfiesComparison(stored: unknown, { operator, value }: Comparison): boolean {
  if (typeof stored !== typeof value) return false;
  const order = compareScalars(stored as ScalarValue, value);
  switch (operator) {
    case '=':
      return order === 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

/** Both of one type. */
function compareScalars(left: ScalarValue, right: ScalarValue): number {
  if (typeof left === 'string') return compareText(left.toLowerCase(), String(right).toLowerCase());
  return Number(left) - Number(right);
}

function textsAt(entity: Record<string, unknown>, path: string): string[] {
  return propertiesAt(entity, path)
    .filter((value) => typeof value === 'string')
    .map((text) => text.toLowerCase());
}

interface SoughtWords {
  plain: Set<string>;
  withStars: string[];
}

const soughtWords = new BoundedCache<string, SoughtWords>(200);
const remembered = createWordMemory();

/** Cut once, not for every entity; a word that comes again adds nothing. */
function soughtIn(text: string): SoughtWords {
  const known = soughtWords.get(text);
  if (known) return known;
  const patterns = [...new Set(wordPatternsOf(text))];
  const isPlain = (pattern: string) => !pattern.includes('*');
  const sought = {
    plain: new Set(patterns.filter(isPlain)),
    withStars: patterns.filter((pattern) => !isPlain(pattern)),
  };
  soughtWords.set(text, sought);
  return sought;
}

function containsAnyWord(stored: string, text: string): boolean {
  const sought = soughtIn(text);
  return remembered(stored).some(
    (word) => sought.plain.has(word) || sought.withStars.some((pattern) => matchesWildcard(word, pattern)),
  );
}
