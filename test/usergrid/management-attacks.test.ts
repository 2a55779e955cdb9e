/** Wrong kinds, sizes and names at every route of the management API: a refusal each time, and never a fault. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type CallOptions, call } from '../support/http.ts';
import { createOwnedOrganization, type OwnedOrganization } from '../support/organization.ts';
import { type RunningServer, startServer } from '../support/server.ts';

let server: RunningServer;
let acme: OwnedOrganization;

before(async () => {
  server = await startServer();
  acme = await createOwnedOrganization(server);
});
after(async () => {
  await server?.stop();
});

const odd = [
  null,
  true,
  0,
  -1,
  1e308,
  '',
  ' ',
  'a\u0000b',
  '\ud800',
  '👩‍🔬'.repeat(50),
  'x'.repeat(100_000),
  '__proto__',
  'constructor',
  "'; drop table users; --",
  '../../etc/passwd',
  '<script>alert(1)</script>',
  [],
  ['a'],
  {},
  { a: { b: [1] } },
];

const routes = () =>
  [
    [
      'POST',
      '/management/organizations',
      ['organization', 'username', 'email', 'name', 'password', 'properties'],
    ],
    ['PUT', acme.path, ['properties']],
    ['POST', `${acme.path}/users`, ['email', 'username', 'name', 'password', 'invite', 'properties']],
    ['POST', `${acme.path}/applications`, ['name']],
    ['POST', '/management/users', ['email', 'username', 'name', 'password', 'properties']],
    ['PUT', '/management/users/me', ['email', 'username', 'name', 'properties', 'oldpassword', 'extra']],
    ['PUT', '/management/users/nobody/password', ['oldpassword', 'newpassword']],
    ['POST', '/management/users/me/organizations', ['organization']],
    ['POST', `/management/users/${acme.admin.uuid}/resetpw`, ['token', 'password1', 'password2']],
  ] as const;

const usual: Record<string, unknown> = {
  organization: 'management',
  email: 'not an address',
  name: '',
  password: 'abc',
  newpassword: 'abc',
  oldpassword: 'not-it',
  token: 'none',
};

async function refuseOrSucceed(methodAndPath: string, options: CallOptions): Promise<void> {
  const answer = await call(server, methodAndPath, options);
  const what = `${methodAndPath} ${JSON.stringify(options).slice(0, 200)}: ${answer.status} ${answer.text.slice(0, 300)}`;
  assert.ok(answer.status < 500, what);
}

test('no value in any field of a body makes a fault', async () => {
  for (const [method, path, fields] of routes()) {
    for (const field of fields) {
      await Promise.all(
        odd.map((value) =>
          refuseOrSucceed(`${method} ${path}`, {
            bearer: acme.admin.token,
            json: { ...usual, [field]: value },
          }),
        ),
      );
    }
  }
});

test('no body makes a fault, whatever it claims to be', async () => {
  const bodies = [
    '',
    '{',
    '[',
    '[]',
    '{}',
    '[[[]]]',
    'null',
    '"text"',
    'a=b&a=c',
    '%',
    '\ufeff{}',
    `${'['.repeat(500)}`,
  ];
  const types = [
    'application/json',
    'application/x-www-form-urlencoded',
    'text/plain',
    'multipart/form-data',
    'x',
  ];
  for (const [method, path] of routes()) {
    for (const body of bodies) {
      await Promise.all(
        types.map((type) =>
          refuseOrSucceed(`${method} ${path}`, {
            bearer: acme.admin.token,
            body,
            headers: { 'Content-Type': type },
          }),
        ),
      );
    }
  }
});

test('no name in a path and no parameter makes a fault', async () => {
  const names = [
    '%00',
    '%ff',
    '%F0%9F%98%80',
    '%2e%2e',
    "a'b",
    'a%2fb',
    'x'.repeat(4000),
    '__proto__',
    '*',
    ':x',
    '%',
  ];
  for (const name of names) {
    for (const path of [
      `GET /management/organizations/${name}`,
      `GET ${acme.path}/applications/${name}`,
      `GET ${acme.path}/applications/sandbox/${name}/_size`,
      `DELETE ${acme.path}/applications/${name}?confirm_application_identifier=${name}`,
      `PUT ${acme.path}/users/${name}`,
      `DELETE ${acme.path}/users/${name}`,
      `GET /management/users/${name}`,
      `GET /management/users/${name}/confirm?token=${name}`,
      `GET /management/users/${name}/reactivate`,
      `PUT /management/users/me/revoketoken?token=${name}`,
      `PUT /management/users/me/organizations/${name}`,
      `GET /${name}`,
    ]) {
      await refuseOrSucceed(path, { bearer: acme.admin.token });
    }
  }
});
