import { KeygridError } from '../../../core/errors.ts';

const shownLength = 40;

const shorten = (token: string): string =>
  token.length > shownLength ? `${token.slice(0, shownLength)}…` : token;

/**
 * `query_syntax` for the token at `offset` of the statement. `kind` is `token` if it is no token of the language at all
 * and `parse` if it stands in the wrong place. An empty token is the end of the statement. Lines and columns start at 1.
 */
export function syntaxError(
  statement: string,
  offset: number,
  token: string,
  kind: 'token' | 'parse',
  reason: string,
): KeygridError {
  const line = statement.slice(0, offset).split('\n').length;
  const column = offset - statement.lastIndexOf('\n', offset - 1);
  const what = token === '' ? 'The end of the query' : `The token '${shorten(token)}'`;
  const description = `The query cannot be parsed. ${what} at column ${column} on line ${line} is wrong: ${reason}.`;
  return new KeygridError('query_syntax', description, { subject: { column, line, kind } });
}
