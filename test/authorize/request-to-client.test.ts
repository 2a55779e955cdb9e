import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  autodesk,
  challenge,
  clientOf,
  hintedUser,
  implicit,
  isTold,
  realm,
  registeredUri,
  valid,
} from './request-checks.ts';

test('a sound request comes out with all that was asked', async () => {
  const { request, responseMode, silent } = await valid({ nonce: 'n', login_hint: 'ann', max_age: '60' });
  assert.equal(responseMode, 'query');
  assert.equal(silent, false);
  assert.deepEqual(request, {
    ...{ realm, clientId: 'app', dialect: 'standard', responseType: 'code', redirectUri: registeredUri },
    ...{ redirectUriWasSent: true, scopes: ['openid'], state: 'xyz', nonce: 'n', codeChallenge: challenge },
    ...{ codeChallengeMethod: 'S256', prompts: [], maxAge: 60, loginHint: 'ann', hintedUser: undefined },
  });
});

test('S010 an empty parameter is absent, an unknown one is ignored', async () => {
  await isTold('invalid_request', { response_type: '' });
  const { request } = await valid({ prompt: '', max_age: '', nonce: '', claims: '', color: 'blue' });
  assert.deepEqual([request.prompts, request.maxAge, request.nonce], [[], undefined, undefined]);
});

test('S011 APS-17 APS-59 each wrong response type has its error', async () => {
  await isTold('invalid_request', { response_type: undefined });
  await isTold('unsupported_response_type', { response_type: 'magic' });
  await isTold('unauthorized_client', { response_type: 'token' });
  await isTold('unsupported_response_type', { response_type: 'id_token' }, autodesk(), 'autodesk_v1');
  await isTold('unsupported_response_type', { response_type: 'token' }, autodesk(), 'autodesk_v2');
  await isTold('unauthorized_client', {}, clientOf({ grantTypes: ['client_credentials'] }));
});

test('S011 what Usergrid gives every client, implicit, is off in the standard dialect', async () => {
  const builtIn = implicit({ dialect: 'usergrid', pkce: 'exempt' });
  await isTold('unauthorized_client', { response_type: 'token' }, builtIn);
  await isTold('unauthorized_client', { response_type: 'id_token', nonce: 'n' }, builtIn);
  await valid({}, builtIn);
});

test('S012 the order of words has no meaning', async () => {
  const { request } = await valid({ response_type: 'token id_token', nonce: 'n' }, implicit());
  assert.equal(request.responseType, 'id_token token');
});

test('S013 APS-21 APS-22 state stays as it was, byte for byte', async () => {
  for (const state of ['undefined', ' a+b%20&="<>#\u00e9']) {
    assert.equal((await valid({ state })).request.state, state);
  }
  assert.equal((await valid({ state: undefined })).request.state, undefined);
  assert.equal((await isTold('invalid_request', { state: 'é&', response_type: '' })).request.state, 'é&');
});

test('S010 S013 APS-22 an empty state is none, except where it has to come back empty', async () => {
  assert.equal((await valid({ state: '' })).request.state, undefined);
  for (const dialect of ['autodesk_v1', 'autodesk_v2'] as const) {
    const { request } = await valid({ state: '', scope: undefined }, autodesk(), dialect);
    assert.equal(request.state, '');
  }
});

test('S016 APS-50 a public client without challenge is refused in every dialect', async () => {
  const without = { code_challenge: undefined, code_challenge_method: undefined, scope: undefined };
  await isTold('invalid_request', without, clientOf({ type: 'native' }));
  await isTold('invalid_request', without, autodesk({ type: 'native' }), 'autodesk_v1');
  await isTold('invalid_request', without, autodesk({ type: 'native' }), 'autodesk_v2');
  await isTold('invalid_request', without, clientOf());
  await valid(without, clientOf({ pkce: 'exempt' }));
});

test('S017 S018 APS-49 only digests by SHA-256, well formed', async () => {
  await isTold('invalid_request', { code_challenge_method: 'plain' });
  await isTold('invalid_request', { code_challenge_method: 'S512' });
  await isTold('invalid_request', { code_challenge_method: undefined });
  await isTold('invalid_request', { code_challenge: 'short' });
  await isTold('invalid_request', { code_challenge_method: 'plain' }, autodesk(), 'autodesk_v2');
});

test('S019 answers with tokens, errors too, go to the fragment and never to the query', async () => {
  const asksForToken = { response_type: 'token', response_mode: 'query' };
  assert.equal((await isTold('invalid_request', asksForToken, implicit())).responseMode, 'fragment');
  const refused = await isTold('unauthorized_client', { response_type: 'id_token token', nonce: 'n' });
  assert.equal(refused.responseMode, 'fragment');
  const odd = await isTold('unsupported_response_type', { response_type: 'token magic' });
  assert.equal(odd.responseMode, 'fragment');
  assert.equal((await valid({ response_type: 'token' }, implicit())).responseMode, 'fragment');
  const posted = { response_type: 'token', response_mode: 'form_post' };
  assert.equal((await valid(posted, implicit())).responseMode, 'form_post');
});

test('S021 a code may come back in the query, in the fragment or by form', async () => {
  for (const response_mode of ['query', 'fragment', 'form_post']) {
    assert.equal((await valid({ response_mode })).responseMode, response_mode);
  }
  await isTold('invalid_request', { response_mode: 'query_and_fragment' });
  const byForm = await isTold('unsupported_response_type', {
    response_type: 'x',
    response_mode: 'form_post',
  });
  assert.equal(byForm.responseMode, 'form_post');
});

