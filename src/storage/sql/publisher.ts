/** The listeners of a change feed. One that fails is logged and keeps no other from hearing. */
import type { Change } from '../../core/oauth/revocation-store.ts';
import type { Log } from '../../core/ports.ts';
import { statement } from './statement.ts';

/** Far more than any process can have missed and still be trusted (ChangeFeed.ageMilliseconds). */
const changesKept = 100_000;
export const trimChanges = statement(
  `delete from changes where sequence <= (select max(sequence) from changes) - ${changesKept}`,
);

export interface Publisher {
  publish(change: Change): void;
  /** Answers how to stop listening. */
  subscribe(listener: (change: Change) => void): () => void;
}

export function createPublisher(log: Log): Publisher {
  const listeners = new Set<(change: Change) => void>();
  return {
    publish(change) {
      for (const listener of listeners) {
        try {
          listener(change);
        } catch (error) {
          log.error({ err: error, change }, 'a listener of the change feed failed');
        }
      }
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
