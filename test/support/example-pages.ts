/** Every page there is, with examples of what it shows: for the browser tests and for the pictures in docs/images. */
import type {
  AccountOnPage,
  ClientOnPage,
  ScopeOnPage,
} from '../../src/core/oauth/authorize/authorization-service.ts';
import { describeScope } from '../../src/core/oauth/scope-catalogue.ts';
import { accountOverviewPage } from '../../src/pages/account-overview-page.ts';
import {
  activatedPage,
  confirmedPage,
  forgottenPasswordPage,
  invalidLinkPage,
  newPasswordPage,
  passwordSetPage,
  resetMailSentPage,
  tooManyAttemptsPage,
} from '../../src/pages/account-pages.ts';
import {
  authorizationErrorPage,
  interactionGonePage,
  noSuchPage,
} from '../../src/pages/authorization-error-page.ts';
import { chooseAccountPage } from '../../src/pages/choose-account-page.ts';
import { consentPage } from '../../src/pages/consent-page.ts';
import { deviceApprovalPage } from '../../src/pages/device-approval-page.ts';
import { deviceDonePage } from '../../src/pages/device-done-page.ts';
import { deviceEntryPage } from '../../src/pages/device-entry-page.ts';
import { formPostPage } from '../../src/pages/form-post-page.ts';
import { type Frame, type Page, productFrame } from '../../src/pages/layout.ts';
import { signInPage } from '../../src/pages/sign-in-page.ts';
import { signOutConfirmPage } from '../../src/pages/sign-out-confirm-page.ts';
import { signedOutPage } from '../../src/pages/signed-out-page.ts';
import { parseTheme } from '../../src/pages/theme.ts';
import { tokenShownPage } from '../../src/pages/token-shown-page.ts';
import { usergridSignInPage } from '../../src/pages/usergrid-sign-in-page.ts';

const hour = 3_600_000;
const day = 24 * hour;
const now = Date.UTC(2026, 2, 12, 15, 30);

export const exampleClient: ClientOnPage = {
  clientId: 'plan-viewer',
  name: 'Plan Viewer',
  organization: 'Baumann Architects',
  destination: 'viewer.baumann.example',
  unproven: false,
  logoUri: undefined,
  policyUri: 'https://baumann.example/privacy',
  termsUri: 'https://baumann.example/terms',
};

export const exampleAccount: AccountOnPage = {
  username: 'jane',
  name: 'Jane Okafor',
  email: 'jane@northwind.example',
};

export const exampleScopes = (...names: string[]): ScopeOnPage[] =>
  names.map((name) => ({
    name,
    description: describeScope(name, 'autodesk'),
    allowed: name === 'openid',
  }));

const ends = { interaction: 'Wq3vT8', formToken: 'qk1Zb0' };
const requestId = '0198f3a2-6c1d-7e55-9a40-3d2f5b7c9e11';
const asked = exampleScopes('openid', 'user-profile:read', 'data:read', 'data:create', 'offline_access');

/** The look of an application, as its operator set it up. */
export const exampleFrame: Frame = {
  ...productFrame,
  theme: parseTheme({ name: 'Northwind Studio', color: '#0f766e' }, 'sandbox'),
};

/** In the order in which people meet them; the names are those of the pictures. */
export function examplePages(frame: Frame = exampleFrame): Record<string, Page> {
  return {
    ...signInExamples(frame),
    ...consentExamples(frame),
    ...deviceExamples(frame),
    ...endExamples(frame),
    'account-overview': accountExample(frame),
    'account-empty': emptyAccountExample(frame),
    ...mailExamples(frame),
  };
}