test('S020 APS-52 APS-54 an ID token from here needs a nonce; with autodesk form_post too; a code needs neither', async () => {
  await isTold('invalid_request', { response_type: 'id_token' }, implicit());
  await isTold('invalid_request', { response_type: 'id_token', scope: 'profile', nonce: 'n' }, implicit());
  await valid({ response_type: 'id_token', nonce: 'n' }, implicit());
  const v2 = { response_type: 'id_token', response_mode: 'form_post', nonce: 'n' };
  const client = autodesk();
  assert.equal((await valid(v2, client, 'autodesk_v2')).responseMode, 'form_post');
  await isTold('invalid_request', { ...v2, response_mode: undefined }, client, 'autodesk_v2');
  await isTold('invalid_request', { ...v2, response_mode: 'fragment' }, client, 'autodesk_v2');
  await isTold('invalid_request', { ...v2, nonce: undefined }, client, 'autodesk_v2');
  await valid({ nonce: undefined }, client, 'autodesk_v2');
});

test('S026 prompt none goes alone, and unknown values are refused', async () => {
  const silent = await valid({ prompt: 'none' });
  assert.equal(silent.silent, true);
  assert.equal((await isTold('invalid_request', { prompt: 'none login' })).silent, true);
  await isTold('invalid_request', { prompt: 'maybe' });
  assert.deepEqual((await valid({ prompt: 'consent login' })).request.prompts, ['login', 'consent']);
});

test('APS-23 APS-24 APS-55 autodesk v1 knows prompt=login only, v2 none and create too', async () => {
  assert.deepEqual((await valid({ prompt: 'login' }, autodesk(), 'autodesk_v1')).request.prompts, ['login']);
  for (const prompt of ['none', 'consent', 'Login']) {
    const refused = await isTold('invalid_request', { prompt }, autodesk(), 'autodesk_v1');
    assert.equal(refused.silent, false);
  }
  for (const prompt of ['none', 'create', 'login']) {
    assert.deepEqual((await valid({ prompt }, autodesk(), 'autodesk_v2')).request.prompts, [prompt]);
  }
});

test('S028 max_age is a number of seconds', async () => {
  assert.equal((await valid({ max_age: '0' })).request.maxAge, 0);
  for (const max_age of ['-1', '1.5', 'soon', '99999999999']) await isTold('invalid_request', { max_age });
});

test('S029 an ID token of ours names the user meant, any other text is refused', async () => {
  assert.equal((await valid({ id_token_hint: 'genuine' })).request.hintedUser, hintedUser);
  await isTold('invalid_request', { id_token_hint: 'forged' });
});

test('S030 APS-58 hints for the pages never cause an error', async () => {
  const hints = { display: 'popup', ui_locales: 'xx-!!', claims_locales: ',', acr_values: '9' };
  const { request } = await valid({ ...hints, login_hint: 'x'.repeat(5000), authoptions: '{' });
  assert.equal(request.loginHint?.length, 320);
});

test('S031 claims that cannot be had do no harm, a class of sign-in that cannot be met does', async () => {
  await valid({ claims: '{"id_token":{"acr":{"values":["9"]},"shoe_size":{"essential":true}}}' });
  await valid({ claims: '{"userinfo":{"name":null},"id_token":null}' });
  await isTold('access_denied', { claims: '{"id_token":{"acr":{"essential":true,"values":["9"]}}}' });
  for (const claims of ['{', '[]', 'null', '7']) await isTold('invalid_request', { claims });
});

test('S032 request objects are refused by name', async () => {
  await isTold('request_not_supported', { request: 'a.b.c' });
  await isTold('request_uri_not_supported', { request_uri: 'https://app.example/request' });
});

test('S033 APS-25 scopes that the client may not ask for are dropped, or in autodesk refused', async () => {
  const { request } = await valid({ scope: 'openid shoes:read email' });
  assert.deepEqual(request.scopes, ['openid', 'email']);
  const client = autodesk();
  await isTold('invalid_scope', { scope: 'data:read shoes:read' }, client, 'autodesk_v1');
  const two = await valid({ scope: 'data:read data:write' }, client, 'autodesk_v1');
  assert.deepEqual(two.request.scopes, ['data:read', 'data:write']);
  assert.deepEqual((await valid({ scope: '' }, client, 'autodesk_v1')).request.scopes, []);
});

test('a scope sent as a list is refused by autodesk, not overlooked', async () => {
  await isTold('invalid_scope', { scope: undefined, 'scope[0]': 'data:read' }, autodesk(), 'autodesk_v2');
});

test('S034 lasting access comes of a code only', async () => {
  assert.deepEqual((await valid({ scope: 'openid offline_access' })).request.scopes, [
    'openid',
    'offline_access',
  ]);
  const token = { response_type: 'token', scope: 'openid offline_access' };
  assert.deepEqual((await valid(token, implicit())).request.scopes, ['openid']);
});

test('APS-14 APS-15 where autodesk v1 puts a token is for the client to say', async () => {
  const modes = { query: 'query', fragment: 'fragment', both: 'query_and_fragment' } as const;
  for (const [implicitReturn, mode] of Object.entries(modes)) {
    const client = autodesk({ implicitReturn: implicitReturn as keyof typeof modes });
    const asked = { response_type: 'token', scope: 'data:read' };
    assert.equal((await valid(asked, client, 'autodesk_v1')).responseMode, mode);
    const refused = await isTold('invalid_request', { ...asked, prompt: 'x' }, client, 'autodesk_v1');
    assert.equal(refused.responseMode, mode);
  }
});

test('a refusal names the step and the source that it rests on, for the operator', async () => {
  const told = await isTold('invalid_request', { nonce: undefined, prompt: 'maybe' });
  assert.equal(told.error.subject.step, 'prompt');
  assert.match(String(told.error.subject.source), /S026/);
});
