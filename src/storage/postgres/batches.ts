/**
 * Which reads, or writes, share a statement: while one is on its way, those that come wait together and go next.
 *
 * A statement costs PostgreSQL and this process far more than one row of it. Where this process has one processor, and
 * PostgreSQL often the same, nothing is gained by sending what waits at once when the answers to the last batch have
 * just gone out: those who got them are about to ask again. So the next batch waits until as many have come as there
 * were, for two milliseconds at most. With more processors it goes at once, since PostgreSQL can work meanwhile.
 *
 * A batch that takes long, since it waits for a lock or a connection is dead, keeps others waiting for some milliseconds.
 */
import { availableParallelism } from 'node:os';

export interface BatchOptions<Item> {
  /** How many of those that wait go together; one at least. */
  count(waiting: readonly Item[]): number;
  /** Never rejects. */
  write(batch: Item[]): Promise<void>;
  /** How many have to wait for a second batch to go beside the first; fewer would only make batches smaller. */
  worthAnother?: number;
  /** For how long a batch waits for those that were just answered, in milliseconds. 0: it goes at once. */
  gatherMilliseconds?: number;
  /** Who waited for the first batch for so long goes in a second one, however few. */
  patienceMilliseconds?: number;
}

export interface Batches<Item> {
  add(item: Item): void;
  /** Resolves when nothing waits or is on its way. Nothing is waited for any more from then on. */
  finish(): Promise<void>;
}

const batchesAtOnce = 2;
const most = 32;
/** From which on a batch shows that there is load, and others are likely to come. */
const showsLoad = 8;

const hasOneProcessor = availableParallelism() === 1;
const gatherOnOneProcessor = hasOneProcessor ? 2 : 0;
/** Reads are short: where PostgreSQL can work meanwhile, any number of them is. */
export const worthAnotherRead = hasOneProcessor ? most : 1;

export function createBatches<Item>({
  count,
  write,
  worthAnother = most,
  gatherMilliseconds = gatherOnOneProcessor,
  patienceMilliseconds = 10,
}: BatchOptions<Item>): Batches<Item> {
  const waiting: Item[] = [];
  let underWay = 0;
  let isScheduled = false;
  let isFinishing = false;
  let gathering: { wanted: number; timer: NodeJS.Timeout } | undefined;
  let patience: NodeJS.Timeout | undefined;
  const finished: (() => void)[] = [];

  const isWorthAnother = (): boolean =>
    underWay === 0 ? waiting.length > 0 : underWay < batchesAtOnce && waiting.length >= worthAnother;

  const isGathering = (): boolean => gathering !== undefined && waiting.length < gathering.wanted;

  function sendOne(): void {
    const batch = waiting.splice(0, count(waiting));
    underWay += 1;
    void write(batch).finally(() => afterBatch(batch.length));
  }

  function dispatch(): void {
    clearTimeout(gathering?.timer);
    gathering = undefined;
    while (isWorthAnother()) sendOne();
    waitPatiently();
  }

  /** Once those that wait have waited for long, they go. */
  function waitPatiently(): void {
    if (patience || waiting.length === 0 || underWay === 0) return;
    const [oldest] = waiting;
    patience = setTimeout(() => {
      patience = undefined;
      if (waiting[0] === oldest && underWay < batchesAtOnce && waiting.length > 0) sendOne();
      waitPatiently();
    }, patienceMilliseconds).unref();
  }

  function afterBatch(length: number): void {
    underWay -= 1;
    const wanted = Math.min(length + waiting.length, worthAnother);
    const gathers = gatherMilliseconds > 0 && !isFinishing && underWay === 0 && length >= showsLoad;
    if (!gathers || waiting.length >= wanted) dispatch();
    else gathering ??= { wanted, timer: setTimeout(dispatch, gatherMilliseconds) };
    if (underWay === 0 && waiting.length === 0) for (const tell of finished.splice(0)) tell();
  }

  return {
    add(item) {
      waiting.push(item);
      if (isScheduled || isGathering()) return;
      isScheduled = true;
      setImmediate(() => {
        isScheduled = false;
        if (!isGathering()) dispatch();
      });
    },
    async finish() {
      isFinishing = true;
      dispatch();
      if (underWay > 0 || waiting.length > 0) await new Promise<void>((resolve) => finished.push(resolve));
    },
  };
}
