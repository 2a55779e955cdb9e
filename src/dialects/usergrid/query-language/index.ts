/**
 * Usergrid's query language: statements such as `select name where age >= 18 order by created desc` to the core's
 * query tree, and back. Nothing here runs a query.
 */
export { decodeStatement } from './decode-statement.ts';
export { parseQuery } from './parser.ts';
export { printFilter, printQuery } from './printer.ts';
