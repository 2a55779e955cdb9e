import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Client } from '../../clients/client.ts';
import { clientDefaults } from '../../clients/client-defaults.ts';
import type { AuthorizationDialect, RawParameters } from './authorization-service.ts';
import { type CheckedRequest, checkRequest } from './check-request.ts';
import { dialectRules } from './dialect-rules.ts';
import type { StepPorts } from './step.ts';

const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const registeredUri = 'https://app.example/cb';
const realm = 7;

function clientOf(parts: Partial<Client> = {}): Client {
  const { dialect = 'standard', type = 'web' } = parts;
  return {
    ...clientDefaults(type, dialect),
    ...{ clientId: 'app', name: 'App', type, dialect, realm, organizationUuid: 'o', secrets: [] },
    redirectUris: [registeredUri],
    ...{ disabled: false, builtIn: false, created: 0, modified: 0 },
    ...parts,
  };
}

const hintedUser = '11111111-1111-1111-8111-111111111111';
const portsFor = (client: Client): StepPorts => ({
  findClient: async (clientId) => (clientId === client.clientId ? client : undefined),
  idTokenHints: {
    read: async (_realm, _dialect, text) =>
      text === 'genuine' ? { user: hintedUser, clientId: 'app', session: undefined } : undefined,
  },
});

const soundParameters = {
  client_id: 'app',
  redirect_uri: registeredUri,
  response_type: 'code',
  scope: 'openid',
  state: 'xyz',
  code_challenge: challenge,
  code_challenge_method: 'S256',
};

type Given = Record<string, string | string[] | undefined>;

/** The sound request, changed: undefined leaves a parameter out, a list repeats it. */
function raw(changes: Given = {}): RawParameters {
  return Object.entries({ ...soundParameters, ...changes }).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((each) => [name, each] as const),
  );
}

const check = (
  changes: Given = {},
  client = clientOf(),
  dialect: AuthorizationDialect = 'standard',
): Promise<CheckedRequest> => checkRequest({ parameters: raw(changes), dialect, realm }, portsFor(client));

async function valid(...given: Parameters<typeof check>) {
  const checked = await check(...given);
  assert.equal(checked.kind, 'valid', checked.kind === 'valid' ? '' : checked.error.message);
  return checked as Extract<CheckedRequest, { kind: 'valid' }>;
}

async function isLocal(code: string, ...given: Parameters<typeof check>): Promise<void> {
  const checked = await check(...given);
  assert.equal(checked.kind, 'local_error');
  if (checked.kind === 'local_error') assert.equal(checked.error.code, code);
}

async function isTold(code: string, ...given: Parameters<typeof check>) {
  const checked = await check(...given);
  assert.equal(checked.kind, 'redirect_error');
  if (checked.kind !== 'redirect_error') throw new Error('unreachable');
  assert.equal(checked.error.code, code);
  return checked;
}

const autodesk = (parts: Partial<Client> = {}): Client => clientOf({ dialect: 'autodesk', ...parts });
const implicit = (parts: Partial<Client> = {}): Client =>
  clientOf({ grantTypes: ['authorization_code', 'implicit'], ...parts });

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

test("S002 APS-19 a missing, unknown, disabled or other realm's client is never redirected", async () => {
  await isLocal('invalid_request', { client_id: undefined });
  await isLocal('invalid_client', { client_id: 'other' });
  await isLocal('invalid_client', { client_id: 'app\u0000' });
  await isLocal('invalid_client', {}, clientOf({ disabled: true }));
  await isLocal('invalid_client', {}, clientOf({ realm: 8 }));
});

test('S002 a client has its endpoint in its own dialect only', async () => {
  await isLocal('invalid_client', {}, autodesk(), 'standard');
  await isLocal('invalid_client', {}, clientOf(), 'autodesk_v2');
});

