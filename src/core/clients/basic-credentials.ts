/** The Basic scheme as OAuth uses it: RFC 7617, with each half form-encoded (RFC 6749 §2.3.1, appendix B). */

export interface BasicCredentials {
  clientId: string;
  clientSecret: string;
  /** Before form-decoding: many clients leave the encoding out. */
  rawClientId: string;
  rawClientSecret: string;
}

/** The scheme in any case, and more than one space behind it (aps-auth.md 3.2, 7). */
const schemePattern = /^basic +([A-Za-z0-9+/_-]+={0,2}) *$/i;
const longestHeader = 2000;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Undefined for another scheme, and for what cannot be read. Splits at the first colon (S056). */
export function parseBasicCredentials(header: string): BasicCredentials | undefined {
  const encoded = header.length <= longestHeader ? schemePattern.exec(header)?.[1] : undefined;
  if (encoded === undefined) return undefined;
  const decoded = decodeUtf8(Buffer.from(encoded, 'base64'));
  const colon = decoded?.indexOf(':') ?? -1;
  if (decoded === undefined || colon === -1) return undefined;
  const rawClientId = decoded.slice(0, colon);
  const rawClientSecret = decoded.slice(colon + 1);
  return {
    clientId: formDecode(rawClientId),
    clientSecret: formDecode(rawClientSecret),
    rawClientId,
    rawClientSecret,
  };
}

function decodeUtf8(bytes: Buffer): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** What is not form-encoded stays as it is. */
function formDecode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
