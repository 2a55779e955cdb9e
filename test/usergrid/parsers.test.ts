// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${user} is the placeholder's own text
/**
 * Everything that reads what a request holds, whatever it holds: it reads it or refuses it, in no other way than with
 * a KeygridError, and in time by its length.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { readProperties } from '../../src/core/entities/entity-body.ts';
import { entityType as rulesOf } from '../../src/core/entities/entity-types.ts';
import { readLocations } from '../../src/core/entities/geo/location-property.ts';
import { indexEntriesOf } from '../../src/core/entities/index/entity-index.ts';
import { encodeIndexValue, prefixRange, rangeOf } from '../../src/core/entities/index/index-key.ts';
import { wordPatternsOf, wordsOf } from '../../src/core/entities/index/words.ts';
import { parseCursor, renderCursor } from '../../src/core/entities/query/cursor.ts';
import { evaluateFilter, matchesEverything } from '../../src/core/entities/query/filter.ts';
import { planQuery } from '../../src/core/entities/query/planner.ts';
import { project } from '../../src/core/entities/query/projection.ts';
import { matchesWildcard } from '../../src/core/entities/query/text-matching.ts';
import { KeygridError } from '../../src/core/errors.ts';
import { parsePermission } from '../../src/core/identity/permission.ts';
import { isUuid } from '../../src/core/uuid.ts';
import { parseBody, parseForm } from '../../src/dialects/usergrid/body.ts';
import { isKnownToClient, writeConditionOf } from '../../src/dialects/usergrid/conditional-request.ts';
import { addressedPath, rawSegments } from '../../src/dialects/usergrid/guard.ts';
import { collectionName, entityType } from '../../src/dialects/usergrid/inflection.ts';
import { decodeStatement, parseQuery } from '../../src/dialects/usergrid/query-language/index.ts';
import { readDataParameters } from '../../src/dialects/usergrid/query-parameters.ts';
import { readMatrix, readQuerySegment } from '../../src/dialects/usergrid/resource-address.ts';
import { ambiguousUuid, normalizeUrl } from '../../src/dialects/usergrid/url.ts';

const digest = Buffer.alloc(8);
const thing = rulesOf('thing');
const asHeaders = (headers: Record<string, string>) =>
  ({ headers }) as Parameters<typeof writeConditionOf>[0];
const asEntity = (properties: ReturnType<typeof readProperties>) => ({
  ...{ uuid: '', type: 'thing', created: 0, modified: 0, properties },
});

/** A property of any form, as the parts after the parser of JSON get it. */
function readEntity(text: string): unknown {
  const body = parseBody(Buffer.from(text), 'application/json');
  if (body.kind !== 'json') return undefined;
  const properties = readProperties(thing, body.value);
  for (const { name, value } of properties.values()) readLocations(name, value);
  return indexEntriesOf(asEntity(properties));
}

const parsers: Record<string, (text: string) => unknown> = {
  'the query language': (text) => planQuery(thing, parseQuery(text)),
  'the second decoding of a statement': decodeStatement,
  'parameters of a data call': (text) =>
    readDataParameters({ ql: text, limit: text, cursor: text, explain: text, [text]: '' }),
  'matrix parameters': (text) => readDataParameters({ ...readMatrix(`things;${text}`) }),
  'a segment of JSON': (text) => readDataParameters(readQuerySegment(text) ?? {}),
  'a cursor': (text) => parseCursor(text, digest, 2),
  'a cursor with our head': (text) => {
    const head = renderCursor(digest, {
      values: [],
      created: 1,
      uuid: '00000000-0000-1000-8000-000000000000',
    });
    return parseCursor(head + Buffer.from(text).toString('base64url'), digest, 2);
  },
  'a body': (text) => parseBody(Buffer.from(text), 'text/plain'),
  'a body that calls itself JSON': readEntity,
  'a form': parseForm,
  'a URL': (text) => ambiguousUuid(normalizeUrl(`/${text}`)),
  'the segments of a path': (text) => addressedPath(rawSegments(`/o/a/groups/${text}`)),
  'the name of a collection': (text) => [collectionName(text), entityType(text)],
  'entity tags': (text) => writeConditionOf(asHeaders({ 'if-match': text, 'if-none-match': text })),
  'a tag that is known': (text) => isKnownToClient(asHeaders({ 'if-none-match': text }), text),
  'a permission': parsePermission,
  'a uuid': isUuid,
  'keys of the index': (text) => [encodeIndexValue(text), rangeOf('<', text), prefixRange(text)],
  words: (text) => [wordsOf(text), wordPatternsOf(text)],
};