function signInExamples(frame: Frame): Record<string, Page> {
  const page = {
    ...ends,
    client: exampleClient,
    username: undefined,
    again: undefined,
    offersAccount: false,
  };
  const action = '/northwind/studio/oauth2/authorize';
  const links = { forgottenPassword: '/northwind/studio/users/resetpw' };
  const request = { response_type: 'token', client_id: 'b3U6M90FY80MEeG89xIxPRxEkQ' };
  return {
    'sign-in': signInPage({ page, action, ...links }, frame),
    'sign-in-refused': signInPage(
      { page: { ...page, username: 'jane' }, action, ...links, problem: { kind: 'credentials' } },
      frame,
    ),
    'sign-in-throttled': signInPage(
      { page, action, ...links, problem: { kind: 'throttled', retryAfterSeconds: 240 } },
      frame,
    ),
    'sign-in-again': signInPage(
      { page: { ...page, username: 'jane', again: 'asked_by_client' }, action, ...links },
      frame,
    ),
    'sign-up-offered': signInPage(
      {
        page: { ...page, offersAccount: true },
        action,
        ...links,
        createAccount: '/northwind/studio/sign-up',
      },
      frame,
    ),
    'choose-account': chooseAccountPage(
      { page: { ...ends, client: exampleClient, account: exampleAccount }, action, switchAccount: '/switch' },
      frame,
    ),
    'usergrid-sign-in': usergridSignInPage({ request }, productFrame),
    'usergrid-sign-in-refused': usergridSignInPage(
      { request, message: 'Username or password do not match', formToken: 'qk1Zb0' },
      productFrame,
    ),
    'token-shown': tokenShownPage(
      {
        accessToken: `YWMt${'Zx7Qm3LkT9vR2hWc'.repeat(7)}`,
        expiresInSeconds: 3600,
        scopes: ['data:read'],
        client: { name: 'northwind' },
      },
      productFrame,
    ),
  };
}

function consentExamples(frame: Frame): Record<string, Page> {
  const page = { ...ends, client: exampleClient, account: exampleAccount, scopes: asked };
  const paths = { action: '/northwind/studio/oauth2/consent', switchAccount: '/switch' };
  const native = { ...exampleClient, name: 'Site Camera', destination: '127.0.0.1:49152', unproven: true };
  return {
    consent: consentPage({ page, ...paths }, frame),
    'consent-choice': consentPage({ page, ...paths, choosableScopes: true }, frame),
    'consent-unproven': consentPage(
      {
        page: { ...page, client: native, scopes: exampleScopes('data:read', 'plans:approve') },
        ...paths,
        selfRegistered: true,
      },
      frame,
    ),
    'consent-nothing-asked': consentPage({ page: { ...page, scopes: [] }, ...paths }, frame),
    'form-post': formPostPage(
      {
        action: 'https://viewer.baumann.example/callback',
        fields: [
          ['code', 'SplxlOBeZQQYbYS6WxSbIA'],
          ['state', 'af0ifjsldkj'],
        ],
      },
      frame,
    ),
  };
}

function deviceExamples(frame: Frame): Record<string, Page> {
  const action = '/northwind/studio/oauth2/device';
  const client = { ...exampleClient, name: 'Meeting Room Display' };
  return {
    'device-entry': deviceEntryPage({ action, formToken: 'qk1Zb0' }, frame),
    'device-entry-refused': deviceEntryPage(
      { action, formToken: 'qk1Zb0', userCode: 'WDJB-MJHX', problem: { kind: 'unknown' } },
      frame,
    ),
    'device-approval': deviceApprovalPage(
      {
        action,
        formToken: 'qk1Zb0',
        userCode: 'WDJB-MJHT',
        client,
        account: exampleAccount,
        scopes: exampleScopes('viewables:read', 'offline_access'),
        address: '203.0.113.24',
        switchAccount: '/switch',
      },
      frame,
    ),
    'device-approved': deviceDonePage({ kind: 'approved', client: client.name }, frame),
    'device-refused': deviceDonePage({ kind: 'refused', client: client.name }, frame),
    'device-late': deviceDonePage({ kind: 'late' }, frame),
  };
}

