/** S156: what the server writes, to its log or to its disk, lets nobody in who reads it. */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { call } from '../support/http.ts';
import { findSecrets, rememberedSecrets } from '../support/secrets.ts';
import { Visitor } from '../support/visitor.ts';
import {
  type AttackedClient,
  type AttackedServer,
  askForTokens,
  authorize,
  authorizePath,
  codeIn,
  redeem,
  requestOf,
  startAttackedServer,
} from './attacked-server.ts';

/** Mistyped, it may still be another's. */
const wrongSecret = 'a-wrong-secret-of-2026';
const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';

let server: AttackedServer;
/** Passwords, secrets, codes, tokens, cookies, by what they are. */
const secrets = new Map<string, string>();

before(async () => {
  server = await startAttackedServer();
  note('wrong secret', wrongSecret);
  for (const dialect of ['standard', 'autodesk', 'usergrid']) await useEverything(dialect);
  await useDevice();
});
after(async () => {
  await server?.stop();
});

function note(what: string, secret: string | undefined): void {
  assert.ok(secret !== undefined && secret.length >= 8, what);
  secrets.set(what, secret);
}

/** With a mistake at every step, since what fails is what is logged. */
async function useEverything(dialect: string): Promise<void> {
  const client = await server.acme.register({ dialect });
  note(`${dialect} client secret`, client.secret);
  const visitor = new Visitor(server);
  const code = codeIn(await authorize(visitor, client, server.acme.user));
  note(`${dialect} code`, code);
  for (const [name, value] of visitor.cookies) note(`${dialect} cookie ${name}`, value);
  await redeem(server, { ...client, secret: wrongSecret }, code);
  const { access_token, refresh_token, id_token } = (await redeem(server, client, code)).body;
  note(`${dialect} access token`, access_token);
  note(`${dialect} refresh token`, refresh_token);
  if (id_token !== undefined) note(`${dialect} id token`, id_token);
  await misuse(client, { code, access_token, refresh_token });
}

async function misuse(client: AttackedClient, held: Record<string, string>): Promise<void> {
  const { code = '', access_token = '', refresh_token = '' } = held;
  const refresh = { grant_type: 'refresh_token', refresh_token };
  await askForTokens(server, client, { ...refresh, scope: 'more:than:allowed' });
  const next = (await askForTokens(server, client, refresh)).body.refresh_token;
  note(`${client.dialect} next refresh token`, next);
  await askForTokens(server, client, { grant_type: 'refresh_token', refresh_token: next });
  await askForTokens(server, client, refresh);
  await redeem(server, client, code);
  for (const path of [`${server.rival.path}/users/me`, `${server.rival.path}/oauth2/userinfo`, '/userinfo']) {
    await call(server, `GET ${path}`, { bearer: access_token });
    await call(server, `GET ${path}`, { query: { access_token } });
  }
  const query = {
    ...requestOf(client),
    client_secret: client.secret ?? '',
    password: server.acme.user.password,
  };
  await new Visitor(server).get(authorizePath(client), { query });
  await call(server, `POST ${server.acme.path}/oauth2/token`, { query: { ...query, code, refresh_token } });
  const junk = `{"password": "${server.acme.user.password}", "refresh_token": "${refresh_token}"`;
  for (const path of [
    '/authentication/v2/token',
    `${server.acme.path}/oauth2/token`,
    `${server.acme.path}/token`,
  ]) {
    await call(server, `POST ${path}`, { body: junk, headers: { 'content-type': 'application/json' } });
    await call(server, `POST ${path}`, { body: junk, headers: { 'content-type': 'text/plain' } });
  }
}

async function useDevice(): Promise<void> {
  const client = await server.acme.register({ type: 'native', grantTypes: [deviceGrant], redirectUris: [] });
  const path = `${server.acme.path}/oauth2/device_authorization`;
  const { device_code, user_code } = (await askForTokens(server, client, { scope: 'openid' }, path)).body;
  note('device code', device_code);
  const visitor = new Visitor(server);
  const page = await visitor.get(`${server.acme.path}/oauth2/device?user_code=${user_code}`);
  const { username, password } = server.acme.user;
  note('password', password);
  await visitor.follow(await visitor.submit(page, { username, password: `${password}x` }));
  await visitor.follow(await visitor.submit(page, { username, password }));
  await askForTokens(server, client, { grant_type: deviceGrant, device_code });
}

test('S156 no secret is in the log, although it tells of each refusal', () => {
  const output = server.output();
  assert.ok(rememberedSecrets().size > 40, String(rememberedSecrets().size));
  assert.deepEqual(findSecrets(output, [...secrets.values(), ...rememberedSecrets()]), []);
});

test('no secret is on the disk, in what the operator is told of refusals neither', async () => {
  // Refusals are written with a delay, and by then.
  await server.stop();
  const names = await readdir(server.dataDirectory, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile());
  assert.ok(files.length > 0);
  let findsNames = false;
  for (const entry of files) {
    const content = (await readFile(join(entry.parentPath, entry.name))).toString('latin1');
    findsNames ||= content.includes(server.acme.user.username);
    for (const [what, secret] of secrets) assert.ok(!content.includes(secret), `${what} in ${entry.name}`);
  }
  assert.ok(findsNames, 'what is no secret is found');
});
