/** The bytes of one character in UTF-8, percent-encoded: the first byte tells how many follow. */
const encodedCharacter =
  /%[0-7][0-9a-f]|%[cd][0-9a-f]%[89ab][0-9a-f]|%e[0-9a-f](?:%[89ab][0-9a-f]){2}|%f[0-7](?:%[89ab][0-9a-f]){3}/gi;

/**
 * The second of the two URL decodings that Usergrid gives a statement (the first is the query string's own). A `+`
 * stays a plus, and what is not well-formed percent-encoding stays as it is: `like 100%` is a text.
 */
export const decodeStatement = (rawOnceDecoded: string): string =>
  rawOnceDecoded.replace(encodedCharacter, (encoded) => {
    try {
      return decodeURIComponent(encoded);
    } catch {
      return encoded;
    }
  });
