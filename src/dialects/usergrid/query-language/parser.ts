import type {
  ComparisonOperator,
  EntityQuery,
  Filter,
  Projection,
  ScalarValue,
  SortKey,
} from '../../../core/entities/query/filter.ts';
import { type Token, type TokenKind, tokenize } from './lexer.ts';
import { syntaxError } from './syntax-error.ts';

/** In UTF-16 units. */
export const maximumStatementLength = 8192;
/** Parentheses within parentheses. */
export const maximumNestingDepth = 64;

const comparisonOperators: ReadonlySet<string> = new Set<ComparisonOperator>(['=', '<', '<=', '>', '>=']);

/**
 * Parses a statement, decoded already. A blank one, `*` and `select *` match everything. Names and texts come out in
 * lower case. Throws `query_syntax` with the subject `{column, line, kind}`.
 */
export function parseQuery(statement: string): EntityQuery {
  if (statement.length > maximumStatementLength) {
    const reason = `a query has at most ${maximumStatementLength} characters`;
    throw syntaxError(
      statement,
      maximumStatementLength,
      statement.slice(maximumStatementLength),
      'parse',
      reason,
    );
  }
  return new Parser(statement).statement();
}

/** Recursive descent: one method a rule of the grammar, which each quotes. */
class Parser {
  readonly #statement: string;
  readonly #tokens: Token[];
  #position = 0;
  #depth = 0;

  constructor(statement: string) {
    this.#statement = statement;
    this.#tokens = tokenize(statement);
  }

