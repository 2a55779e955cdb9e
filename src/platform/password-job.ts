/** What is asked of argon2id, as data that a thread can be given. */
import * as argon2 from '@node-rs/argon2';

export type PasswordJob =
  | { kind: 'hash'; password: string; options: argon2.Options }
  | { kind: 'verify'; password: string; hash: string };

/** The hash, or whether it is the password's. */
export type PasswordResult = string | boolean;

/** On the thread pool. */
export const performPasswordJob = (job: PasswordJob): Promise<PasswordResult> =>
  job.kind === 'hash' ? argon2.hash(job.password, job.options) : argon2.verify(job.hash, job.password);

/** On the thread that asks. */
export const performPasswordJobHere = (job: PasswordJob): PasswordResult =>
  job.kind === 'hash'
    ? argon2.hashSync(job.password, job.options)
    : argon2.verifySync(job.hash, job.password);