/** What the texts are made of: of the languages that are read, and what breaks them. */
const scraps = [
  ...[
    'select',
    ' where ',
    'order by ',
    ' and ',
    ' or ',
    'not ',
    'contains ',
    'within ',
    ' of ',
    'direct ',
    '*',
    'a.b',
  ],
  ...[
    "'",
    '"',
    '\\',
    '\\u00',
    "\\'",
    '(',
    ')',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '=',
    '<=',
    '!',
    '&',
    '|',
    '&&',
    '-',
    '.',
  ],
  ...[
    '1',
    '1e999',
    '-0',
    '.5',
    '9'.repeat(400),
    'true',
    'null',
    '{"a":1}',
    '{"location":{"latitude":"x"}}',
    '[[]]',
  ],
  ...[
    '%',
    '%2',
    '%27',
    '%ff',
    '%e2%82',
    '%2527',
    '+',
    '?',
    ';',
    '/',
    '//',
    '..',
    '#',
    ';ql=',
    'limit=',
    '=',
    'W/"',
    '",',
  ],
  ...[
    'get:',
    '/**',
    '${user}',
    'me',
    'all',
    'uuid=',
    '7b2a1e0c-1111-11e4-8c21-0242ac110002',
    '7b2a1e0c-1111-',
  ],
  ...['\0', '\n', '\u2028', '\ud800', '\udc00', '😀', 'İ', 'ß', 'é', '__proto__', 'constructor', ' ', ''],
];
const hostileText = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.array(fc.constantFrom(...scraps), { maxLength: 25 }).map((parts) => parts.join('')),
  },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  { weight: 1, arbitrary: fc.json() },
);

describe('reads or refuses', () => {
  for (const [name, parse] of Object.entries(parsers)) {
    test(name, () => {
      fc.assert(
        fc.property(hostileText, (text) => {
          try {
            parse(text);
          } catch (error) {
            assert.ok(error instanceof KeygridError, `${JSON.stringify(text)}: ${error}`);
            assert.ok(error.message.length < 1000);
          }
        }),
        { numRuns: 400 },
      );
    });
  }
});

test('a query that is read is one that is understood: it is evaluated without a fault', () => {
  fc.assert(
    fc.property(
      hostileText,
      fc.dictionary(fc.constantFrom('a', 'b', 'location'), fc.jsonValue()),
      (text, entity) => {
        try {
          const { filter } = parseQuery(text);
          if (filter) assert.equal(typeof evaluateFilter(filter, entity), 'boolean');
        } catch (error) {
          assert.ok(error instanceof KeygridError, String(error));
        }
      },
    ),
    { numRuns: 1000 },
  );
  assert.deepEqual(parseQuery(''), matchesEverything);
});

type Sized = (size: number) => () => unknown;

const refusing = (act: () => unknown) => () => {
  try {
    return act();
  } catch (error) {
    assert.ok(error instanceof KeygridError);
    return undefined;
  }
};
const bodyOf =
  (text: (size: number) => string): Sized =>
  (size) => {
    const bytes = Buffer.from(text(size));
    return refusing(() => parseBody(bytes, 'application/json'));
  };
const textOf =
  (parse: (text: string) => unknown, text: (size: number) => string): Sized =>
  (size) => {
    const made = text(size);
    return refusing(() => parse(made));
  };

