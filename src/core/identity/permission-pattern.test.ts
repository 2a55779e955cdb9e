import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compilePermissions, type Operation } from './permission-pattern.ts';

const tom = { uuid: '7b2a1e0c-1111-11e4-8c21-0242ac110002', username: 'Tom' };
const placeholder = '$' + '{user}';

/** The paths that one permission allows, out of those asked. */
function allowed(
  permission: string,
  paths: string[],
  user?: typeof tom,
  operation: Operation = 'get',
): string[] {
  const matcher = compilePermissions([permission], user);
  return paths.filter((path) => matcher.implies(operation, path));
}

test('UA-93 allows the operations that it names and no other', () => {
  const matcher = compilePermissions(['get,put,post:/reviews/**']);
  const paths = ['/reviews', '/reviews/1', '/reviews/1/authors'];
  for (const path of paths) {
    assert.ok(matcher.implies('post', path));
    assert.ok(!matcher.implies('delete', path));
  }
});

test('UA-95 a last star also stands for the collection itself', () => {
  assert.deepEqual(
    allowed('get,post:/cats/*', ['/cats', '/cats/x', '/cats/x/y', '/dogs', '/'], undefined, 'post'),
    ['/cats', '/cats/x'],
  );
  assert.deepEqual(allowed('put:/devices/*', ['/devices'], undefined, 'put'), ['/devices']);
  assert.ok(!compilePermissions(['get,post:/cats/*']).implies('delete', '/cats/x'));
});

test('UA-96 me in a pattern is the username, the uuid and the literal me', () => {
  const paths = [
    '/users/me',
    '/users/me/x',
    '/users/tom/x',
    `/users/${tom.uuid}/x`,
    '/users/ann/x',
    '/users',
  ];
  assert.deepEqual(allowed('/users/me/**', paths, tom), paths.slice(0, 4));
  assert.deepEqual(allowed('/users/me', paths, tom), ['/users/me']);
});

test('UA-97 the user placeholder is the own username and uuid only', () => {
  const paths = [
    '/users/tom',
    `/users/${tom.uuid.toUpperCase()}`,
    '/users/me',
    '/users/ann',
    `/users/${placeholder}`,
  ];
  assert.deepEqual(allowed(`/users/${placeholder}`, paths, tom), paths.slice(0, 2));
});

test('UA-98 stars in the middle stand for one segment each', () => {
  const paths = ['/books/1/review/2', '/books/1/review', '/books', '/books/1', '/books/1/2/review/3'];
  assert.deepEqual(allowed('/books/*/review/*', paths), paths.slice(0, 2));
});

test('UA-99 two stars stand for any number of segments, none included', () => {
  const paths = ['/likes', '/users/likes', '/a/b/likes', '/likes/1', '/unlikes'];
  assert.deepEqual(allowed('**/likes', paths), paths.slice(0, 3));
  assert.deepEqual(allowed('/users/**', ['/users', '/users/a', '/users/a/b', '/user']), [
    '/users',
    '/users/a',
    '/users/a/b',
  ]);
});

test('UA-101 without a user neither me nor the placeholder expands', () => {
  assert.deepEqual(allowed('/users/me/**', ['/users/me', '/users/tom']), ['/users/me']);
  assert.deepEqual(
    allowed(`/users/${placeholder}/**`, ['/users/tom', '/users', `/users/${placeholder}`]),
    [],
  );
});

test('a question mark is one character, whatever its size', () => {
  assert.deepEqual(allowed('/a?c', ['/abc', '/a\u{1f600}c', '/ac', '/abbc', '/a/c']), [
    '/abc',
    '/a\u{1f600}c',
  ]);
});

test('case, slashes at the end and doubled ones make no difference', () => {
  assert.deepEqual(allowed('/Cats/X/', ['/cats/x', '/CATS/x/', '//cats//x']).length, 3);
  assert.deepEqual(allowed('/cats/*/', ['/cats/', '/cats/x/']).length, 2);
});

test('every path is allowed by a star alone, the root too', () => {
  for (const permission of ['get:*', 'get:/**']) {
    assert.deepEqual(allowed(permission, ['/', '/a', '/a/b']), ['/', '/a', '/a/b']);
  }
});

