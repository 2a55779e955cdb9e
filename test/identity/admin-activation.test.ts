import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import type { AdminUser } from '../../src/core/identity/accounts.ts';
import { type AccountsWorld, openAccountsWorld, origin, publicUrl } from './accounts-world.ts';

let world: AccountsWorld;

async function open(settings: Parameters<typeof openAccountsWorld>[0]): Promise<AdminUser> {
  world = await openAccountsWorld(settings);
  return world.accounts.create({ username: 'ann', email: 'ann@example.test', password: 'first-one' });
}
afterEach(() => world.close());

const signIn = (password = 'first-one') => world.login.adminUser('ann', password, origin);
const subjects = async () => (await world.mails()).map(({ to, subject }) => [to, subject]);
const confirmationMail = ['ann@example.test', 'User Account Confirmation: ann@example.test'];
const approvalMail = ['operator@example.test', 'Request For Admin User Account Activation: ann@example.test'];
const invalid = { code: 'mail_token_invalid' };

describe('where addresses are confirmed', () => {
  test('UA-31: a new account is mailed a link and cannot sign in before it was opened', async () => {
    const ann = await open({ requireConfirmation: true });
    assert.deepEqual([ann.activated, ann.confirmed], [false, false]);
    await assert.rejects(signIn(), {
      code: 'account_unconfirmed',
      message: 'User must be confirmed to authenticate',
    });
    const [mail] = await world.mails();
    assert.deepEqual([mail?.to, mail?.subject], confirmationMail);
    const token = await world.lastToken();
    assert.ok(mail?.text.endsWith(`${publicUrl}/management/users/${ann.uuid}/confirm?token=${token}`));
    const confirmed = await world.activation.confirm(ann, token);
    assert.deepEqual(
      [confirmed.awaitsApproval, confirmed.user.activated, confirmed.user.confirmed],
      [false, true, true],
    );
    assert.equal((await signIn()).user.confirmed, true);
  });

  test('a wrong password says nothing of the confirmation', async () => {
    await open({ requireConfirmation: true });
    await assert.rejects(signIn('wrong-one'), { code: 'invalid_grant' });
  });

  test('the link works once', async () => {
    const ann = await open({ requireConfirmation: true });
    const token = await world.lastToken();
    await world.activation.confirm(ann, token);
    await assert.rejects(world.activation.confirm(ann, token), invalid);
  });

  test('a link for another purpose or account confirms nothing', async () => {
    const ann = await open({ requireConfirmation: true });
    const token = await world.lastToken();
    const bob = await world.accounts.create({ email: 'bob@example.test' });
    await assert.rejects(world.activation.confirm(bob, token), invalid);
    await assert.rejects(world.activation.activate(ann, token), invalid);
    await world.activation.confirm(ann, token);
  });

  test('the superuser needs no confirmation', async () => {
    await open({ requireConfirmation: true, requireApproval: true });
    const given = { username: 'root', email: 'root@example.test', password: 'long-enough' };
    await world.accounts.create(given, { superuser: true });
    assert.equal((await world.login.adminUser('root', 'long-enough', origin)).user.superuser, true);
  });

  test('UA-140: the mail is sent again when asked for, and the asking is throttled', async () => {
    await open({ requireConfirmation: true });
    for (let time = 0; time < 5; time++) {
      assert.equal(await world.activation.reactivate('ann', world.accounts.find, origin), true);
    }
    await assert.rejects(world.activation.reactivate('ann', world.accounts.find, origin), {
      code: 'throttled',
    });
    assert.deepEqual(await subjects(), Array(6).fill(confirmationMail));
  });

  test('a new address has to be confirmed, and links to the old one are dead', async () => {
    const ann = await open({ requireConfirmation: true });
    const oldLink = await world.lastToken();
    const { user } = await world.activation.confirm(ann, oldLink);
    await world.accounts.requestPasswordReset('ann', origin);
    const resetLink = await world.lastToken();
    const moved = await world.accounts.update(user, { email: 'new@example.test' });
    assert.equal(moved.confirmed, false);
    await assert.rejects(signIn(), { code: 'account_unconfirmed' });
    assert.equal(await world.accounts.acceptsResetToken('ann', resetLink), false);
    assert.equal((await world.mails()).at(-1)?.to, 'new@example.test');
    await world.activation.confirm(moved, await world.lastToken());
    await signIn();
  });

  test('a password set by mail proves the address as well', async () => {
    await open({ requireConfirmation: true });
    await world.accounts.requestPasswordReset('ann', origin);
    const token = await world.lastToken();
    const given = { token, password1: 'second-one', password2: 'second-one' };
    await world.accounts.resetPassword('ann', given);
    await signIn('second-one');
  });
});

