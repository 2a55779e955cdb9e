/** What never reaches a log, and how it is cut out of URLs and of whole log lines. */

/** Names whose values are secret, on the wire and in our own objects; compared without case, `_` and `-`. */
const secretNames = [
  'access_token',
  'refresh_token',
  'id_token',
  'id_token_hint',
  'logout_token',
  'registration_access_token',
  'subject_token',
  'actor_token',
  'token',
  'client_secret',
  'secret',
  'client_assertion',
  'assertion',
  'code',
  'device_code',
  'user_code',
  'code_verifier',
  'password',
  'password1',
  'password2',
  'old_password',
  'new_password',
  'superuser_password',
  'password_hash',
  'pin',
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'dpop',
] as const;

const plainName = (name: string): string => name.toLowerCase().replace(/[_-]/g, '');

const plainSecretNames: ReadonlySet<string> = new Set(secretNames.map(plainName));

export const isSecretName = (name: string): boolean => plainSecretNames.has(plainName(name));

const redacted = '[redacted]';

/** Endpoints whose query is all about credentials, in every dialect. */
const secretQueryPath =
  /\/(authorize|token|gettoken|refreshtoken|authenticate|introspect|revoke|par|device_authorization|resetpw)\/*$/i;

/**
 * The URL, absolute or a path, without what is secret in it: user and password, fragment, the values of secret
 * parameters, and for authorize and token requests the whole query. Never throws.
 */
export function redactUrl(url: string): string {
  const withoutFragment = cutFrom(url, '#');
  const address = cutFrom(withoutFragment, '?').replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/]*@/i, '$1');
  const query = withoutFragment.slice(cutFrom(withoutFragment, '?').length + 1);
  if (query === '') return address;
  if (secretQueryPath.test(decode(address))) return `${address}?${redacted}`;
  return `${address}?${query.split('&').map(redactParameter).join('&')}`;
}

function cutFrom(text: string, mark: string): string {
  const index = text.indexOf(mark);
  return index === -1 ? text : text.slice(0, index);
}

function redactParameter(parameter: string): string {
  const name = cutFrom(parameter, '=');
  return name !== parameter && isSecretName(decode(name)) ? `${name}=${redacted}` : parameter;
}

/** A server decodes names and paths before it looks at them, so that they may come in disguise. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const anyNotation = secretNames.map((name) => name.replace(/[_-]/g, '[_-]?')).join('|');
const string = '"(?:[^"\\\\]|\\\\.)*"';
const jsonMember = new RegExp(
  `"(${anyNotation})":(${string}|-?[0-9][0-9.eE+-]*|\\[(?:${string},?)*\\])`,
  'gi',
);
/** JSON quoted within a text, as parsers quote what they could not read. */
const quotedMember = new RegExp(`\\\\"(${anyNotation})\\\\"\\s*:\\s*(?:\\\\"[^"\\\\]*|[^,}\\s"\\\\]+)`, 'gi');
const formParameter = new RegExp(`\\b(${anyNotation})=[^&\\s"\\\\]+`, 'gi');
const authorizationValue = /\b(Bearer|Basic|DPoP) +[A-Za-z0-9._~+/=-]{8,}/gi;
/** Usergrid's tokens, its client secrets (longer than its client ids, which begin alike), and the shape of a JWT. */
const bareSecret =
  /\b(?:(?:YWMt|cmUt|b2Yt|ZW0t)[\w-]{40,}|(?:b3U6|YXA6)[\w-]{27,}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*)/g;

/**
 * `code` is also what errors are called by: words joined by `_`, or the five characters of an SQLSTATE. An
 * authorization code has digits among its letters, or a longer run of letters than any word.
 */
const errorCode = /^"(?:[A-Za-z]{1,16}(?:_[A-Za-z]{1,16})*|[0-9A-Z]{5})"$/;

/** A line of JSON with the values of secret members, at any depth, and secrets within its texts replaced. */
export function redactLine(line: string): string {
  return line
    .replace(jsonMember, (member: string, name: string, value: string) =>
      name === 'code' && errorCode.test(value) ? member : `"${name}":"${redacted}"`,
    )
    .replace(quotedMember, (_, name: string) => `\\"${name}\\":\\"${redacted}`)
    .replace(formParameter, `$1=${redacted}`)
    .replace(authorizationValue, `$1 ${redacted}`)
    .replace(bareSecret, redacted);
}
