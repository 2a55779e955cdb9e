import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { AuthorizationDialect } from '../../src/core/oauth/authorize/authorization-service.ts';
import { checkRequest } from '../../src/core/oauth/authorize/check-request.ts';
import { dialectRules } from '../../src/core/oauth/authorize/dialect-rules.ts';
import {
  autodesk,
  check,
  clientOf,
  isLocal,
  isTold,
  portsFor,
  raw,
  realm,
  registeredUri,
  soundParameters,
  valid,
} from './request-checks.ts';

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

test('S036 APS-56 what is too large is refused, whole', async () => {
  await isLocal('invalid_request', { state: 's'.repeat(4097) });
  await isLocal('invalid_request', { padding: 'p'.repeat(17_000) });
  const many = Array.from({ length: 300 }, (_, index) => [`p${index}`, 'x'] as const);
  await isLocal('invalid_request', Object.fromEntries(many));
  const scopes = (count: number) => Array.from({ length: count }, (_, index) => `s${index}`).join(' ');
  await isTold('invalid_scope', { scope: scopes(101) });
  await isTold('invalid_scope', { scope: scopes(51) }, autodesk(), 'autodesk_v2');
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