/** Each with a size that takes some milliseconds. */
const growing: Record<string, [size: number, make: Sized]> = {
  'a body of blanks': [500_000, bodyOf((size) => ' '.repeat(size))],
  'a body of one text': [1_000_000, bodyOf((size) => `["${'x'.repeat(size)}"]`)],
  'a body of backslashes': [500_000, bodyOf((size) => `["${'\\'.repeat(size)}`)],
  'a body of quotes': [200_000, bodyOf((size) => `["${'\\"'.repeat(size)}"]`)],
  'a body of texts': [30_000, bodyOf((size) => `[${'"x",'.repeat(size)}1]`)],
  'a body of different names': [
    10_000,
    bodyOf((size) => `[${Array.from({ length: size }, (_, index) => `{"p${index}":1}`).join(',')}]`),
  ],
  'a body of brackets, side by side': [12_000, bodyOf((size) => `[${'[],'.repeat(size)}1]`)],
  'a form of one field': [500_000, textOf(parseForm, (size) => `a=${'%41'.repeat(size)}`)],
  'a statement encoded twice': [20_000, textOf(decodeStatement, (size) => '%e2%82%ac%'.repeat(size))],
  'a statement of parentheses': [1_000_000, textOf(parseQuery, (size) => '('.repeat(size))],
  'a URL of question marks': [100_000, textOf(normalizeUrl, (size) => `/o/a/b?${'?'.repeat(size)}x`)],
  'a URL of slashes': [300_000, textOf(rawSegments, (size) => '/'.repeat(size))],
  'a path of groups': [60_000, textOf(rawSegments, (size) => `/o/a/groups${'/a'.repeat(size)}`)],
  'the name of a collection': [80_000, textOf(entityType, (size) => `${'statuses'.repeat(size)}es`)],
  tags: [
    40_000,
    textOf(
      (text) => writeConditionOf(asHeaders({ 'if-match': text })),
      (size) => 'W/",'.repeat(size),
    ),
  ],
  'words of a text': [100_000, textOf(wordsOf, (size) => 'aé_1 -'.repeat(size))],
  stars: [40_000, textOf(wordPatternsOf, (size) => '*a* ** '.repeat(size))],
  'a wildcard that nearly matches': [
    200_000,
    textOf(
      (text) => matchesWildcard(text, `*${'ab'.repeat(100)}c${'ab'.repeat(100)}*`),
      (size) => 'ab'.repeat(size),
    ),
  ],
  'a matrix parameter': [
    20_000,
    textOf(
      (text) => readMatrix(`a;${text}`),
      (size) => 'a=%20;'.repeat(size),
    ),
  ],
  'values of an entity': [
    15_000,
    textOf(
      (text) => indexEntriesOf(asEntity(readProperties(thing, { a: text.split(' ') }))),
      (size) => 'one two '.repeat(size),
    ),
  ],
  'a projection through objects': [
    4_000,
    textOf(
      (text) => project(text, [{ source: 'a.a.a.b', as: 'x' }]),
      (size) => `{"uuid":"u","a":[${'{"a":{"a":{"b":1}},"a.a":{"b":2}},'.repeat(size)}1]}`,
    ),
  ],
};

/** Of the fastest of three, in milliseconds: what others do on this machine does not count. */
function processorTime(act: () => unknown): number {
  let fastest = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < 3; turn += 1) {
    const before = process.cpuUsage();
    act();
    const { user, system } = process.cpuUsage(before);
    fastest = Math.min(fastest, (user + system) / 1000);
  }
  return fastest;
}

/** By the square of the length it would be 64 times as much, by the length it is 8 times. */
const times = 8;
const tolerance = 4;
const slackMilliseconds = 60;

describe('takes time by the length', () => {
  for (const [name, [size, make]] of Object.entries(growing)) {
    test(name, () => {
      const short = processorTime(make(size));
      const long = processorTime(make(times * size));
      assert.ok(long < short * times * tolerance + slackMilliseconds, `${short} ms, then ${long} ms`);
    });
  }
});
