/** Which language a page is in: the tables there are, and how one is picked. */
import { english, type Texts } from './english.ts';

export type { Texts } from './english.ts';

/** BCP 47 tag in lower case -> texts. */
const tables: Readonly<Record<string, Texts>> = { en: english };

const longestWish = 500;

export interface LanguageWishes {
  /** Of an authorization request: tags in order of preference (OpenID Connect Core §3.1.2.1). Never an error (S030). */
  uiLocales?: string | undefined;
  /** The header `Accept-Language`. */
  acceptLanguage?: string | undefined;
}

/** What the application asks for comes before what the browser asks for; English when nothing fits. */
export function chooseTexts(
  { uiLocales, acceptLanguage }: LanguageWishes,
  available: Readonly<Record<string, Texts>> = tables,
): Texts {
  const wishes = [...(uiLocales ?? '').slice(0, longestWish).split(' '), ...byQuality(acceptLanguage ?? '')];
  for (const wish of wishes) {
    const found = lookUp(wish.toLowerCase(), available);
    if (found) return found;
  }
  return english;
}

/** RFC 4647 §3.4: shortened from the end until there is such a table. */
function lookUp(tag: string, available: Readonly<Record<string, Texts>>): Texts | undefined {
  for (let range = tag; range !== ''; range = range.slice(0, Math.max(0, range.lastIndexOf('-')))) {
    if (Object.hasOwn(available, range)) return available[range];
  }
  return undefined;
}

/** RFC 9110 §12.5.4. */
function byQuality(header: string): string[] {
  return header
    .slice(0, longestWish)
    .split(',')
    .map((entry) => {
      const [tag = '', ...parameters] = entry.split(';').map((part) => part.trim());
      const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
      return { tag, quality: quality === undefined ? 1 : Number(quality) };
    })
    .filter(({ quality }) => quality > 0)
    .sort((one, other) => other.quality - one.quality)
    .map(({ tag }) => tag);
}
