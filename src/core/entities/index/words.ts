/** How `contains` cuts text into words. The index that serves it must cut in the same way. */

const word = /[\p{L}\p{M}\p{N}_]+/gu;
const wordPattern = /[\p{L}\p{M}\p{N}_*]+/gu;
const oneWord = /^[\p{L}\p{M}\p{N}_]+$/u;
const onlyStars = /^\*+$/;

/** The words of a text in lower case: runs of letters, digits and underscores. */
export const wordsOf = (text: string): string[] => text.toLowerCase().match(word) ?? [];

/** Whether the whole text is its only word. */
export const isOneWord = (text: string): boolean => oneWord.test(text);

/**
 * The words of the text asked for last are kept: many conditions of one query look at the same property of the same
 * entity, and cutting it anew for each is most of their work.
 */
export function createWordMemory(): (text: string) => string[] {
  let lastText: string | undefined;
  let lastWords: string[] = [];
  return (text) => {
    if (text !== lastText) {
      lastText = text;
      lastWords = wordsOf(text);
    }
    return lastWords;
  };
}

/** As `wordsOf`, with `*` a part of a word. A lone `*` counts only if nothing else is there: any word at all. */
export function wordPatternsOf(text: string): string[] {
  const patterns = text.toLowerCase().match(wordPattern) ?? [];
  const telling = patterns.filter((pattern) => !onlyStars.test(pattern));
  return telling.length > 0 ? telling : patterns;
}
