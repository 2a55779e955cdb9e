/**
 * Pictures that this server itself holds, as `data:` URIs. Nothing else is ever shown: a picture from elsewhere would
 * tell its host who signs in where and when, and could change after it was approved (S053).
 */

const longestImage = 64 * 1024;
/** No SVG: it can hold script, and styles that reach for what is outside. */
const imagePattern = /^data:image\/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+={0,2}$/;

/** The URI if it is such a picture, else undefined. */
export function heldImage(uri: unknown): string | undefined {
  if (typeof uri !== 'string' || uri.length > longestImage) return undefined;
  return imagePattern.test(uri) ? uri : undefined;
}
