/** How `contains` cuts text into words. The index that serves it must cut in the same way. */

const word = /[\p{L}\p{M}\p{N}_]+/gu;
const wordPattern = /[\p{L}\p{M}\p{N}_*]+/gu;
const oneWord = /^[\p{L}\p{M}\p{N}_]+$/u;
const onlyStars = /^\*+$/;

const asciiEnd = 0x80;
/** By character code. */
const isWordCharacter = Array.from({ length: asciiEnd }, (_, code) =>
  oneWord.test(String.fromCharCode(code)),
);

/** The words of a text in lower case: runs of letters, digits and underscores. */
export function wordsOf(text: string): string[] {
  const lowerCase = text.toLowerCase();
  return asciiWordsOf(lowerCase) ?? lowerCase.match(word) ?? [];
}

/** Undefined for a text that is not all ASCII. Most are, and an expression takes three times as long. */
function asciiWordsOf(text: string): string[] | undefined {
  const words: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= asciiEnd) return undefined;
    if (isWordCharacter[code]) continue;
    if (at > start) words.push(text.slice(start, at));
    start = at + 1;
  }
  if (start < text.length) words.push(text.slice(start));
  return words;
}

/** Whether the whole text is its only word. */
export function isOneWord(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= asciiEnd) return oneWord.test(text);
    if (!isWordCharacter[code]) return false;
  }
  return text !== '';
}

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
