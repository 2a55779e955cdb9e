/**
 * The words of texts in the index: what `contains` is answered from. A text that is one word has none, since the text
 * itself is in the index.
 */
import type { IndexEntry, IndexedValue } from '../entity-store.ts';
import type { ScalarValue } from '../query/filter.ts';
import { encodeIndexValue } from './index-key.ts';
import { isOneWord, wordsOf } from './words.ts';

/** Of one entity: what is beyond these bounds is marked, and found by looking at the entities marked. */
export const maximumWords = 1000;
export const maximumCutCharacters = 20_000;

/**
 * Paths of words, by the path of their texts: the same string each time, whose hash is known, since every entity that is
 * written looks its paths up.
 */
const wordsPaths = new Map<string, string>();
const wordsPathsKept = 5000;

/** Where the words of all texts at the path are. */
export function wordsPath(path: string): string {
  const held = wordsPaths.get(path);
  if (held !== undefined) return held;
  if (wordsPaths.size === wordsPathsKept) wordsPaths.clear();
  const made = `${path}[words]`;
  wordsPaths.set(path, made);
  return made;
}

/** Where entities are marked that have a text at the path whose words are not in the index. */
export const uncutPath = (path: string): string => `${path}[uncut]`;
const mark = encodeIndexValue(true);

export const uncutMark = (path: string): IndexEntry => ({ path: uncutPath(path), value: mark });

/** A set where there are several. */
export type ValuesAtPath = ScalarValue | Set<ScalarValue>;

/**
 * Shorter texts are served first, and those at paths that are not indexed too: so what is cut follows from the values
 * alone, whatever their order and the settings of the collection.
 * @param valuesByPath texts in lower case.
 */
export function wordEntriesOf(
  valuesByPath: ReadonlyMap<string, ValuesAtPath>,
  isIndexed: (path: string) => boolean,
): IndexedValue[] {
  const entries: IndexedValue[] = [];
  let charactersLeft = maximumCutCharacters;
  let wordsLeft = maximumWords;
  for (const { path, texts, characters } of textsToCut(valuesByPath)) {
    charactersLeft -= characters;
    const words = new Set(charactersLeft < 0 ? [] : texts.flatMap(wordsOf));
    wordsLeft -= words.size;
    if (!isIndexed(path)) continue;
    if (charactersLeft < 0 || wordsLeft < 0) entries.push(uncutMark(path));
    else {
      const pathOfWords = wordsPath(path);
      for (const word of words) entries.push({ path: pathOfWords, value: word });
    }
  }
  return entries;
}

interface TextsToCut {
  path: string;
  texts: string[];
  characters: number;
}

function textsToCut(valuesByPath: ReadonlyMap<string, ValuesAtPath>): TextsToCut[] {
  const found: TextsToCut[] = [];
  let total = 0;
  for (const [path, values] of valuesByPath) {
    if (!(values instanceof Set)) {
      if (!isToCut(values)) continue;
      found.push({ path, texts: [values], characters: values.length });
      total += values.length;
      continue;
    }
    const texts = [...values].filter(isToCut);
    const characters = texts.reduce((sum, text) => sum + text.length, 0);
    if (characters > 0) found.push({ path, texts, characters });
    total += characters;
  }
  // Within every bound the order does not matter.
  if (total <= Math.min(maximumWords, maximumCutCharacters)) return found;
  return found.sort((left, right) => left.characters - right.characters || (left.path < right.path ? -1 : 1));
}

const isToCut = (value: ScalarValue): value is string =>
  typeof value === 'string' && value !== '' && !isOneWord(value);