describe('where the operator approves', () => {
  test('a new account waits for the link that the operator was mailed', async () => {
    const ann = await open({ requireApproval: true });
    assert.deepEqual([ann.activated, ann.confirmed], [false, true]);
    await assert.rejects(signIn(), { code: 'account_inactive', message: 'user not activated' });
    assert.deepEqual(await subjects(), [approvalMail]);
    const token = await world.lastToken();
    const [mail] = await world.mails();
    assert.ok(mail?.text.endsWith(`${publicUrl}/management/users/${ann.uuid}/activate?token=${token}`));
    assert.equal((await world.activation.activate(ann, token)).activated, true);
    await signIn();
    assert.deepEqual((await subjects()).at(-1), ['ann@example.test', 'User Account Activated']);
  });

  test('the superuser approves without a link', async () => {
    const ann = await open({ requireApproval: true });
    await world.activation.approve(ann);
    await signIn();
  });

  test('after the confirmation, where both are demanded', async () => {
    const ann = await open({ requireConfirmation: true, requireApproval: true });
    const { user, awaitsApproval } = await world.activation.confirm(ann, await world.lastToken());
    assert.equal(awaitsApproval, true);
    await assert.rejects(signIn(), { code: 'account_inactive' });
    assert.deepEqual(await subjects(), [confirmationMail, approvalMail]);
    await world.activation.activate(user, await world.lastToken());
    await signIn();
  });

  test('a password set by mail does not stand in for the approval', async () => {
    await open({ requireConfirmation: true, requireApproval: true });
    await world.accounts.requestPasswordReset('ann', origin);
    const token = await world.lastToken();
    await world.accounts.resetPassword('ann', { token, password1: 'second-one', password2: 'second-one' });
    await assert.rejects(signIn('second-one'), { code: 'account_inactive' });
  });

  test('organizations are approved by a link of their own', async () => {
    await open({});
    const organization = { uuid: '11111111-1111-1111-1111-111111111111', name: 'Acme' };
    await world.activation.requestOrganizationApproval(organization);
    const token = await world.lastToken();
    const [mail] = await world.mails();
    assert.equal(mail?.subject, 'Request For Organization Account Activation: Acme');
    await assert.rejects(world.activation.useOrganizationApproval({ uuid: 'another' }, token), invalid);
    await world.activation.useOrganizationApproval(organization, token);
    await assert.rejects(world.activation.useOrganizationApproval(organization, token), invalid);
  });
});

describe('a new password by mail', () => {
  const given = (token: string, password1 = 'second-one', password2 = password1) => ({
    token,
    password1,
    password2,
  });

  async function requestLink(): Promise<string> {
    assert.equal(await world.accounts.requestPasswordReset('ANN@example.test', origin), true);
    return world.lastToken();
  }

  test('UA-137: the link sets it once, and ends all tokens', async () => {
    const ann = await open({});
    const token = await requestLink();
    const [mail] = await world.mails();
    assert.deepEqual([mail?.to, mail?.subject], ['ann@example.test', 'Password Reset']);
    assert.ok(mail?.text.endsWith(`${publicUrl}/management/users/${ann.uuid}/resetpw?token=${token}`));
    assert.equal(await world.accounts.acceptsResetToken('ann', token), true);
    world.clock.time += 1000;
    await world.accounts.resetPassword('ann', given(token));
    assert.equal((await signIn('second-one')).passwordChangedAt, world.clock.now());
    assert.deepEqual(world.revoked, [{ uuid: ann.uuid, reason: 'revoked' }]);
    await assert.rejects(world.accounts.resetPassword('ann', given(token, 'third-one')), invalid);
    await assert.rejects(signIn('third-one'), { code: 'invalid_grant' });
  });

  test('two passwords that differ, or one below the policy, leave the link usable', async () => {
    await open({});
    const token = await requestLink();
    const differing = world.accounts.resetPassword('ann', given(token, 'second-one', 'third-one'));
    await assert.rejects(differing, { code: 'invalid_argument', message: /didn't match/ });
    await assert.rejects(world.accounts.resetPassword('ann', given(token, 'foo')), {
      code: 'password_policy',
    });
    await world.accounts.resetPassword('ann', given(token));
  });

  test('UA-138: an unknown account in the path leaves the link usable', async () => {
    await open({});
    const token = await requestLink();
    const elsewhere = world.accounts.resetPassword('nobody', given(token));
    await assert.rejects(elsewhere, { code: 'account_not_found', message: /Could not find/ });
    await world.accounts.resetPassword('ann', given(token));
  });

  test('a wrong token is refused before anything is said about the passwords', async () => {
    await open({});
    for (const token of ['', 'ZW0t', `ZW0t${'A'.repeat(48)}`, 'x'.repeat(5000)]) {
      await assert.rejects(world.accounts.resetPassword('ann', given(token, 'foo')), invalid);
    }
  });

  test('a password that was used recently is refused, and the link stays usable', async () => {
    await open({});
    world.passwordHistory.push({ passwordHistorySize: 1 });
    const token = await requestLink();
    const reused = world.accounts.resetPassword('ann', given(token, 'first-one'));
    await assert.rejects(reused, { code: 'password_reused' });
    await world.accounts.resetPassword('ann', given(token));
  });

  test('FLAW 11: asking for unknown accounts sends nothing, and is throttled like asking for known ones', async () => {
    await open({});
    for (const reference of ['nobody@example.test', 'ann']) {
      for (let time = 0; time < 5; time++) await world.accounts.requestPasswordReset(reference, origin);
      const sixth = world.accounts.requestPasswordReset(reference, origin);
      await assert.rejects(sixth, { code: 'throttled', retryAfterSeconds: 720 });
    }
    assert.equal((await world.mails()).length, 5);
  });

  test('a link is dead after seven days', async () => {
    await open({});
    const token = await requestLink();
    world.clock.time += 7 * 24 * 3_600_000;
    assert.equal(await world.accounts.acceptsResetToken('ann', token), false);
  });
});

test('UA-118: a new member without a password gets Password Reset, then the invitation', async () => {
  await open({});
  const bob = await world.accounts.create({ email: 'bob@example.test' });
  await world.accounts.requestPasswordReset(bob.email, origin);
  await world.activation.invite(bob, { name: 'Acme' });
  assert.deepEqual(await subjects(), [
    ['bob@example.test', 'Password Reset'],
    ['bob@example.test', 'User Invited To Organization'],
  ]);
});
