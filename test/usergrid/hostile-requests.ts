/** Hostile values for every part of a request: what fuzz.test.ts sends. */
import * as fc from 'fast-check';

export interface Route {
  method: string;
  /** With names of parameters: `/management/users/{user}`. */
  template: string;
}

export interface HostileRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Buffer | undefined;
}

/** What is known to the attacker, and therefore mixed into everything. */
export interface KnownValues {
  /** Filled in where a path parameter of that name is wanted, most of the time. */
  parameters: Record<string, string[]>;
  /** Names, uuids, addresses: anything. */
  values: string[];
  /** Values of an Authorization header. */
  authorizations: string[];
}

const nasty = [
  '',
  ' ',
  '\u0000',
  '../..',
  '%2e%2e%2f',
  '%00',
  '%',
  '/',
  'a/b',
  ';ql=select *',
  '?',
  '#',
  '*',
  '{',
  '{}',
  '{"limit":{}}',
  '[]',
  'null',
  'true',
  'me',
  'all',
  'any',
  '_settings',
  '_clear',
  '_reindex',
  'likes',
  'connecting',
  'connections',
  'following',
  'feed',
  'activities',
  'devices',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the placeholder's own text
  '${user}',
  "'; drop table entities; --",
  '<script>alert(1)</script>',
  '-1',
  '0',
  'NaN',
  '1e999',
  '9223372036854775807',
  '99999999999999999999999999',
  '\ud800',
  '\u2028',
  '\u202e',
  '😀'.repeat(50),
  'İ',
  'ß',
  'x'.repeat(3000),
  '00000000-0000-0000-0000-000000000001',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  "select * where a = 'b' order by c desc",
  'not not not a = 1',
  `${'('.repeat(200)}`,
  'location within 1e308 of 1e308, -1e308',
  'location within 1000 of 37.7, -122.4 order by location',
  "a contains '*'",
  "a = '***************************************b'",
  'order by a, b, c, d, e, f, g, h, i',
];
const parameterNames = [
  ...['ql', 'q', 'query', 'limit', 'cursor', 'callback', 'access_token', 'client_id', 'client_secret', 'ttl'],
  ...[
    'grant_type',
    'username',
    'password',
    'token',
    'permission',
    'force',
    'analyzeOnly',
    'type',
    'name',
    'pin',
  ],
  ...[
    'confirm_application_identifier',
    'connections',
    'email',
    'organization',
    'code',
    'redirect_uri',
    'deleted',
    'explain',
    'replace_all',
  ],
];
const propertyNames = [
  ...['name', 'username', 'email', 'path', 'password', 'oldpassword', 'newpassword', 'permission', 'title'],
  ...[
    'inactivity',
    'metadata',
    'uuid',
    'type',
    'created',
    'organization',
    'activated',
    'disabled',
    'confirmed',
  ],
  ...[
    'properties',
    'location',
    'actor',
    'verb',
    'owner',
    'picture',
    'accesstokenttl',
    'grant_type',
    'ttl',
    'pin',
  ],
  ...['client_id', 'client_secret', '__proto__', 'constructor', 'toJSON', 'a.b', '', 'collections', 'token'],
];
const oddValues: unknown[] = [
  { latitude: 'x', longitude: 1 },
  { latitude: 91, longitude: 1e308 },
  { lat: '37.7', lon: '-122.4' },
  { latitude: 1 },
  [[[[]]]],
  Array.from({ length: 1100 }, (_, index) => index),
  { uuid: 'me', email: null },
  'none',
  ['a', 'b.c', ''],
  -1,
  1e300,
];
const contentTypes = [
  'application/json',
  'application/x-www-form-urlencoded',
  'text/plain',
  'multipart/form-data; boundary=x',
  'application/octet-stream',
  'application/json; charset=utf-16',
  'garbage',
];

/** Control characters end a header, and the client itself refuses them. */
const headerText = fc.constantFrom(
  '*/*',
  'text/html',
  'gzip',
  'bytes=0-',
  '"',
  'null',
  ',,,;=',
  'x'.repeat(500),
);

const tagText = fc.oneof(
  headerText,
  fc.constantFrom('*', 'W/"a"', '"a", "b"', '"00000000-0000-0000-0000-000000000001.1"', '""'),
);

/** `usual` in all but one of `times` cases. */
const mostly = <Value>(times: number, usual: Value, other: fc.Arbitrary<Value>): fc.Arbitrary<Value> =>
  fc.oneof({ weight: times - 1, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });

export function hostileRequests(
  { method, template }: Route,
  known: KnownValues,
): fc.Arbitrary<HostileRequest> {
  const text = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...nasty) },
    { weight: 3, arbitrary: fc.constantFrom(...known.values) },
    { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  );
  return fc.record({
    method: fc.constant(method),
    path: pathOf(template, known, text).chain((path) => queryOf(text).map((query) => path + query)),
    headers: headersOf(known),
    body: method === 'GET' ? fc.constant(undefined) : bodyOf(text),
  });
}

function pathOf(template: string, known: KnownValues, text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const segments = template.split('/').map((segment) => {
    const name = /^\{(.*)\}$/.exec(segment)?.[1];
    if (name === undefined) return fc.constant(segment);
    const sensible = known.parameters[name] ?? known.values;
    return fc.oneof(
      { weight: 10, arbitrary: fc.constantFrom(...sensible).map(encode) },
      { weight: 3, arbitrary: text.map(encode) },
      {
        weight: 1,
        arbitrary: fc.constantFrom('%zz', '%c0%af', '..', ';a=b', 'x;ql=a', '?', '%ff', '//', 'a?b?c'),
      },
    );
  });
  return fc.tuple(...segments).map((parts) => parts.join('/') || '/');
}

const encode = (text: string): string => encodeURIComponent(text.toWellFormed());

function queryOf(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const name = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...parameterNames) },
    { weight: 1, arbitrary: text },
  );
  return fc
    .array(fc.tuple(name, text), { maxLength: 4 })
    .map((pairs) =>
      pairs.length === 0 ? '' : `?${pairs.map((pair) => pair.map(encode).join('=')).join('&')}`,
    );
}

function headersOf({ authorizations }: KnownValues): fc.Arbitrary<Record<string, string>> {
  const optional = {
    accept: headerText,
    origin: headerText,
    referer: headerText,
    range: headerText,
    'if-modified-since': headerText,
    'x-forwarded-for': headerText,
    'content-encoding': mostly(30, 'identity', fc.constantFrom('gzip', 'br')),
    'access-control-request-method': headerText,
    'if-match': tagText,
    'if-none-match': tagText,
    'idempotency-key': fc.oneof(headerText, fc.constantFrom('key-1', 'key-2')),
  };
  return fc
    .record(
      {
        authorization: fc.oneof(
          { weight: 6, arbitrary: fc.constantFrom(...authorizations) },
          {
            weight: 1,
            arbitrary: fc.constantFrom(
              'Bearer',
              'Bearer x y',
              'Basic !',
              'Basic Og==',
              'basic',
              'Digest a=b',
            ),
          },
        ),
        'content-type': fc.constantFrom(...contentTypes),
        ...optional,
      },
      { requiredKeys: ['authorization'] },
    )
    .map((headers) => Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== '')));
}

function bodyOf(text: fc.Arbitrary<string>): fc.Arbitrary<Buffer | undefined> {
  const name = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...propertyNames) },
    { weight: 1, arbitrary: text },
  );
  const value = fc.oneof(
    { weight: 3, arbitrary: text },
    { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
    { weight: 1, arbitrary: fc.constantFrom(...oddValues) },
  );
  const object = fc
    .array(fc.tuple(name, value), { maxLength: 6 })
    .map(
      (pairs) =>
        `{${pairs.map(([key, each]) => `${JSON.stringify(key)}:${JSON.stringify(each)}`).join(',')}}`,
    );
  const form = fc
    .array(fc.tuple(name, text), { maxLength: 5 })
    .map((pairs) => pairs.map((pair) => pair.map(encode).join('=')).join('&'));
  const broken = fc.constantFrom(
    '',
    '{',
    '[',
    '}',
    '{"a":',
    'null',
    '"x"',
    '7',
    '['.repeat(2000),
    '{"a":1e999}',
    '{"a":"\\ud800"}',
  );
  const texts = fc.oneof(
    { weight: 6, arbitrary: object },
    { weight: 2, arbitrary: fc.array(object, { maxLength: 4 }).map((items) => `[${items.join(',')}]`) },
    { weight: 2, arbitrary: form },
    { weight: 1, arbitrary: broken },
    { weight: 1, arbitrary: fc.json() },
  );
  return fc.oneof(
    { weight: 8, arbitrary: texts.map((sent) => Buffer.from(sent)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)) },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
}