test('S003 S005 S007 APS-20 a redirect URI that is not registered is never redirected to', async () => {
  const wrong = [
    `${registeredUri}/`,
    `${registeredUri}?a=1`,
    `${registeredUri}#`,
    registeredUri.toUpperCase(),
    'https://app.example:443/cb',
    'https://app.example/cb/../cb',
    'https://app.example/%63b',
    'https:app.example/cb',
    'https://app.example\\@evil.example/cb',
    'https://app.example@evil.example/cb',
    'https://app.example/cb\n',
    ' https://app.example/cb',
    'https://app.example.evil.example/cb',
    'javascript:alert(1)',
    '//app.example/cb',
  ];
  for (const redirect_uri of wrong) {
    await isLocal('invalid_redirect_uri', { redirect_uri });
    await isLocal('invalid_redirect_uri', { redirect_uri, prompt: 'none', scope: '"' });
  }
});

test('S004 a loopback address may have another port, and nothing else', async () => {
  const client = clientOf({ type: 'native', redirectUris: ['http://127.0.0.1/cb'] });
  await valid({ redirect_uri: 'http://127.0.0.1:51004/cb' }, client);
  await isLocal('invalid_redirect_uri', { redirect_uri: 'http://127.0.0.1:51004/other' }, client);
});

test('S006 an absent redirect URI is the only one registered, unless there are several or openid is asked for', async () => {
  const one = await valid({ redirect_uri: undefined, scope: 'profile' });
  assert.equal(one.request.redirectUri, registeredUri);
  assert.equal(one.request.redirectUriWasSent, false);
  await isLocal('invalid_request', { redirect_uri: undefined });
  const several = clientOf({ redirectUris: [registeredUri, 'https://app.example/other'] });
  await isLocal('invalid_request', { redirect_uri: undefined, scope: undefined }, several);
  await isLocal('invalid_request', { redirect_uri: '', scope: 'profile' }, several);
});

test('APS-18 autodesk wants the redirect URI always, and names what is missing', async () => {
  const checked = await check({ redirect_uri: undefined, scope: undefined }, autodesk(), 'autodesk_v1');
  assert.equal(checked.kind, 'local_error');
  if (checked.kind !== 'local_error') return;
  assert.equal(checked.error.code, 'invalid_request');
  assert.equal(checked.error.subject.parameter, 'redirect_uri');
});

