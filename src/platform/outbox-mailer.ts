/** Without a mail server, mail goes to an outbox in the store that the superuser reads. */
import type { Clock, Mailer, MailMessage } from '../core/ports.ts';

export interface OutboxStore {
  /** `sentAt` is in milliseconds since the epoch. */
  append(message: MailMessage & { sentAt: number }): Promise<void>;
}

/** Keeps mail in the store. The outbox being the store, a failure of the store is thrown as such. */
export function createOutboxMailer({ store, clock }: { store: OutboxStore; clock: Clock }): Mailer {
  return { send: (message) => store.append({ ...message, sentAt: clock.now() }) };
}