test('permissions add up, also for one path', () => {
  const matcher = compilePermissions(['get:/a', 'post:/a', 'get:/b/*']);
  assert.ok(matcher.implies('get', '/a') && matcher.implies('post', '/a') && matcher.implies('get', '/b/1'));
  assert.ok(!matcher.implies('put', '/a') && !matcher.implies('post', '/b/1'));
});

test('a stored text that is no permission allows nothing and harms no other', () => {
  const matcher = compilePermissions(['', 'read:/a', 'get:/b']);
  assert.ok(!matcher.implies('get', '/a') && matcher.implies('get', '/b'));
});

test('wildcards in a username are plain characters', () => {
  const star = { uuid: tom.uuid, username: '**' };
  assert.deepEqual(allowed(`/users/${placeholder}/**`, ['/users/ann', '/users/**'], star), ['/users/**']);
  assert.deepEqual(allowed(`/files/${placeholder}-*`, ['/files/ann-1', '/files/**-1'], star), [
    '/files/**-1',
  ]);
});

test('a username in the shape of a uuid does not stand for the account of that uuid', () => {
  const victim = '00000000-1111-11e4-8c21-0242ac110002';
  assert.deepEqual(allowed('/users/me/**', [`/users/${victim}`], { uuid: tom.uuid, username: victim }), []);
});

test('me as a first segment is a collection, not the one that the user is called after', () => {
  assert.deepEqual(allowed('/me/**', ['/me/1', '/orders/1'], { uuid: tom.uuid, username: 'orders' }), [
    '/me/1',
  ]);
});

test('hostile patterns are matched without exploding', () => {
  const deep = `get:${'/**/a'.repeat(32)}`;
  assert.ok(!compilePermissions([deep]).implies('get', `${'/a'.repeat(4000)}/b`));
  const wide = `get:/${'*a'.repeat(200)}`;
  assert.ok(!compilePermissions([wide]).implies('get', `/${'a'.repeat(8000)}b`));
});

/** Obviously right, and slow: follows the text of usergrid-auth.md 7.1 word for word. */
function matchesNaively(pattern: string[], path: string[], names: string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return path.length === 0;
  if (first === '**') {
    return (
      matchesNaively(rest, path, names) || (path.length > 0 && matchesNaively(pattern, path.slice(1), names))
    );
  }
  if (path.length === 0) return first === '*' && rest.length === 0;
  return matchesSegment(first, path[0]!, names) && matchesNaively(rest, path.slice(1), names);
}

function matchesSegment(pattern: string, segment: string, names: string[]): boolean {
  if (pattern === 'me') return ['me', ...names].includes(segment);
  const expanded = pattern.includes(placeholder)
    ? names.map((name) => pattern.replaceAll(placeholder, name))
    : [pattern];
  return expanded.some((text) => globMatches(text, segment));
}

function globMatches(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  const rest = pattern.slice(1);
  if (pattern[0] === '*')
    return globMatches(rest, text) || (text !== '' && globMatches(pattern, text.slice(1)));
  return text !== '' && (pattern[0] === '?' || pattern[0] === text[0]) && globMatches(rest, text.slice(1));
}

const patternSegment = fc.constantFrom(
  'a',
  'b',
  'ab',
  '*',
  '**',
  'a*',
  '*b',
  'a?',
  '?*b',
  'me',
  placeholder,
  `a${placeholder}`,
);
const pathSegment = fc.constantFrom('a', 'b', 'ab', 'aab', 'me', 'tom', 'atom', tom.uuid);

test('matches as the naive matcher does', () => {
  fc.assert(
    fc.property(
      fc.array(patternSegment, { maxLength: 5 }),
      fc.array(pathSegment, { maxLength: 5 }),
      fc.boolean(),
      (pattern, path, hasUser) => {
        // A first segment `me` is no user, which has a test of its own.
        const [patternInside, pathInside] = [
          ['x', ...pattern],
          ['x', ...path],
        ];
        const names = hasUser ? ['tom', tom.uuid] : [];
        const matcher = compilePermissions([`get:/${patternInside.join('/')}`], hasUser ? tom : undefined);
        assert.equal(
          matcher.implies('get', `/${pathInside.join('/')}`),
          matchesNaively(patternInside, pathInside, names),
        );
      },
    ),
    { numRuns: 5000 },
  );
});