function endExamples(frame: Frame): Record<string, Page> {
  return {
    'error-redirect-uri': authorizationErrorPage(
      {
        description: 'The redirect URI is not registered: a slash at the end is missing or too much',
        redirectUri: 'https://viewer.baumann.example/callback/',
        requestId,
      },
      frame,
    ),
    'error-client': authorizationErrorPage(
      { description: 'There is no such client', requestId },
      productFrame,
    ),
    'interaction-gone': interactionGonePage(requestId, productFrame),
    'no-such-page': noSuchPage(requestId, frame),
    'sign-out-confirm': signOutConfirmPage(
      {
        action: '/northwind/studio/oauth2/logout',
        formToken: 'qk1Zb0',
        account: exampleAccount,
        client: exampleClient.name,
        hidden: [['state', 'af0ifjsldkj']],
        destination: exampleClient.destination,
        stay: '/northwind/studio/account',
      },
      frame,
    ),
    'signed-out': signedOutPage({ signIn: '/northwind/studio/account' }, frame),
  };
}

const accountActions = {
  endGrant: '/account/grants',
  endSession: '/account/sessions',
  endOtherSessions: '/account/sessions/others',
  signOut: '/account/sign-out',
};

function accountExample(frame: Frame): Page {
  return accountOverviewPage(
    {
      account: exampleAccount,
      formToken: 'qk1Zb0',
      actions: accountActions,
      done: 'session',
      now,
      grants: {
        items: [
          {
            id: 'g1',
            client: exampleClient,
            scopes: asked,
            createdAt: now - 40 * day,
            lastUsedAt: now - 2 * hour,
          },
          {
            id: 'g2',
            client: { name: 'Meeting Room Display', organization: 'Northwind', logoUri: undefined },
            scopes: exampleScopes('viewables:read'),
            createdAt: now - 3 * day,
            lastUsedAt: now - day,
          },
          {
            id: 'g3',
            client: { name: 'Newsletter', organization: 'Quill & Sons', logoUri: undefined },
            scopes: [],
            createdAt: now - 400 * day,
            lastUsedAt: now - 90 * day,
          },
        ],
        next: '/account?grants=4',
      },
      sessions: {
        items: [
          {
            id: 's1',
            userAgent: 'Firefox on Windows',
            address: '198.51.100.7',
            createdAt: now - 6 * hour,
            lastSeenAt: now,
            isThis: true,
          },
          {
            id: 's2',
            userAgent: 'Safari on iPhone',
            address: '203.0.113.24',
            createdAt: now - 2 * day,
            lastSeenAt: now - 25 * 60_000,
            isThis: false,
          },
          {
            id: 's3',
            userAgent: '',
            address: '2001:db8::5',
            createdAt: now - 5 * day,
            lastSeenAt: now - 11 * hour,
            isThis: false,
          },
        ],
      },
    },
    frame,
  );
}

const emptyAccountExample = (frame: Frame): Page =>
  accountOverviewPage(
    {
      account: { username: 'jane', name: undefined, email: undefined },
      formToken: 'qk1Zb0',
      actions: accountActions,
      now,
      grants: { items: [] },
      sessions: { items: [] },
    },
    frame,
  );

function mailExamples(frame: Frame): Record<string, Page> {
  const action = '/northwind/studio/users/jane/resetpw';
  return {
    'forgotten-password': forgottenPasswordPage(action, undefined, frame),
    'forgotten-password-again': forgottenPasswordPage(action, 'invalid_token', frame),
    'reset-mail-sent': resetMailSentPage(frame),
    'new-password': newPasswordPage({ action, token: 'YWMtZx7Q' }, frame),
    'new-password-again': newPasswordPage({ action, token: 'YWMtZx7Q', problem: 'mismatch' }, frame),
    'password-set': passwordSetPage(frame),
    activated: activatedPage({ organization: 'northwind' }, frame),
    confirmed: confirmedPage(frame),
    'dead-link': invalidLinkPage('activation', frame),
    'too-many-attempts': tooManyAttemptsPage(frame),
  };
}
