import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ComparisonOperator, Filter, ScalarValue } from '../../../core/entities/query/filter.ts';
import { KeygridError } from '../../../core/errors.ts';
import { parseQuery } from './parser.ts';

const is = (path: string, operator: ComparisonOperator, value: ScalarValue): Filter => ({
  kind: 'comparison',
  path,
  operator,
  value,
});
const [a, b, c] = ['a', 'b', 'c'].map((path) => is(path, '=', 1)) as [Filter, Filter, Filter];
const filterOf = (statement: string): Filter | undefined => parseQuery(statement).filter;

/** Parses what must be refused, and returns where and why. */
function refusal(statement: string): { description: string; subject: Record<string, string | number> } {
  try {
    parseQuery(statement);
  } catch (error) {
    assert.ok(error instanceof KeygridError, String(error));
    assert.equal(error.code, 'query_syntax');
    return { description: error.message, subject: error.subject };
  }
  assert.fail(`accepted: ${statement}`);
}

test('UD-38 UD-83 nothing, blanks, a star and select * match everything', () => {
  for (const statement of ['', ' \t\n', '*', 'select *', ' SELECT * ']) {
    assert.deepEqual(parseQuery(statement), {
      filter: undefined,
      order: [],
      projection: undefined,
      direct: undefined,
    });
  }
});

test('UD-21 select and where may each be missing', () => {
  const expected = is('color', '=', 'black');
  for (const start of ['select * where ', 'where ', '', 'select *', ' ']) {
    assert.deepEqual(filterOf(`${start}color='black'`), expected);
  }
});

test('UD-22 and joins tests, with values of each type', () => {
  assert.deepEqual(filterOf('select * where madeup = true and ordinal >= 15 and x<-1.5e-3 && y > .5'), {
    kind: 'and',
    operands: [is('madeup', '=', true), is('ordinal', '>=', 15), is('x', '<', -0.0015), is('y', '>', 0.5)],
  });
});

test('UD-23 UD-24 not binds tighter than and, and and tighter than or', () => {
  assert.deepEqual(filterOf('a=1 or b=1 and not c=1'), {
    kind: 'or',
    operands: [a, { kind: 'and', operands: [b, { kind: 'not', operand: c }] }],
  });
  assert.deepEqual(filterOf('(a=1 || b=1) AND c=1'), {
    kind: 'and',
    operands: [{ kind: 'or', operands: [a, b] }, c],
  });
});

test('UD-25 operators have names, and names and keywords have no case', () => {
  for (const [name, operator] of [
    ['lt', '<'],
    ['LTE', '<='],
    ['Eq', '='],
    ['gt', '>'],
    ['gte', '>='],
  ] as const) {
    assert.deepEqual(filterOf(`SELECT * WHERE Ordinal ${name} 1`), is('ordinal', operator, 1));
  }
});

test('UD-26 an equality with a star in its text is a wildcard, any other comparison is not', () => {
  assert.deepEqual(filterOf("name = 'JOHN*'"), { kind: 'wildcard', path: 'name', pattern: 'john*' });
  assert.deepEqual(filterOf("name > 'a*'"), is('name', '>', 'a*'));
});

test('texts are lower-cased, and trimmed for equality', () => {
  assert.deepEqual(filterOf("name = ' John Smith '"), is('name', '=', 'john smith'));
  assert.deepEqual(filterOf("name >= ' B'"), is('name', '>=', ' b'));
});

test('UD-27 contains takes a text', () => {
  assert.deepEqual(filterOf("name contains 'Smith*'"), { kind: 'contains', path: 'name', text: 'smith*' });
});

test('UD-84 UD-87 within takes a distance and a place', () => {
  const expected = {
    kind: 'within',
    path: 'actor.location',
    meters: 10000,
    latitude: 37.7,
    longitude: -122.4,
  };
  assert.deepEqual(filterOf('actor.location within 10000 of 37.7,-122.4'), expected);
  assert.deepEqual(filterOf('Actor.Location WITHIN 1e4 OF 37.7, -122.4'), expected);
});

test('UD-29 UD-32 order by sorts, alone or after a filter', () => {
  const order = [
    { path: 'ordinal', direction: 'descending' },
    { path: 'name', direction: 'ascending' },
    { path: 'created', direction: 'ascending' },
  ];
  assert.deepEqual(parseQuery('order by ordinal desc, name asc, created').order, order);
  assert.deepEqual(parseQuery('select a where b = 1 order by ordinal DESC,name,created').order, order);
});

test('order by takes exactly one space, so that order may be a property', () => {
  assert.deepEqual(filterOf('order = 1'), is('order', '=', 1));
  assert.deepEqual(filterOf('order.by = 1'), is('order.by', '=', 1));
  refusal('order  by a');
});

test('ordering by a property twice is refused', () => {
  assert.deepEqual(refusal('order by a, B, A').subject, { column: 16, line: 1, kind: 'parse' });
});

test('UD-37 words of the language that are no keywords may be properties', () => {
  assert.deepEqual(filterOf('select * where limit = 5'), is('limit', '=', 5));
  for (const name of ['asc', 'desc', 'contains', 'within', 'direct', 'order', 'by', 'limit', '_a-b.c_1']) {
    assert.deepEqual(filterOf(`${name} = 1`), is(name, '=', 1));
    assert.deepEqual(parseQuery(`order by ${name} desc`).order, [{ path: name, direction: 'descending' }]);
  }
  for (const name of ['contains', 'within', 'direct']) {
    assert.deepEqual(filterOf(`${name} contains 'x'`), { kind: 'contains', path: name, text: 'x' });
  }
  for (const name of ['and', 'or', 'not', 'of', 'lt', 'lte', 'eq', 'gt', 'gte', 'true', 'false']) {
    refusal(`${name} = 1`);
  }
});

