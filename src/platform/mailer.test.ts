import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import type { Log, MailMessage } from '../core/ports.ts';
import { createOutboxMailer } from './outbox-mailer.ts';
import { createSmtpMailer, type SmtpMailerOptions } from './smtp-mailer.ts';

const message: MailMessage = { to: 'ada@example.com', subject: 'Grüße', text: 'Open /confirm?token=s3cret' };

/** A log that keeps its lines and lets a test wait for one of them. */
function createRecordingLog() {
  const lines: string[] = [];
  const listeners = new Set<() => void>();
  const write = (level: string) => (fields: Record<string, unknown>, text: string) => {
    lines.push(`${level} ${text} ${JSON.stringify(fields)}`);
    for (const listener of listeners) listener();
  };
  const log: Log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  const until = (pattern: RegExp) =>
    new Promise<string>((resolve) => {
      const look = () => {
        const found = lines.find((line) => pattern.test(line));
        if (found === undefined) return;
        listeners.delete(look);
        resolve(found);
      };
      listeners.add(look);
      look();
    });
  return { log, lines, until };
}

/** A real mail server on a port of the system's choice; answers with what it received. */
async function startMailServer(context: TestContext, options: SMTPServerOptions = {}) {
  const received: ParsedMail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    // Hooks run in the order they were set: the server closes while the mailer still keeps its connections.
    closeTimeout: 10,
    onData(stream, _session, callback) {
      simpleParser(stream).then((mail) => {
        received.push(mail);
        callback();
      }, callback);
    },
    ...options,
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  context.after(() => new Promise<void>((resolve) => server.close(resolve)));
  return { smtpUrl: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`, received };
}

function startMailer(context: TestContext, smtpUrl: string, options: Partial<SmtpMailerOptions> = {}) {
  const recording = createRecordingLog();
  const mailer = createSmtpMailer({
    smtpUrl,
    from: 'Keygrid <keygrid@example.com>',
    log: recording.log,
    retryDelaysMilliseconds: [1, 1],
    ...options,
  });
  context.after(() => mailer.close());
  return { mailer, ...recording };
}

const refusal = (responseCode: number) => Object.assign(new Error('not now'), { responseCode });

test('delivers mail to the mail server', async (context) => {
  const { smtpUrl, received } = await startMailServer(context);
  const { mailer, until } = startMailer(context, smtpUrl);
  await mailer.send(message);
  assert.equal(mailer.pending, 1);
  await until(/delivered/);
  const [mail] = received;
  assert.equal(mail?.subject, 'Grüße');
  assert.equal(mail?.from?.text, '"Keygrid" <keygrid@example.com>');
  assert.equal(mail?.text?.trim(), message.text);
});

test('tries again when the mail server refuses for the moment', async (context) => {
  let attempts = 0;
  const { smtpUrl, received } = await startMailServer(context, {
    onMailFrom: (_address, _session, callback) => callback(++attempts < 3 ? refusal(451) : null),
  });
  const { mailer, lines, until } = startMailer(context, smtpUrl);
  await mailer.send(message);
  await until(/mail delivered/);
  assert.equal(received.length, 1);
  assert.equal(lines.filter((line) => line.startsWith('warn')).length, 2);
});

test('does not try again when the mail server refuses for good', async (context) => {
  let attempts = 0;
  const { smtpUrl } = await startMailServer(context, {
    onRcptTo: (_address, _session, callback) => callback(refusal(++attempts && 550)),
  });
  const { mailer, until } = startMailer(context, smtpUrl);
  await mailer.send(message);
  assert.match(await until(/gave up/), /"responseCode":550/);
  assert.equal(attempts, 1);
});

test('gives up after the last attempt, and tells the log without the text of the mail', async (context) => {
  const { mailer, lines, until } = startMailer(context, 'smtp://127.0.0.1:1');
  await mailer.send(message);
  await until(/gave up/);
  assert.equal(lines.length, 3);
  assert.doesNotMatch(lines.join(), /s3cret/);
});

test('takes an address for one recipient whatever is in it', async (context) => {
  const recipients: string[] = [];
  const { smtpUrl } = await startMailServer(context, {
    onRcptTo: (address, _session, callback) => {
      recipients.push(address.address);
      callback();
    },
  });
  const { mailer, until } = startMailer(context, smtpUrl);
  await mailer.send({ ...message, to: 'ada@example.com, eve@example.com' });
  await until(/delivered|gave up/);
  assert.ok(!recipients.includes('eve@example.com'), recipients.join());
});

test('drops mail beyond the limit of the queue, and says so', async (context) => {
  const { smtpUrl } = await startMailServer(context);
  const { mailer, lines } = startMailer(context, smtpUrl, { queueLimit: 1 });
  await mailer.send(message);
  await mailer.send(message);
  assert.match(lines.join(), /error mail was dropped/);
  assert.equal(mailer.pending, 1);
});

test('closing lets a running delivery finish and takes no more mail', async (context) => {
  const { smtpUrl, received } = await startMailServer(context);
  const { mailer, lines } = startMailer(context, smtpUrl);
  await mailer.send(message);
  await mailer.close();
  assert.equal(received.length, 1);
  await mailer.send(message);
  assert.match(lines.join(), /the mailer is closed/);
});

test('closing does not wait for an attempt that is far off', async (context) => {
  const { mailer, until } = startMailer(context, 'smtp://127.0.0.1:1', {
    retryDelaysMilliseconds: [3_600_000],
  });
  await mailer.send(message);
  await until(/try again/);
  await mailer.close();
  await until(/gave up/);
  assert.equal(mailer.pending, 0);
});

test('the outbox keeps each message with the time of sending', async () => {
  const kept: unknown[] = [];
  const store = { append: async (sent: unknown) => void kept.push(sent) };
  await createOutboxMailer({ store, clock: { now: () => 1700000000000 } }).send(message);
  assert.deepEqual(kept, [{ ...message, sentAt: 1700000000000 }]);
});
