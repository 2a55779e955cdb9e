/**
 * Reads TypeScript just closely enough to see what it imports and what it calls: comments and the insides of
 * strings are blanked out, with every character in its place, so that patterns meet code only.
 */

export interface ImportStatement {
  /** What is imported, as written; undefined when a dynamic import computes it. */
  specifier: string | undefined;
  /** Of the statement, from 1. */
  line: number;
}

/** After one of these a slash begins a regular expression; after anything else it divides. */
const beforeExpression = /(?:^|[=(,:;!&|?{}[+\-*%~^<>]|\b(?:return|typeof|case|in|of|await|yield|void))\s*$/;

const blank = (text: string): string => text.replace(/[^\n]/g, ' ');

/** The end of the string, template text or pattern that begins at `start`, after its closing mark. */
function endOfQuoted(source: string, start: number, closing: string): number {
  let insideClass = false;
  for (let at = start + 1; at < source.length; at++) {
    const character = source[at];
    if (character === '\\') at += 1;
    else if (closing === '/' && character === '[') insideClass = true;
    else if (closing === '/' && character === ']') insideClass = false;
    else if (character === closing && !insideClass) return at + 1;
    else if (closing === '`' && character === '$' && source[at + 1] === '{') return at;
  }
  return source.length;
}

function endOfComment(source: string, start: number): number {
  const closing = source[start + 1] === '/' ? '\n' : '*/';
  const end = source.indexOf(closing, start + 2);
  if (end < 0) return source.length;
  return closing === '\n' ? end : end + 2;
}

/** The source with comments and the insides of strings, templates and patterns as spaces. Same length, same lines. */
export function blankTexts(source: string): string {
  let code = '';
  // One entry for each template we are inside an expression of: how many braces are open in it.
  const templates: number[] = [];
  const takeQuoted = (start: number, closing: string): number => {
    const end = endOfQuoted(source, start, closing);
    const closed = source[end - 1] === closing && end - 1 > start;
    code += source[start] + blank(source.slice(start + 1, closed ? end - 1 : end)) + (closed ? closing : '');
    if (!closed && source[end] === '$') {
      code += '${';
      templates.push(0);
      return end + 2;
    }
    return end;
  };
  for (let at = 0; at < source.length; ) {
    const character = source[at] ?? '';
    const next = source[at + 1];
    if (character === '/' && (next === '/' || next === '*')) {
      const end = endOfComment(source, at);
      code += blank(source.slice(at, end));
      at = end;
    } else if (character === "'" || character === '"' || character === '`') {
      at = takeQuoted(at, character);
    } else if (character === '/' && beforeExpression.test(code.slice(-40).trimEnd())) {
      at = takeQuoted(at, '/');
    } else if (character === '}' && templates.at(-1) === 0) {
      templates.pop();
      at = takeQuoted(at, '`');
    } else {
      const depth = templates.length - 1;
      if (depth >= 0 && character === '{') templates[depth]! += 1;
      if (depth >= 0 && character === '}') templates[depth]! -= 1;
      code += character;
      at += 1;
    }
  }
  return code;
}

export const lineAt = (source: string, index: number): number => source.slice(0, index).split('\n').length;

const fromStatement = /\b(?:import|export)\b(?=[\s{*])[^'"`;]*?\bfrom\s*(['"])( *)\1/g;
const sideEffect = /\bimport\s*(['"])( *)\1/g;
const dynamic = /(?<![.\w$])import\s*\(\s*(?:(['"`])( *)\1)?/g;

/** Every static, side-effect, dynamic and re-exporting import of a source, and `import('x')` in types. */
export function findImports(source: string): ImportStatement[] {
  const code = blankTexts(source);
  const found: ImportStatement[] = [];
  // The specifier's text is blank in the code: it is read from the same place of the source.
  const add = (match: RegExpExecArray, specifierLength: number | undefined) => {
    const end = match.index + match[0].length - 1;
    const specifier = specifierLength === undefined ? undefined : source.slice(end - specifierLength, end);
    found.push({ specifier, line: lineAt(source, match.index) });
  };
  for (const match of code.matchAll(fromStatement)) add(match, match[2]?.length);
  for (const match of code.matchAll(sideEffect)) add(match, match[2]?.length);
  for (const match of code.matchAll(dynamic)) add(match, match[2]?.length);
  return found.sort((a, b) => a.line - b.line);
}
