/** The index of all entities, brought to this version's way of indexing before anybody asks for anything. */
import {
  type IndexRebuildStore,
  isCurrent,
  rebuildIndex,
  standingOf,
} from '../core/entities/index/index-rebuild.ts';
import { StoreStartError } from '../storage/start-error.ts';
import type { Ports } from './ports.ts';

export type IndexProgress = (share: { done: number; total: number }) => void;

export interface IndexCurrentOptions {
  ports: Pick<Ports, 'clock' | 'log'>;
  /** Whether there is time for it: a server that starts, or `keygrid migrate`. */
  mayTakeLong: boolean;
  onIndexProgress: IndexProgress | undefined;
}

const millisecondsBetweenLines = 5_000;

/** @throws StoreStartError with one sentence that says what to do. */
export async function makeIndexCurrent(
  store: IndexRebuildStore,
  { ports: { clock, log }, mayTakeLong, onIndexProgress }: IndexCurrentOptions,
): Promise<void> {
  const state = await store.state();
  if (isCurrent(state)) return;
  if (standingOf(state) === 'newer') {
    throw new StoreStartError(
      'The index was made by a newer version of Keygrid: start that version, or restore a backup made by this one.',
    );
  }
  const total = await store.countEntities();
  if (total > 0 && !mayTakeLong) {
    throw new StoreStartError(
      'The index was made by an older version, or is being made anew: run "keygrid migrate" with no server running, or wait for the server that does it.',
    );
  }
  if (total > 0) log.info({ entities: total }, 'the index is made anew');
  let nextLine = clock.now() + millisecondsBetweenLines;
  await rebuildIndex({
    store,
    onProgress(progress) {
      onIndexProgress?.(progress);
      if (clock.now() < nextLine) return;
      nextLine = clock.now() + millisecondsBetweenLines;
      log.info(progress, 'the index is made anew');
    },
  });
  if (total > 0) log.info({ entities: total }, 'the index is whole');
}
