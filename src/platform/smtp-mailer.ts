/** Mail by SMTP, delivered in the background and tried again. */
import { setTimeout as delay } from 'node:timers/promises';
import { createTransport } from 'nodemailer';
import type { Log, Mailer, MailMessage } from '../core/ports.ts';

export interface SmtpMailerOptions {
  /** `smtp:` (with STARTTLS where the server offers it) or `smtps:`. */
  smtpUrl: string;
  from: string;
  log: Log;
  /** Pauses before the second and every later attempt. */
  retryDelaysMilliseconds?: readonly number[];
  /** Messages not yet delivered; beyond it a message is dropped, and the log says so. */
  queueLimit?: number;
}

export interface SmtpMailer extends Mailer {
  /** Messages not yet delivered, for the metrics. */
  readonly pending: number;
  /** Lets running attempts finish for at most `withinMilliseconds` (5 s), and gives up what waits. */
  close(withinMilliseconds?: number): Promise<void>;
}

const seconds = 1000;
const usualDelays = [2 * seconds, 15 * seconds, 120 * seconds, 600 * seconds];

/** Delivers in the background over a few kept connections, trying again for about a quarter of an hour. */
export function createSmtpMailer(options: SmtpMailerOptions): SmtpMailer {
  const { smtpUrl, from, log, retryDelaysMilliseconds = usualDelays, queueLimit = 1000 } = options;
  const transport = createTransport({
    url: smtpUrl,
    pool: true,
    maxConnections: 2,
    connectionTimeout: 10 * seconds,
    greetingTimeout: 10 * seconds,
    socketTimeout: 30 * seconds,
  });
  const deliveries = new Set<Promise<void>>();
  const closing = new AbortController();

  async function attempt({ to, subject, text }: MailMessage): Promise<unknown> {
    try {
      // As an object, the address is one recipient whatever is in it; text would be read as a list of them.
      await transport.sendMail({ from, to: { name: '', address: to }, subject, text });
      return undefined;
    } catch (error) {
      return error;
    }
  }

  async function deliver(message: MailMessage): Promise<void> {
    let failure = await attempt(message);
    for (const pause of retryDelaysMilliseconds) {
      if (failure === undefined || isFinal(failure) || closing.signal.aborted) break;
      log.warn(
        { to: message.to, failure: describeFailure(failure) },
        'mail was not delivered, will try again',
      );
      await delay(pause, undefined, { signal: closing.signal, ref: false }).catch(() => {});
      if (!closing.signal.aborted) failure = await attempt(message);
    }
    if (failure === undefined) log.debug({ to: message.to }, 'mail delivered');
    else log.error({ to: message.to, failure: describeFailure(failure) }, 'mail was not delivered, gave up');
  }

  return {
    get pending() {
      return deliveries.size;
    },
    async send(message) {
      if (closing.signal.aborted || deliveries.size >= queueLimit) {
        const reason = closing.signal.aborted ? 'the mailer is closed' : 'too many messages wait';
        log.error({ to: message.to, reason }, 'mail was dropped');
        return;
      }
      const delivery = deliver(message).finally(() => deliveries.delete(delivery));
      deliveries.add(delivery);
    },
    async close(withinMilliseconds = 5 * seconds) {
      closing.abort();
      const patience = new AbortController();
      const limit = delay(withinMilliseconds, undefined, { signal: patience.signal }).catch(() => {});
      await Promise.race([Promise.all(deliveries), limit]);
      patience.abort();
      transport.close();
    },
  };
}

/** RFC 5321 §4.2.1: a 5yz answer to the envelope or the message stays the same however often it is asked. */
function isFinal(failure: unknown): boolean {
  const { code, responseCode } = failure as { code?: string; responseCode?: number };
  return (code === 'EENVELOPE' || code === 'EMESSAGE') && responseCode !== undefined && responseCode >= 500;
}

/** What the operator needs of the error, without the message in it: that holds links with tokens. */
function describeFailure(failure: unknown): Record<string, unknown> {
  const { code, responseCode, message } = failure as {
    code?: string;
    responseCode?: number;
    message?: string;
  };
  return { code, responseCode, message };
}
