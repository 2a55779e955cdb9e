/** How much JSON a body may hold. Parsing takes time by names, objects and values, not by bytes. */
import { KeygridError } from '../../core/errors.ts';

const nestingLimit = 128;
/** Parsing takes some microseconds for each name that was not met before. */
const namesLimit = 100_000;
const namesOfOneObjectLimit = 5000;
/** In characters, as it stands in the text. */
const nameLengthLimit = 4096;
const containersLimit = 100_000;
/** Elements of arrays and members of objects, all together. */
const valuesLimit = 500_000;

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a] as const;
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d] as const;

/**
 * Bounds the work of parsing before any of it is done, and of what comes after. Of text that is not JSON it may say
 * anything. @throws KeygridError `malformed_body`
 */
export function requireModestJson(text: string): void {
  if (isSmall(text)) return;
  const namesAt = new Uint32Array(nestingLimit + 1);
  let depth = 0;
  let names = 0;
  let containers = 0;
  let commas = 0;
  let lastTextLength = 0;
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case quote: {
        const end = endOfText(text, at + 1);
        lastTextLength = end - at - 1;
        at = end;
        break;
      }
      case openBrace:
      case openBracket:
        if (++depth > nestingLimit) throw tooMuch(`nested deeper than ${nestingLimit} levels`);
        if (++containers > containersLimit)
          throw tooMuch(`of more than ${containersLimit} objects and arrays`);
        namesAt[depth] = 0;
        break;
      case closeBrace:
      case closeBracket:
        depth = Math.max(0, depth - 1);
        break;
      case comma:
        if (++commas >= valuesLimit) throw tooMuch(`of more than ${valuesLimit} values: send it in parts`);
        break;
      case colon:
        if (lastTextLength > nameLengthLimit)
          throw tooMuch(`of a name longer than ${nameLengthLimit} characters`);
        if (++namesAt[depth]! > namesOfOneObjectLimit)
          throw tooMuch(`of an object of over ${namesOfOneObjectLimit} names`);
        if (++names > namesLimit) throw tooMuch(`of more than ${namesLimit} names: send it in parts`);
        break;
    }
  }
}

/** Too short for every bound but that of the depth, with too few brackets for that one. */
function isSmall(text: string): boolean {
  if (text.length > nameLengthLimit) return false;
  let brackets = 0;
  for (const bracket of '{[') {
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) brackets += 1;
  }
  return brackets <= nestingLimit;
}

/** Where the quote stands that ends the text beginning at `from`; the end of everything if none does. */
function endOfText(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (character === quote) return at;
    if (character === backslash) at += 1;
  }
  return text.length;
}

export const tooMuch = (what: string): KeygridError =>
  new KeygridError('malformed_body', `The body is ${what}`);
