import { syntaxError } from './syntax-error.ts';

export type TokenKind = 'name' | 'keyword' | 'symbol' | 'uuid' | 'number' | 'text' | 'end';

export interface Token {
  kind: TokenKind;
  /** In the one spelling the parser asks for: lower case, escapes decoded, `lte` as `<=`, `&&` as `and`. */
  value: string;
  /** As it stands in the statement. */
  written: string;
  offset: number;
}

/** Words that are never property names. `asc desc contains within direct` may be. */
const keywords = new Set(['select', 'where', 'order by', 'and', 'or', 'not', 'of', 'true', 'false']);

/** Two spellings of one token. */
const sameAs = new Map([
  ['lt', '<'],
  ['lte', '<='],
  ['eq', '='],
  ['gt', '>'],
  ['gte', '>='],
  ['&&', 'and'],
  ['||', 'or'],
]);

const hex = '[0-9a-f]';
const tokenPattern = new RegExp(
  [
    String.raw`(?<blank>[ \t\n\r\f]+)`,
    String.raw`(?<uuid>${hex}{8}-${hex}{4}-${hex}{4}-${hex}{4}-${hex}{12})(?![\w.-])`,
    // One token with exactly one space, so that `order` alone can be a property.
    String.raw`(?<orderBy>order by)(?![\w.-])`,
    String.raw`(?<name>[a-z_][\w.-]*)`,
    String.raw`(?<number>-?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?)`,
    String.raw`(?<symbol><=|>=|&&|\|\||[=<>(){},:*])`,
    String.raw`(?<text>'[^'\\]*(?:\\[\s\S][^'\\]*)*')`,
  ].join('|'),
  'iy',
);

/** Cuts a statement into tokens, the last of kind `end`. Throws `query_syntax` of kind `token`. */
export function tokenize(statement: string): Token[] {
  const tokens: Token[] = [];
  let offset = 0;
  while (offset < statement.length) {
    tokenPattern.lastIndex = offset;
    const groups = tokenPattern.exec(statement)?.groups;
    if (groups === undefined) throw illegalCharacter(statement, offset);
    const token = tokenOf(statement, groups, offset);
    if (token !== undefined) tokens.push(token);
    offset = tokenPattern.lastIndex;
  }
  tokens.push({ kind: 'end', value: '', written: '', offset: statement.length });
  return tokens;
}

function tokenOf(
  statement: string,
  groups: Record<string, string | undefined>,
  offset: number,
): Token | undefined {
  if (groups.blank !== undefined) return undefined;
  if (groups.text !== undefined) return textToken(statement, groups.text, offset);
  if (groups.number !== undefined) return numberToken(statement, groups.number, offset);
  if (groups.uuid !== undefined) {
    return { kind: 'uuid', value: groups.uuid.toLowerCase(), written: groups.uuid, offset };
  }
  const written = groups.name ?? groups.orderBy ?? groups.symbol ?? '';
  const value = sameAs.get(written.toLowerCase()) ?? written.toLowerCase();
  return { kind: kindOf(value), value, written, offset };
}

function kindOf(value: string): TokenKind {
  if (keywords.has(value)) return 'keyword';
  return /^[a-z_]/.test(value) ? 'name' : 'symbol';
}

function numberToken(statement: string, written: string, offset: number): Token {
  if (!Number.isFinite(Number(written))) {
    throw syntaxError(statement, offset, written, 'token', 'the number is out of range');
  }
  return { kind: 'number', value: written, written, offset };
}

/** Backslash and one of the simple letters, four hexadecimal digits after `u`, or one to three octal digits. */
const escapeSequence =
  /\\(?:(?<simple>[btnfr"'\\])|u(?<unicode>[0-9a-f]{4})|(?<octal>[0-3][0-7]{2}|[0-7]{1,2})|.)/gis;
const simpleEscapes: Record<string, string> = { b: '\b', t: '\t', n: '\n', f: '\f', r: '\r' };

function textToken(statement: string, written: string, offset: number): Token {
  const decoded = written.slice(1, -1).replace(escapeSequence, (sequence: string, ...rest: unknown[]) => {
    const { simple, unicode, octal } = rest.at(-1) as Record<string, string | undefined>;
    if (simple !== undefined) return simpleEscapes[simple.toLowerCase()] ?? simple;
    if (unicode !== undefined) return String.fromCharCode(Number.parseInt(unicode, 16));
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
    const at = offset + 1 + Number(rest.at(-3));
    throw syntaxError(statement, at, sequence, 'token', 'there is no such escape sequence');
  });
  return { kind: 'text', value: decoded.toLowerCase(), written, offset };
}

/** Hints for what people try first. */
const hints: Record<string, string> = {
  '!': "there is no '!=', write 'not property = value'",
  '"': 'texts stand in single quotes',
  "'": 'the text that starts here has no closing quote',
};

function illegalCharacter(statement: string, offset: number) {
  const character = String.fromCodePoint(statement.codePointAt(offset) ?? 0);
  const reason = hints[character] ?? 'the query language has no such character';
  return syntaxError(statement, offset, character, 'token', reason);
}
