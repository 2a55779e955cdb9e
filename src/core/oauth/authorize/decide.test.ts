import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Prompt, ValidAuthorizationRequest } from '../authorization.ts';
import { decide, type Plan, type Situation } from './decide.ts';

const user = '11111111-1111-1111-8111-111111111111';
const other = '22222222-2222-1222-8222-222222222222';
const now = 1_800_000_000;

const request: ValidAuthorizationRequest = {
  ...{ realm: 7, clientId: 'app', dialect: 'standard', responseType: 'code' },
  ...{
    redirectUri: 'https://app.example/cb',
    redirectUriWasSent: true,
    scopes: ['openid'],
    state: undefined,
  },
  ...{ nonce: undefined, codeChallenge: undefined, codeChallengeMethod: undefined, prompts: [] },
  ...{ maxAge: undefined, loginHint: undefined, hintedUser: undefined },
};

interface Given extends Partial<Omit<Situation, 'request'>> {
  prompts?: Prompt[];
  request?: Partial<ValidAuthorizationRequest>;
}

/** Somebody who signed in a minute ago and allowed all that is asked; but for what is given. */
function plan({ prompts = [], request: changes = {}, ...given }: Given = {}): Plan {
  return decide({
    session: { user, authenticatedAt: now - 60 },
    provedAt: undefined,
    allowedScopes: ['openid'],
    consentPolicy: 'remembered',
    nowSeconds: now,
    ...given,
    request: { ...request, prompts, ...changes },
  });
}

const kind = (given?: Given): string => plan(given).kind;

function refusal(given: Given): string | undefined {
  const found = plan(given);
  return found.kind === 'refuse' ? found.error.code : undefined;
}

test('who is signed in and allowed it before gets an answer at once', () => {
  assert.equal(kind(), 'answer');
});

test('who is not signed in signs in, unless the request forbids it (S026)', () => {
  assert.equal(kind({ session: undefined }), 'sign_in');
  assert.equal(refusal({ session: undefined, prompts: ['none'] }), 'login_required');
});

test('S026 prompt=none answers where nothing has to be asked, and names what would have to be', () => {
  assert.equal(kind({ prompts: ['none'] }), 'answer');
  assert.equal(refusal({ prompts: ['none'], allowedScopes: undefined }), 'consent_required');
  assert.equal(refusal({ prompts: ['none'], consentPolicy: 'always' }), 'consent_required');
  assert.equal(refusal({ prompts: ['none'], request: { maxAge: 10 } }), 'login_required');
});

test('S027 prompt=login asks although somebody is signed in, once in an interaction', () => {
  assert.deepEqual(plan({ prompts: ['login'] }), { kind: 'sign_in', again: 'asked_by_client' });
  const proved = { session: { user, authenticatedAt: now }, provedAt: now };
  assert.equal(kind({ prompts: ['login'], ...proved }), 'answer');
});

test('S027 a sign-in from before the interaction is not the fresh one', () => {
  assert.equal(kind({ prompts: ['login'], session: { user, authenticatedAt: now } }), 'sign_in');
  assert.equal(kind({ prompts: ['login'], provedAt: now }), 'sign_in');
});

test('S028 max_age asks when it is exceeded; 0 acts like prompt=login', () => {
  assert.equal(kind({ request: { maxAge: 60 } }), 'answer');
  assert.equal(kind({ request: { maxAge: 59 } }), 'sign_in');
  assert.equal(kind({ request: { maxAge: 0 }, session: { user, authenticatedAt: now } }), 'sign_in');
  const later = { session: { user, authenticatedAt: now - 60 }, provedAt: now - 60 };
  assert.equal(kind({ request: { maxAge: 0 }, ...later }), 'answer');
});

test('S029 another user than the one hinted at signs in anew, or is refused', () => {
  const hinted = { hintedUser: other };
  assert.deepEqual(plan({ request: hinted }), { kind: 'sign_in', again: 'other_account' });
  assert.equal(refusal({ request: hinted, prompts: ['none'] }), 'login_required');
  const proved = { session: { user, authenticatedAt: now }, provedAt: now };
  assert.equal(refusal({ request: hinted, ...proved }), 'login_required');
  assert.equal(kind({ request: { hintedUser: user }, prompts: ['none'] }), 'answer');
});

test('prompt=select_account asks which account, until one is chosen', () => {
  assert.equal(kind({ prompts: ['select_account'] }), 'choose_account');
  assert.equal(kind({ prompts: ['select_account'], provedAt: now - 60 }), 'answer');
  assert.equal(kind({ prompts: ['select_account'], session: undefined }), 'sign_in');
  assert.equal(kind({ prompts: ['login', 'select_account'] }), 'sign_in');
});

test('APS-55 prompt=create offers a new account although somebody is signed in', () => {
  assert.equal(kind({ prompts: ['create'] }), 'sign_in');
});

test('S049 consent is remembered for what was allowed, and asked for more', () => {
  assert.equal(kind({ allowedScopes: undefined }), 'consent');
  assert.equal(kind({ allowedScopes: [] }), 'consent');
  assert.equal(kind({ allowedScopes: ['openid', 'email'] }), 'answer');
  assert.equal(kind({ allowedScopes: undefined, request: { scopes: [] } }), 'consent');
});

test('S049 whose redirect anybody could claim is never approved silently', () => {
  assert.equal(kind({ consentPolicy: 'always' }), 'consent');
});

test('a trusted client is not asked for, but on its own wish', () => {
  assert.equal(kind({ consentPolicy: 'silent', allowedScopes: undefined }), 'answer');
  assert.equal(kind({ consentPolicy: 'silent', prompts: ['consent'] }), 'consent');
});
