import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { MailMessage } from '../ports.ts';
import { type AccountMail, createAccountMail } from './account-mail.ts';
import { managementPlace } from './account-place.ts';

let sent: MailMessage[];
let mail: AccountMail;
const place = { publicUrl: 'https://keygrid.example' };
const mailer = { send: async (message: MailMessage) => void sent.push(message) };

beforeEach(() => {
  sent = [];
  mail = createAccountMail({ mailer, place, adminMail: undefined });
});

const uuid = '11111111-1111-1111-1111-111111111111';
const ann = { uuid, email: 'ann@example.test' };

test('the token is the last thing in the text', async () => {
  await mail.passwordReset(managementPlace, ann, 'ZW0tabc');
  await mail.confirmation(managementPlace, ann, 'ZW0tabc');
  await mail.approvalOfUser(managementPlace, ann, 'ZW0tabc');
  await mail.approvalOfOrganization({ uuid, name: 'Acme' }, 'ZW0tabc');
  assert.equal(sent.length, 4);
  for (const { text } of sent) assert.equal(text.split('token=')[1], 'ZW0tabc');
});

test('what is no single address gets no mail', async () => {
  const addresses = [
    undefined,
    '',
    'ann',
    'a@b.test, c@d.test',
    'a@b.test\nBcc: c@d.test',
    '<a@b.test>',
    'A <a@b.test>',
  ];
  for (const email of addresses) {
    assert.equal(await mail.passwordReset(managementPlace, { uuid, email }, 'ZW0tabc'), false, email);
  }
  assert.deepEqual(sent, []);
});

test('no line end in a name gets into a subject', async () => {
  await mail.approvalOfOrganization({ uuid, name: 'Acme\r\nBcc: all@example.test\u2028x' }, 'ZW0tabc');
  assert.equal(sent[0]?.subject, 'Request For Organization Account Activation: Acme Bcc: all@example.test x');
});

test("an approval goes to the superuser's outbox where the operator has no address", async () => {
  await mail.approvalOfUser(managementPlace, ann, 'ZW0tabc');
  assert.equal(sent[0]?.to, 'superuser@localhost');
});
