import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { exampleAccount, exampleClient, exampleScopes } from '../../test/support/example-pages.ts';
import { assertOnlyText, fieldNames, readMarkup } from '../../test/support/markup.ts';
import { type DeviceApprovalPageModel, deviceApprovalPage } from './device-approval-page.ts';
import { deviceDonePage } from './device-done-page.ts';
import { deviceEntryPage } from './device-entry-page.ts';
import { renderPage } from './layout.ts';

describe('the page for the code of a device', () => {
  test('sends the code with the form token', () => {
    const markup = renderPage(deviceEntryPage({ action: '/device', formToken: 't1' }));
    assert.deepEqual(fieldNames(markup), ['form_token', 'user_code']);
  });

  test('shows what was typed again, with what was wrong', () => {
    const markup = renderPage(
      deviceEntryPage({ action: '/device', formToken: 't1', userCode: 'wdjb', problem: { kind: 'unknown' } }),
    );
    assert.match(markup, /value="wdjb"[^>]*aria-describedby="problem hint" aria-invalid="true"/);
  });

  test('lets no value from outside become markup', () => {
    assertOnlyText((value) => deviceEntryPage({ action: value, formToken: value, userCode: value }));
  });
});

describe('the page to let a device in', () => {
  const model: DeviceApprovalPageModel = {
    action: '/device',
    formToken: 't1',
    userCode: 'WDJB-MJHT',
    client: exampleClient,
    account: exampleAccount,
    scopes: exampleScopes('data:read'),
    address: '203.0.113.24',
    switchAccount: '/switch',
  };

  test('S136: shows the code, and names client, scopes, origin of the request and who is signed in', () => {
    const markup = readMarkup(renderPage(deviceApprovalPage(model)));
    for (const text of [
      'WDJB-MJHT',
      'Plan Viewer',
      'Read your files and data',
      '203.0.113.24',
      'Jane Okafor',
    ]) {
      assert.ok(markup.includes(text), text);
    }
  });

  test('sends code, token and decision', () => {
    assert.deepEqual(fieldNames(renderPage(deviceApprovalPage(model))), [
      'form_token',
      'user_code',
      'decision',
      'decision',
    ]);
  });

  test('warns of codes that somebody else sent', () => {
    assert.match(renderPage(deviceApprovalPage(model)), /Did somebody send you this code/);
  });

  test('lets no value from outside become markup', () => {
    assertOnlyText((value) =>
      deviceApprovalPage({
        ...model,
        action: value,
        formToken: value,
        userCode: value,
        client: { ...exampleClient, name: value, organization: value },
        account: { username: value, name: undefined, email: undefined },
        scopes: [{ name: value, description: undefined, allowed: false }],
        address: value,
      }),
    );
  });
});

test('what became of a device is told, without any value becoming markup', () => {
  assert.match(renderPage(deviceDonePage({ kind: 'approved', client: 'TV' })), /Device connected/);
  assert.match(renderPage(deviceDonePage({ kind: 'refused', client: 'TV' })), /gets no access/);
  assert.match(renderPage(deviceDonePage({ kind: 'late' })), /has expired/);
  assertOnlyText((client) => deviceDonePage({ kind: 'approved', client }));
});
