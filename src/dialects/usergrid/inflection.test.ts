import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { collectionName, entityType, pluralize, singularize } from './inflection.ts';

const pairs =
  `city cities, box boxes, person people, man men, woman women, child children, move moves, wolf wolves,
  elf elves, knife knives, mouse mice, status statuses, datum data, analysis analyses, quiz quizzes, ox oxen,
  octopus octopi, alias aliases, bus buses, address addresses, class classes, match matches, dish dishes, cache caches,
  index indices, matrix matrices, day days, key keys, hero heroes, photo photos, tomato tomatoes, movie movies,
  cookie cookies, wave waves, olive olives, life lives, shelf shelves, human humans, specimen specimens, blouse blouses,
  price prices, device devices, service services, case cases, database databases, axis axes, criterion criteria,
  menu menus, fox foxes, salesperson salespeople, archive archives, release releases, schema schemas, quota quotas,
  user users, group groups, role roles, activity activities, event events, asset assets, folder folders,
  notification notifications, notifier notifiers, receipt receipts, entity entities, order_item order_items`
    .split(',')
    .map((pair) => pair.trim().split(/\s+/) as [string, string]);

test('words have the plural and the singular that people expect', () => {
  for (const [singular, plural] of pairs) {
    assert.equal(pluralize(singular), plural);
    assert.equal(singularize(plural), singular);
  }
});

test('a plural stays under pluralize, a singular under singularize', () => {
  for (const [singular, plural] of pairs) {
    assert.equal(pluralize(plural), plural);
    assert.equal(singularize(singular), singular);
  }
});

test('uncountable words are the same in both', () => {
  for (const word of 'equipment information rice money species series fish sheep'.split(' ')) {
    assert.equal(pluralize(word), word);
    assert.equal(singularize(word), word);
  }
});

test('words that end in s count as plural', () => {
  for (const word of ['campus', 'bonus', 'lens', 'gas', 'news']) assert.equal(pluralize(word), word);
  assert.equal(singularize('campus'), 'campus');
});

test('the case of what is kept is kept', () => {
  assert.equal(pluralize('Person'), 'People');
  assert.equal(singularize('BlogPosts'), 'BlogPost');
  assert.equal(pluralize('CITY'), 'CITIES');
});

test('UD-49 a segment in either number and any case addresses one collection', () => {
  for (const segment of ['user', 'users', 'Users', 'USER']) {
    assert.equal(collectionName(segment), 'users');
    assert.equal(entityType(segment), 'user');
  }
});

test('names that are no words get an s and lose it again', () => {
  for (const name of ['v2', 'my-', '日本', 'constructor', '__proto__']) {
    assert.equal(pluralize(name), `${name}s`);
    assert.equal(singularize(`${name}s`), name);
  }
  assert.equal(pluralize(''), '');
});

const endings =
  's ss es us is sis as ies y ey f fe ves man men human omen person people child children ox oxen mouse mice ice ouse octopus octopi a um data datum on criteria ix ex ices ch x sh zz quiz quizzes zes o oes bus abus abuse status alias axis test rice news series'.split(
    ' ',
  );
const word = fc.oneof(
  fc
    .tuple(fc.stringMatching(/^[a-z_]{0,4}$/), fc.constantFrom(...endings))
    .map(([start, end]) => start + end),
  fc.stringMatching(/^[a-zA-Z0-9_-]{0,10}$/),
  fc.string({ unit: 'grapheme' }),
);

test('both are idempotent, and either leads to what the other makes of the word', () => {
  fc.assert(
    fc.property(word, (text) => {
      const [plural, singular] = [pluralize(text), singularize(text)];
      assert.equal(pluralize(plural), plural);
      assert.equal(singularize(singular), singular);
      assert.equal(singularize(plural), singular);
      assert.equal(pluralize(singular).toLowerCase(), plural.toLowerCase());
    }),
    { numRuns: 5000 },
  );
});

test('collection and type of a segment lead to each other', () => {
  fc.assert(
    fc.property(word, (segment) => {
      assert.equal(collectionName(entityType(segment)), collectionName(segment));
      assert.equal(entityType(collectionName(segment)), entityType(segment));
    }),
    { numRuns: 5000 },
  );
});
