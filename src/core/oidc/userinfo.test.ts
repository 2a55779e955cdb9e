import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeygridError } from '../errors.ts';
import type { AccessToken, Principal } from '../identity/principal.ts';
import type { TokenUser } from '../oauth/token-users.ts';
import type { Application } from '../tenancy/tenancy.ts';
import { createUserinfo } from './userinfo.ts';

const uuid = '11111111-0000-1000-8000-000000000001';
const body = JSON.stringify({ uuid, username: 'ada', email: 'ada@example.test', confirmed: true });
const ada: TokenUser = {
  ...{ kind: 'application_user', application: {} as Application },
  user: { uuid, type: 'user', created: 0, modified: 5000, version: 1, body },
};
const userinfo = createUserinfo({
  findUsable: async (realm, user) => (realm === 5 && user === uuid ? ada : undefined),
});

const tokenOf = (scopes: string[] | undefined, principal: Partial<Principal> = {}): AccessToken => ({
  ...{ text: 'text', id: 'id', issuedAt: 0, expiresAt: 1 },
  principal: { kind: 'application_user', realm: 5, uuid, ...principal } as Principal,
  ...(scopes && { delegation: { clientId: 'client-1', grant: undefined, family: undefined, scopes } }),
});

const refusalOf = (work: () => unknown): Promise<string> =>
  Promise.resolve()
    .then(work)
    .then(
      () => 'accepted',
      (error: unknown) => (error instanceof KeygridError ? error.code : String(error)),
    );

test('S124 sub is always there, and the scopes open the rest', async () => {
  assert.deepEqual(await userinfo.claims(5, tokenOf(['openid'])), { sub: uuid });
  assert.deepEqual(await userinfo.claims(5, tokenOf(['openid', 'email'])), {
    ...{ sub: uuid, email: 'ada@example.test', email_verified: true },
  });
});

test('S125 a token without openid is refused, and one that is no delegation at all', async () => {
  assert.equal(await refusalOf(() => userinfo.claims(5, tokenOf(['profile']))), 'insufficient_scope');
  assert.equal(await refusalOf(() => userinfo.claims(5, tokenOf(undefined))), 'insufficient_scope');
});

test("S159 another realm's token is unknown", async () => {
  assert.equal(await refusalOf(() => userinfo.claims(6, tokenOf(['openid']))), 'token_invalid');
});

test("APS-45 APS-92 a client's own token has no account", async () => {
  const own = tokenOf(['openid'], { kind: 'application_client' });
  assert.equal(await refusalOf(() => userinfo.claims(5, own)), 'token_invalid');
  assert.equal(await refusalOf(() => userinfo.account(own)), 'token_invalid');
});

test('an account that is gone or disabled has no claims', async () => {
  const gone = tokenOf(['openid'], { uuid: '33333333-0000-1000-8000-000000000001' });
  assert.equal(await refusalOf(() => userinfo.claims(5, gone)), 'token_principal_gone');
});

test('APS-91 an account is told of to a token without openid, where the dialect asks for it', async () => {
  assert.equal((await userinfo.account(tokenOf(['data:read']))).username, 'ada');
});
