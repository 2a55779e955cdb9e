import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { StoredEntity } from '../../src/core/entities/entity-store.ts';
import type { Application, Properties } from '../../src/core/tenancy/tenancy.ts';
import { type AccountsWorld, applicationOf, openAccountsWorld, origin, publicUrl } from './accounts-world.ts';

let world: AccountsWorld;
let application: Application;

beforeEach(async () => {
  world = await openAccountsWorld();
});
afterEach(() => world.close());

async function register(properties: Properties): Promise<StoredEntity> {
  application = applicationOf(properties);
  const sent = { username: 'ann', email: 'ann@example.test', password: 'first-one', activated: true };
  return world.applicationAccounts.create(application, sent, { administrator: false });
}

const withConfirmation = { registration_requires_email_confirmation: true };
const withApproval = { registration_requires_admin_approval: 'true' };
const signIn = (password = 'first-one') => world.login.applicationUser(application, 'ann', password, origin);
const subjects = async () => (await world.mails()).map(({ to, subject }) => [to, subject]);
const current = () => world.applicationAccounts.require(application, 'ann');
const reactivate = () => world.applicationActivation.reactivate(application, 'ann', origin);
const confirmationMail = ['ann@example.test', 'User Account Confirmation: ann@example.test'];
const approval = 'Request For User Account Activation: ann@example.test';
const approvalMails = [
  ['admin@example.test', approval],
  ['second@example.test', approval],
];
const invalid = { code: 'mail_token_invalid' };

describe('where an application confirms addresses', () => {
  test('a new user is mailed a link and cannot sign in before it was opened', async () => {
    const ann = await register(withConfirmation);
    await assert.rejects(signIn(), { code: 'account_inactive' });
    assert.deepEqual(await subjects(), [confirmationMail]);
    const token = await world.lastToken();
    const [mail] = await world.mails();
    assert.ok(mail?.text.endsWith(`${publicUrl}/Acme/shop/users/${ann.uuid}/confirm?token=${token}`));
    const { user, awaitsApproval } = await world.applicationActivation.confirm(application, ann, token);
    const { activated, confirmed } = JSON.parse(user.body) as Properties;
    assert.deepEqual([awaitsApproval, activated, confirmed], [false, true, true]);
    await signIn();
    await assert.rejects(world.applicationActivation.confirm(application, user, token), invalid);
  });

  test('a link does not bring back whom an administrator deactivated', async () => {
    const ann = await register(withConfirmation);
    const token = await world.lastToken();
    const deactivated = await world.applicationAccounts.deactivate(application, ann);
    const { awaitsApproval } = await world.applicationActivation.confirm(application, deactivated, token);
    assert.equal(awaitsApproval, true);
    await assert.rejects(signIn(), { code: 'account_inactive' });
    assert.equal(await reactivate(), false);
    assert.equal((await world.mails()).length, 1);
  });

  test('FLAW 11: the mail is sent again when asked for, and the asking is throttled', async () => {
    await register(withConfirmation);
    for (let time = 0; time < 5; time++) assert.equal(await reactivate(), true);
    await assert.rejects(reactivate(), { code: 'throttled' });
    assert.deepEqual(await subjects(), Array(6).fill(confirmationMail));
  });

  test('a user without an address that mail can go to stays inactive, and no mail is sent', async () => {
    application = applicationOf(withConfirmation);
    const sent = { username: 'bob', email: 'bob@x.test\r\nBcc: all@x.test', password: 'long-enough' };
    const bob = await world.applicationAccounts.create(application, sent, { administrator: false });
    assert.equal((JSON.parse(bob.body) as Properties).activated, false);
    assert.deepEqual(await subjects(), []);
  });
});

describe("where an application's administrators approve", () => {
  test('a new user waits for the link that each of them was mailed', async () => {
    const ann = await register(withApproval);
    await assert.rejects(signIn(), { code: 'account_inactive' });
    assert.deepEqual((await subjects()).sort(), approvalMails);
    const token = await world.lastToken();
    const [mail] = await world.mails();
    assert.ok(mail?.text.endsWith(`${publicUrl}/Acme/shop/users/${ann.uuid}/activate?token=${token}`));
    await world.applicationActivation.activate(application, ann, token);
    await signIn();
    assert.deepEqual((await subjects()).at(-1), ['ann@example.test', 'User Account Activated']);
  });

  test('after the confirmation, where both are demanded', async () => {
    const ann = await register({ ...withConfirmation, ...withApproval });
    const token = await world.lastToken();
    const { awaitsApproval } = await world.applicationActivation.confirm(application, ann, token);
    assert.equal(awaitsApproval, true);
    await assert.rejects(signIn(), { code: 'account_inactive' });
    await world.applicationActivation.activate(application, await current(), await world.lastToken());
    await signIn();
  });

  test('the link of a user cannot approve that user', async () => {
    const ann = await register(withConfirmation);
    const token = await world.lastToken();
    await assert.rejects(world.applicationActivation.activate(application, ann, token), invalid);
  });
});

test('where nothing is demanded a user is active at once and gets no mail', async () => {
  await register({});
  await signIn();
  assert.equal(await reactivate(), false);
  assert.deepEqual(await subjects(), []);
});

describe('a new password by mail', () => {
  const request = (reference: string) =>
    world.applicationAccounts.requestPasswordReset(application, reference, origin);
  const reset = (token: string, password: string, reference = 'ann') => {
    const given = { token, password1: password, password2: password };
    return world.applicationAccounts.resetPassword(application, reference, given);
  };

  test('the link sets it once, and ends all tokens', async () => {
    const ann = await register({});
    assert.equal(await request('ann@example.test'), true);
    const token = await world.lastToken();
    const [mail] = await world.mails();
    assert.deepEqual([mail?.to, mail?.subject], ['ann@example.test', 'Password Reset']);
    assert.ok(mail?.text.endsWith(`${publicUrl}/Acme/shop/users/${ann.uuid}/resetpw?token=${token}`));
    assert.equal(await world.applicationAccounts.acceptsResetToken(application, 'ann', token), true);
    await reset(token, 'second-one');
    await signIn('second-one');
    assert.deepEqual(world.revoked, [{ uuid: ann.uuid, reason: 'revoked' }]);
    await assert.rejects(reset(token, 'third-one'), invalid);
  });

  test('the link of one application is worth nothing in another', async () => {
    const ann = await register({});
    await request('ann');
    const token = await world.lastToken();
    const other = applicationOf({}, 3);
    const sent = { username: 'ann', email: 'ann@example.test' };
    await world.applicationAccounts.create(other, sent, { administrator: false, uuid: ann.uuid });
    assert.equal(await world.applicationAccounts.acceptsResetToken(other, 'ann', token), false);
  });

  test('a deactivated user stays deactivated', async () => {
    const ann = await register({});
    await world.applicationAccounts.deactivate(application, ann);
    await request('ann');
    await reset(await world.lastToken(), 'second-one');
    await assert.rejects(signIn('second-one'), { code: 'account_inactive' });
  });

  test('unknown users and users without an address are sent nothing', async () => {
    await register({});
    await world.applicationAccounts.create(application, { username: 'bob' }, { administrator: false });
    assert.deepEqual([await request('nobody'), await request('bob')], [false, false]);
    await assert.rejects(reset('ZW0t', 'second-one', 'nobody'), { code: 'entity_not_found' });
  });
});
