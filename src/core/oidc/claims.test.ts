import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { AdminUser } from '../identity/accounts.ts';
import type { Application, Properties } from '../tenancy/tenancy.ts';
import { accountFactsOf } from './account-facts.ts';
import { claimsOfScopes, scopeClaimNames, splitName } from './claims.ts';

const uuid = '11111111-0000-1000-8000-000000000001';
const application = {} as Application;
const every = ['openid', 'profile', 'email', 'address', 'phone'];

const applicationUser = (properties: Properties) =>
  accountFactsOf({
    kind: 'application_user',
    application,
    user: {
      uuid,
      type: 'user',
      created: 1000,
      modified: 5_999,
      version: 1,
      body: JSON.stringify({ uuid, ...properties }),
    },
  });

const ada: Properties = {
  ...{ username: 'ada', name: 'Ada Lovelace', firstname: 'Ada', lastName: 'Lovelace' },
  ...{ email: 'ada@example.test', confirmed: true, picture: 'https://example.test/ada.png', tel: '+44 1' },
  address: { locality: 'London', country: 'GB', planet: 'Earth', region: '' },
};

test('S111 the claims of every scope have the types that OpenID Connect gives them', () => {
  assert.deepEqual(claimsOfScopes(applicationUser(ada), every), {
    ...{ name: 'Ada Lovelace', given_name: 'Ada', family_name: 'Lovelace', preferred_username: 'ada' },
    ...{ picture: 'https://example.test/ada.png', updated_at: 5 },
    ...{ email: 'ada@example.test', email_verified: true },
    address: { locality: 'London', country: 'GB' },
    ...{ phone_number: '+44 1', phone_number_verified: false },
  });
});

test('each scope opens its own claims and no others', () => {
  const facts = applicationUser(ada);
  assert.deepEqual(claimsOfScopes(facts, ['openid']), {});
  assert.deepEqual(Object.keys(claimsOfScopes(facts, ['email'])), ['email', 'email_verified']);
  assert.deepEqual(Object.keys(claimsOfScopes(facts, ['phone'])), ['phone_number', 'phone_number_verified']);
  assert.deepEqual(Object.keys(claimsOfScopes(facts, ['address'])), ['address']);
  assert.ok(!('email' in claimsOfScopes(facts, ['profile'])));
});

test('S111 empty values are left out', () => {
  const facts = applicationUser({
    username: 'x',
    name: '',
    email: '',
    picture: null,
    address: {},
    phone: ' ',
  });
  assert.deepEqual(claimsOfScopes(facts, every), { preferred_username: 'x', updated_at: 5 });
});

test('nobody verifies the own address or number by writing so', () => {
  const facts = applicationUser({
    ...{ username: 'x', email: 'x@example.test', phone_number: '1' },
    ...{ email_verified: true, phone_number_verified: true, sub: 'another' },
  });
  const claims = claimsOfScopes(facts, every);
  assert.equal(claims.email_verified, false);
  assert.equal(claims.phone_number_verified, false);
  assert.ok(!('sub' in claims));
});

test('an admin user has claims too, and its own name counts', () => {
  const user: AdminUser = {
    ...{
      uuid,
      username: 'root',
      email: 'root@example.test',
      name: 'Root',
      activated: true,
      confirmed: false,
    },
    ...{
      disabled: false,
      superuser: true,
      properties: { name: 'Other', locale: 'en' },
      created: 1,
      modified: 2000,
    },
  };
  assert.deepEqual(claimsOfScopes(accountFactsOf({ kind: 'admin_user', user }), ['profile', 'email']), {
    ...{ name: 'Root', preferred_username: 'root', locale: 'en', updated_at: 2 },
    ...{ email: 'root@example.test', email_verified: false },
  });
});

test('whatever stands in the properties, claims are texts, booleans, numbers or the address', () => {
  const names = fc.constantFrom(...scopeClaimNames, 'firstname', 'url', 'tel', 'address');
  fc.assert(
    fc.property(fc.dictionary(names, fc.jsonValue()), (properties) => {
      const facts = applicationUser({ ...properties, email: 'x@example.test' });
      for (const [name, value] of Object.entries(claimsOfScopes(facts, every))) {
        const expected =
          name === 'updated_at'
            ? 'number'
            : name.endsWith('_verified')
              ? 'boolean'
              : name === 'address'
                ? 'object'
                : 'string';
        assert.equal(typeof value, expected, name);
      }
    }),
  );
});

test('a text longer than a name is left out of tokens', () => {
  assert.deepEqual(claimsOfScopes(applicationUser({ nickname: 'x'.repeat(5000) }), ['profile']), {
    updated_at: 5,
  });
});

test('first and last name come from the whole name where nothing says them', () => {
  assert.deepEqual(splitName(applicationUser(ada)), { first: 'Ada', last: 'Lovelace' });
  assert.deepEqual(splitName(applicationUser({ name: 'Ada King Lovelace' })), {
    first: 'Ada King',
    last: 'Lovelace',
  });
  assert.deepEqual(splitName(applicationUser({ name: 'Ada' })), { first: 'Ada', last: '' });
  assert.deepEqual(splitName(applicationUser({ username: 'ada' })), { first: 'ada', last: '' });
});
