/**
 * The outside, behind the ports of `src/core/ports.ts`: clock, random source, password hashing, mail and log. Only
 * `src/main.ts` imports this folder. The SMTP mailer is left out, to be loaded only where mail goes by SMTP.
 */
export { systemClock } from './clock.ts';
export { createLog, type HeldOutput, holdOutput, type LogOptions, redactUrl } from './log.ts';
export { createOutboxMailer, type OutboxStore } from './outbox-mailer.ts';
export {
  createPasswordHasher,
  type MeteredPasswordHasher,
  type PasswordHasherOptions,
  type PasswordHashParameters,
} from './password-hasher.ts';
export { createRandomSource } from './random.ts';
