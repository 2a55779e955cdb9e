/**
 * What goes on beside the requests: expired rows are swept, keys follow one another, activities reach their feeds, and
 * what was begun with whole collections is finished.
 */
import type { Core } from '../core/core.ts';
import type { Clock, Log } from '../core/ports.ts';

/** The part of storage that the jobs sweep. */
export interface SweptStores {
  mailTokens: { deleteExpired(now: number): Promise<number> };
  revocations: { deleteExpired(now: number): Promise<number> };
  authorizationSweep: { deleteExpired(now: number): Promise<number> };
  idempotencySweep: { deleteExpired(now: number): Promise<number> };
}

const sweepMilliseconds = 15 * 60_000;
/** How often to look for work that nobody gets on with. */
const leftWorkMilliseconds = 15_000;

/** Answers the function that ends the jobs. */
export function startJobs(
  stores: SweptStores,
  core: Core,
  { clock, log }: { clock: Clock; log: Log },
): () => void {
  async function sweep(): Promise<void> {
    const now = clock.now();
    const mailTokens = await stores.mailTokens.deleteExpired(now);
    const revocations = await stores.revocations.deleteExpired(now);
    const authorizations = await stores.authorizationSweep.deleteExpired(now);
    const idempotencyKeys = await stores.idempotencySweep.deleteExpired(now);
    await core.refreshTokenKeys();
    await core.signingKeys.refresh();
    log.debug({ mailTokens, revocations, authorizations, idempotencyKeys }, 'swept expired rows');
  }
  const timer = setInterval(() => {
    sweep().catch((error: unknown) => log.error({ err: error }, 'the sweep failed'));
  }, sweepMilliseconds).unref();
  core.fanOuts.resume(true);
  core.collectionJobs.resume(true);
  const leftWorkTimer = setInterval(() => {
    core.fanOuts.resume();
    core.collectionJobs.resume();
  }, leftWorkMilliseconds).unref();
  return () => {
    clearInterval(timer);
    clearInterval(leftWorkTimer);
  };
}
