import { KeygridError } from '../core/errors.ts';
import type { PasswordHash, PasswordHasher, RandomSource } from '../core/ports.ts';
import { createFairQueue } from './fair-queue.ts';
import { type PasswordJob, type PasswordResult, performPasswordJob } from './password-job.ts';
import { createPasswordThreads } from './password-threads.ts';

/** Argon2's costs. RFC 9106 §3.1. */
export interface PasswordHashParameters {
  memoryKibibytes: number;
  passes: number;
  lanes: number;
}

export interface PasswordHasherOptions {
  random: RandomSource;
  /** Passwords hashed at the same time. */
  concurrency: number;
  /** Passwords that wait, over all tenants. */
  queueLimit?: number;
  parameters?: PasswordHashParameters;
}

export interface MeteredPasswordHasher extends PasswordHasher {
  /** Passwords that are hashed or wait, for the metrics. */
  readonly pending: number;
}

/** OWASP's recommendation for argon2id: about 30 ms of a processor. */
const recommendedParameters: PasswordHashParameters = { memoryKibibytes: 19456, passes: 2, lanes: 1 };

/** Hashing costs time by the length too; nobody types more. */
const longestPassword = 1024;
const saltBytes = 16;
const proofBytes = 32;
/** A thread that is given more keeps those that were done first waiting for longer. */
const passwordsForThread = 16;
/** About the time in which two processors empty a full queue. */
const retryAfterSeconds = 5;

/** Argon2id off the event loop, in a bounded queue that is fair between tenants. */
export function createPasswordHasher(options: PasswordHasherOptions): MeteredPasswordHasher {
  const { random, concurrency, queueLimit = 256, parameters = recommendedParameters } = options;
  const askThread = createPasswordThreads();
  const queue = createFairQueue<PasswordJob, PasswordResult>({
    ...{ concurrency, queueLimit, retryAfterSeconds, portionAtMost: passwordsForThread },
    perform: (jobs) => (jobs.length > 1 ? askThread(jobs) : Promise.allSettled(jobs.map(performPasswordJob))),
  });
  const nobody = hashOfNobody(random, parameters);
  return {
    get pending() {
      return queue.pending;
    },
    async hash(password, tenant) {
      if (password.length > longestPassword) {
        throw new KeygridError('password_policy', `A password has at most ${longestPassword} characters.`);
      }
      const options = {
        memoryCost: parameters.memoryKibibytes,
        timeCost: parameters.passes,
        parallelism: parameters.lanes,
        outputLen: proofBytes,
        // With memory of its own: what a thread is given is copied with all of the memory that it is a part of.
        salt: Uint8Array.from(random.bytes(saltBytes)),
      };
      return (await queue.run(tenant, { kind: 'hash', password, options })) as PasswordHash;
    },
    async verify(hash, password, tenant) {
      if (password.length > longestPassword) return false;
      const matches = await queue.run(tenant, { kind: 'verify', hash: hash ?? nobody, password });
      return matches === true && hash !== undefined;
    },
  };
}

/** A well-formed proof of no known password: verifying against it takes the usual time, and fails. */
function hashOfNobody(random: RandomSource, parameters: PasswordHashParameters): PasswordHash {
  const { memoryKibibytes, passes, lanes } = parameters;
  const encode = (length: number) => random.bytes(length).toString('base64').replaceAll('=', '');
  return `$argon2id$v=19$m=${memoryKibibytes},t=${passes},p=${lanes}$${encode(saltBytes)}$${encode(proofBytes)}`;
}