test('names that JavaScript objects have are plain properties', () => {
  for (const name of ['constructor', '__proto__', 'tostring']) {
    assert.deepEqual(filterOf(`${name} = 1`), is(name, '=', 1));
  }
});

test('UD-89 a uuid stands without quotes, whatever it begins with', () => {
  for (const uuid of ['7B2A1E0C-1111-11e4-8c21-0242ac110002', 'abcdef01-1111-11e4-8c21-0242ac110002']) {
    assert.deepEqual(filterOf(`uuid = ${uuid}`), is('uuid', '=', uuid.toLowerCase()));
    assert.deepEqual(filterOf(`uuid = '${uuid}'`), is('uuid', '=', uuid.toLowerCase()));
  }
});

test('UD-90 UD-91 select names the properties to return', () => {
  assert.deepEqual(parseQuery('select uuid').projection, [{ source: 'uuid', as: 'uuid' }]);
  assert.deepEqual(parseQuery('select actor.displayName, verb order by verb').projection, [
    { source: 'actor.displayname', as: 'actor.displayname' },
    { source: 'verb', as: 'verb' },
  ]);
});

test('select with braces returns a property under another name', () => {
  assert.deepEqual(parseQuery('select {name: username, email:email} where a = 1').projection, [
    { source: 'username', as: 'name' },
    { source: 'email', as: 'email' },
  ]);
});

test('where may be missing after a selection', () => {
  const query = parseQuery("select uuid name = 'John*'");
  assert.deepEqual(query.projection, [{ source: 'uuid', as: 'uuid' }]);
  assert.deepEqual(query.filter, { kind: 'wildcard', path: 'name', pattern: 'john*' });
});

test('UD-92 texts take escapes', () => {
  assert.deepEqual(filterOf(String.raw`p = 'test\'value'`), is('p', '=', "test'value"));
  assert.deepEqual(filterOf(String.raw`p = 'a\\b\tc\u00e9\101\0d\"'`), is('p', '=', 'a\\b\tcéa\0d"'));
});

test('UD-93 a plus in a text is a plus', () => {
  assert.deepEqual(filterOf("p='ed+x@y.z'"), is('p', '=', 'ed+x@y.z'));
});

test('direct takes uuids and names instead of a filter', () => {
  const uuid = '7b2a1e0c-1111-11e4-8c21-0242ac110002';
  assert.deepEqual(parseQuery(`select * where direct ${uuid}, Fred, contains order by a`).direct, [
    uuid,
    'fred',
    'contains',
  ]);
  assert.deepEqual(parseQuery('direct within').direct, ['within']);
  refusal('a = 1 and direct fred');
  refusal('direct fred and a = 1');
});

test('UD-34 an exclamation mark is refused with a hint', () => {
  const { description, subject } = refusal("select * where color != 'black'");
  assert.deepEqual(subject, { column: 22, line: 1, kind: 'token' });
  assert.match(description, /'!' at column 22 on line 1.*write 'not property = value'/);
});

test('UD-35 double quotes are refused with a hint', () => {
  const { description, subject } = refusal('color = "black"');
  assert.equal(subject.kind, 'token');
  assert.match(description, /single quotes/);
});

test('UD-36 what is missing is named with its place', () => {
  assert.match(
    refusal('color =').description,
    /end of the query at column 8 on line 1 .*a value is expected/,
  );
  assert.match(refusal("color 'black'").description, /contains within is expected/);
  assert.match(refusal("= 'black'").description, /'=' at column 1 .*a property name is expected/);
  assert.match(refusal('color = black').description, /'black' .*a text in single quotes/);
  assert.match(refusal('select where a = 1').description, /'where' .*a property name/);
  assert.match(refusal('select * where').description, /a property name is expected/);
});

test('lines are counted', () => {
  assert.deepEqual(refusal('select *\nwhere a = 1\n  and b').subject, { column: 8, line: 3, kind: 'parse' });
});

test('text after a complete statement is refused', () => {
  for (const statement of [
    'a = 1 b',
    'select * *',
    'order by a b',
    'a = 1 limit 5',
    '(a = 1))',
    'a = 12abc',
  ]) {
    assert.equal(refusal(statement).subject.kind, 'parse');
  }
});

test('texts without end and unknown escapes are refused where they start', () => {
  assert.deepEqual(refusal("a = 'x").subject, { column: 5, line: 1, kind: 'token' });
  assert.deepEqual(refusal(String.raw`a = 'x\q'`).subject, { column: 7, line: 1, kind: 'token' });
  assert.deepEqual(refusal(String.raw`a = 'x\'`).subject, { column: 5, line: 1, kind: 'token' });
});

test('a double negation needs parentheses', () => {
  refusal('not not a = 1');
  assert.deepEqual(filterOf('not (not a = 1)'), { kind: 'not', operand: { kind: 'not', operand: a } });
});

test('numbers out of range are refused', () => {
  assert.equal(refusal('a = 1e999').subject.kind, 'token');
});

test('a statement has at most 8192 characters', () => {
  const statement = (length: number) => `a = '${'x'.repeat(length - 6)}'`;
  assert.ok(filterOf(statement(8192)));
  assert.match(refusal(statement(8193)).description, /at most 8192 characters/);
});

test('parentheses nest at most 64 deep', () => {
  const nested = (depth: number) => `${'('.repeat(depth)}a=1${')'.repeat(depth)}`;
  assert.deepEqual(filterOf(nested(64)), a);
  assert.match(refusal(nested(65)).description, /at most 64 parentheses/);
  assert.match(refusal('not ('.repeat(1600)).description, /at most 64 parentheses/);
  assert.ok(filterOf(Array(70).fill('(a=1)').join(' and ')));
});
