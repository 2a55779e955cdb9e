/**
 * Singular and plural of collection names, as Usergrid has them (Rails' inflections), less the words that those get
 * wrong (`waves` is no `wafe`, `human` no `humen`). Every word has one plural and one singular, and either leads to the
 * other: so `/user/x` and `/users/x` are always the same entity.
 */
import { pluralRules, singularRules, type TailRule, uncountable } from './inflection-rules.ts';

/** `city` -> `cities`; a plural stays. Keeps the case of what it keeps. */
export function pluralize(word: string): string {
  if (isSameInBoth(word)) return word;
  const plural = applyFirst(pluralRules, word);
  // `bu` -> `bus`, which is a singular: both belong to `buses`.
  return plural === word ? word : pluralize(plural);
}

/**
 * `cities` -> `city`; a singular stays. A plural that no rule can lead back to stays too, so that
 * `pluralize(singularize(word))` is always `pluralize(word)`.
 */
export function singularize(word: string): string {
  const plural = pluralize(word);
  if (isSameInBoth(plural)) return plural;
  const singular = applyFirst(singularRules, plural);
  return pluralize(singular).toLowerCase() === plural.toLowerCase() ? singular : plural;
}

const isSameInBoth = (word: string): boolean => word === '' || uncountable.test(word);

/** The first rule whose tail the word ends in, replaces it; in capitals if what it replaces ends in one. */
function applyFirst(rules: readonly TailRule[], word: string): string {
  for (const { ending, becomes } of rules) {
    const tail = ending.exec(word)?.[0];
    if (tail !== undefined) return word.slice(0, word.length - tail.length) + inCaseOf(tail, becomes);
  }
  return word;
}

const inCaseOf = (replaced: string, text: string): string =>
  /[A-Z]$/.test(replaced) ? text.toUpperCase() : text;

/** The name of the collection that a path segment addresses: plural, lower case. */
export const collectionName = remembered((segment) => pluralize(segment.toLowerCase()));

/** The type of the entities of the collection that a path segment addresses: singular, lower case. */
export const entityType = remembered((segment) => singularize(segment.toLowerCase()));

/** Words come from callers, so what is remembered is bounded: the oldest goes first, long ones are not kept. */
function remembered(inflect: (word: string) => string): (word: string) => string {
  const maximumWords = 4096;
  const maximumLength = 64;
  const known = new Map<string, string>();
  return (word) => {
    const hit = known.get(word);
    if (hit !== undefined) return hit;
    const result = inflect(word);
    if (word.length > maximumLength) return result;
    if (known.size === maximumWords) known.delete(known.keys().next().value!);
    known.set(word, result);
    return result;
  };
}