test('S009 a repeated client or redirect URI is told on a page, any other to the client, resource to nobody', async () => {
  await isLocal('invalid_request', { client_id: ['app', 'app'] });
  await isLocal('invalid_request', { redirect_uri: [registeredUri, registeredUri] });
  const told = await isTold('invalid_request', { state: ['one', 'two'] });
  assert.equal(told.request.state, undefined);
  await isTold('invalid_request', { unheard_of: ['1', '2'] });
  await valid({ resource: ['https://a.example', 'https://b.example'] });
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

test('S012 the order of words has no meaning', async () => {
  const { request } = await valid({ response_type: 'token id_token', nonce: 'n' }, implicit());
  assert.equal(request.responseType, 'id_token token');
});

test('S013 APS-21 APS-22 state stays as it was, byte for byte', async () => {
  for (const state of ['undefined', ' a+b%20&="<>#\u00e9', '']) {
    assert.equal((await valid({ state })).request.state, state);
  }
  assert.equal((await valid({ state: undefined })).request.state, undefined);
  assert.equal((await isTold('invalid_request', { state: 'é&', response_type: '' })).request.state, 'é&');
});

test('S016 APS-50 a public client without challenge is refused in every dialect', async () => {
  const without = { code_challenge: undefined, code_challenge_method: undefined, scope: undefined };
  await isTold('invalid_request', without, clientOf({ type: 'native' }));
  await isTold('invalid_request', without, autodesk({ type: 'native' }), 'autodesk_v1');
  await isTold('invalid_request', without, autodesk({ type: 'native' }), 'autodesk_v2');
  await isTold('invalid_request', without, clientOf());
  await valid(without, clientOf({ pkce: 'exempt' }));
});

test('S017 S018 APS-49 only S256, well formed', async () => {
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

test('S036 APS-56 what is too large is refused, whole', async () => {
  await isLocal('invalid_request', { state: 's'.repeat(4097) });
  await isLocal('invalid_request', { padding: 'p'.repeat(17_000) });
  const many = Array.from({ length: 300 }, (_, index) => [`p${index}`, 'x'] as const);
  await isLocal('invalid_request', Object.fromEntries(many));
  const scopes = (count: number) => Array.from({ length: count }, (_, index) => `s${index}`).join(' ');
  await isTold('invalid_scope', { scope: scopes(101) });
  await isTold('invalid_scope', { scope: scopes(51) }, autodesk(), 'autodesk_v2');
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

test('APS-31 a registered URI may come with a query in autodesk v1, and not in v2', async () => {
  const redirect_uri = `${registeredUri}?foo=bar`;
  const client = autodesk();
  const { request } = await valid({ redirect_uri, scope: undefined }, client, 'autodesk_v1');
  assert.equal(request.redirectUri, redirect_uri);
  await isLocal('invalid_redirect_uri', { redirect_uri }, client, 'autodesk_v2');
});

test('the usergrid dialect takes a request without redirect URI and without scopes', async () => {
  const client = clientOf({
    dialect: 'usergrid',
    pkce: 'exempt',
    grantTypes: ['implicit'],
    scopes: ['openid', 'data:read'],
  });
  const asked = { redirect_uri: '', scope: '', state: '', response_type: 'token' };
  const { request } = await valid(asked, client, 'usergrid');
  assert.equal(request.redirectUri, undefined);
  assert.equal(request.state, undefined);
  assert.deepEqual(request.scopes, ['data:read']);
  await isLocal('unsupported_response_type', { ...asked, response_type: 'magic' }, client, 'usergrid');
});

test('APS pain 1: the refusal of a redirect URI names what is different, not what is registered', async () => {
  const message = async (redirect_uri: string): Promise<string> => {
    const checked = await check({ redirect_uri });
    return checked.kind === 'local_error' ? checked.error.message : '';
  };
  assert.match(await message('http://app.example/cb'), /http and https/);
  assert.match(await message('https://app.example:8443/cb'), /port/);
  assert.match(await message('https://app.example/cb/'), /slash/);
  assert.match(await message('https://app.example/else'), /path/);
  assert.match(await message('https://other.example/cb'), /host/);
  for (const sent of ['https://other.example/x', 'nonsense']) {
    assert.ok(!(await message(sent)).includes('app.example'));
  }
});

test('a refusal names the step and the source that it rests on, for the operator', async () => {
  const told = await isTold('invalid_request', { nonce: undefined, prompt: 'maybe' });
  assert.equal(told.error.subject.step, 'prompt');
  assert.match(String(told.error.subject.source), /S026/);
});

const dialects = Object.keys(dialectRules) as AuthorizationDialect[];
const parameterNames = [
  ...Object.keys(soundParameters),
  ...['prompt', 'max_age', 'response_mode', 'claims', 'id_token_hint', 'nonce', 'request'],
];

test('S003 S005 whatever the parameters are, an answer goes to a registered URI or nowhere', async () => {
  const registered = [registeredUri, 'https://app.example/other?a=1'];
  const near = fc.oneof(
    fc.constantFrom(...registered),
    fc.tuple(fc.constantFrom(...registered), fc.string()).map(([uri, more]) => uri + more),
    fc.webUrl(),
    fc.string(),
  );
  const value = fc.oneof(
    near,
    fc.constantFrom(...Object.values(soundParameters), 'none', 'token', '0', '{}'),
  );
  const parameter = fc.tuple(fc.oneof(fc.constantFrom(...parameterNames), fc.string()), value);
  const base = fc.constantFrom(raw(), raw({ redirect_uri: undefined }), []);
  await fc.assert(
    fc.asyncProperty(
      base,
      fc.array(parameter, { maxLength: 8 }),
      fc.constantFrom(...dialects),
      async (start, more, dialect) => {
        const kind = dialect.startsWith('autodesk') ? 'autodesk' : 'standard';
        const client = clientOf({ dialect: kind, redirectUris: registered });
        const input = { parameters: [...start, ...more], dialect, realm };
        const checked = await checkRequest(input, portsFor(client));
        if (checked.kind === 'local_error') return;
        const { redirectUri } = checked.request;
        if (redirectUri === undefined) return assert.equal(dialect, 'usergrid');
        const withoutQuery = redirectUri.split('?')[0]!;
        assert.ok(
          registered.includes(redirectUri) ||
            (dialect === 'autodesk_v1' && registered.includes(withoutQuery)),
        );
      },
    ),
    { numRuns: 500 },
  );
});
