/**
 * The outside, behind the ports of `src/core/ports.ts`: clock, random source, password hashing, mail and log. Only
 * `src/main.ts` imports this folder.
 */
export { systemClock } from './clock.ts';
export { createLog, type LogOptions, redactUrl } from './log.ts';
export {
  createOutboxMailer,
  createSmtpMailer,
  type OutboxStore,
  type SmtpMailer,
  type SmtpMailerOptions,
} from './mailer.ts';
export {
  createPasswordHasher,
  type MeteredPasswordHasher,
  type PasswordHasherOptions,
  type PasswordHashParameters,
} from './password-hasher.ts';
export { createRandomSource } from './random.ts';