  /** [ "select" fields ] [ ["where"] expression ] [ "order by" sort {"," sort} ] */
  statement(): EntityQuery {
    const query: EntityQuery = {
      filter: undefined,
      order: [],
      projection: this.#selection(),
      direct: undefined,
    };
    const hasWhere = this.#take('keyword', 'where');
    if (hasWhere || !(this.#at('end') || this.#at('keyword', 'order by'))) {
      if (this.#atDirect()) query.direct = this.#direct();
      else query.filter = this.#or();
    }
    if (this.#take('keyword', 'order by')) query.order = this.#order();
    if (!this.#at('end')) throw this.#unexpected('the query is complete before it');
    return query;
  }

  /** "*" | name {"," name} | "{" name ":" name {"," name ":" name} "}" */
  #selection(): Projection[] | undefined {
    // Old clients send a bare `*`.
    const hasSelect = this.#take('keyword', 'select');
    if (this.#take('symbol', '*') || !hasSelect) return undefined;
    if (!this.#take('symbol', '{')) return this.#list(() => this.#field());
    const fields = this.#list(() => this.#renamedField());
    this.#require('symbol', '}', "'}' is expected");
    return fields;
  }

  #field(): Projection {
    const name = this.#name("a property name, '*' or '{' is expected");
    return { source: name, as: name };
  }

  #renamedField(): Projection {
    const as = this.#name('a name to return the property under is expected');
    this.#require('symbol', ':', "':' is expected");
    return { source: this.#name('a property name is expected'), as };
  }

  /** Whether `direct` opens a list of ids, and is not a property: `direct = 1`, `direct contains 'a'`. */
  #atDirect(): boolean {
    if (!this.#at('name', 'direct')) return false;
    const [next, afterNext] = [this.#peek(1), this.#peek(2)];
    if (next.kind === 'uuid') return true;
    const isPropertyTest =
      (next.value === 'contains' && afterNext.kind === 'text') ||
      (next.value === 'within' && afterNext.kind === 'number');
    return next.kind === 'name' && !isPropertyTest;
  }

  /** "direct" id {"," id} */
  #direct(): string[] {
    this.#advance();
    return this.#list(() => {
      if (this.#at('uuid') || this.#at('name')) return this.#advance().value;
      throw this.#unexpected('a uuid or a name is expected');
    });
  }

  /** and { ("or"|"||") and } */
  #or(): Filter {
    const operands = [this.#and()];
    while (this.#take('keyword', 'or')) operands.push(this.#and());
    return operands.length === 1 ? operands[0]! : { kind: 'or', operands };
  }

  /** not { ("and"|"&&") not } */
  #and(): Filter {
    const operands = [this.#not()];
    while (this.#take('keyword', 'and')) operands.push(this.#not());
    return operands.length === 1 ? operands[0]! : { kind: 'and', operands };
  }

  /** ["not"] term */
  #not(): Filter {
    return this.#take('keyword', 'not') ? { kind: 'not', operand: this.#term() } : this.#term();
  }

  /** "(" or ")" | property test */
  #term(): Filter {
    if (!this.#at('symbol', '(')) return this.#test();
    if (this.#depth === maximumNestingDepth) {
      throw this.#unexpected(`a query nests at most ${maximumNestingDepth} parentheses deep`);
    }
    this.#advance();
    this.#depth += 1;
    const inner = this.#or();
    this.#depth -= 1;
    this.#require('symbol', ')', "')' is expected");
    return inner;
  }

  /** property comparison value | property "contains" text | property "within" number "of" number "," number */
  #test(): Filter {
    const path = this.#name('a property name is expected');
    if (this.#take('name', 'contains')) {
      return {
        kind: 'contains',
        path,
        text: this.#require('text', undefined, 'a text in single quotes is expected').value,
      };
    }
    if (this.#take('name', 'within')) return this.#within(path);
    if (!this.#at('symbol') || !comparisonOperators.has(this.#peek().value)) {
      throw this.#unexpected('one of = < <= > >= contains within is expected');
    }
    return comparisonOf(path, this.#advance().value as ComparisonOperator, this.#value());
  }

  #within(path: string): Filter {
    const meters = this.#number('a distance in meters is expected');
    this.#require('keyword', 'of', "'of' is expected");
    const latitude = this.#number('a latitude is expected');
    this.#require('symbol', ',', "',' is expected");
    return { kind: 'within', path, meters, latitude, longitude: this.#number('a longitude is expected') };
  }

  /** true | false | number | uuid | 'text' */
  #value(): ScalarValue {
    if (this.#take('keyword', 'true')) return true;
    if (this.#take('keyword', 'false')) return false;
    if (this.#at('uuid') || this.#at('text')) return this.#advance().value;
    return this.#number('a value is expected: a number, true, false, a uuid or a text in single quotes');
  }

  /** property ["asc"|"desc"] {"," property ["asc"|"desc"]}; a property twice is an error. */
  #order(): SortKey[] {
    const seen = new Set<string>();
    return this.#list(() => {
      const path = this.#peek().value;
      if (seen.has(path)) throw this.#unexpected('the query is ordered by this property already');
      seen.add(this.#name('a property name is expected'));
      if (this.#take('name', 'desc')) return { path, direction: 'descending' };
      this.#take('name', 'asc');
      return { path, direction: 'ascending' };
    });
  }

  #list<Item>(item: () => Item): Item[] {
    const items = [item()];
    while (this.#take('symbol', ',')) items.push(item());
    return items;
  }

  #name(expectation: string): string {
    return this.#require('name', undefined, expectation).value;
  }

  #number(expectation: string): number {
    // Adding 0 turns -0 into 0.
    return Number(this.#require('number', undefined, expectation).value) + 0;
  }

  #peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#position + ahead, this.#tokens.length - 1)]!;
  }

  #at(kind: TokenKind, value?: string): boolean {
    const token = this.#peek();
    return token.kind === kind && (value === undefined || token.value === value);
  }

  #advance(): Token {
    const token = this.#peek();
    this.#position += 1;
    return token;
  }

  #take(kind: TokenKind, value: string): boolean {
    if (!this.#at(kind, value)) return false;
    this.#advance();
    return true;
  }

  #require(kind: TokenKind, value: string | undefined, expectation: string): Token {
    if (!this.#at(kind, value)) throw this.#unexpected(expectation);
    return this.#advance();
  }

  #unexpected(reason: string) {
    const { offset, written } = this.#peek();
    return syntaxError(this.#statement, offset, written, 'parse', reason);
  }
}

/** `=` trims its text, and a `*` in it makes a wildcard of it. */
function comparisonOf(path: string, operator: ComparisonOperator, value: ScalarValue): Filter {
  if (operator !== '=' || typeof value !== 'string') return { kind: 'comparison', path, operator, value };
  const text = value.trim();
  if (text.includes('*')) return { kind: 'wildcard', path, pattern: text };
  return { kind: 'comparison', path, operator, value: text };
}
