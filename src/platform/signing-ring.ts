/**
 * What is to be signed, in memory that several threads see: one thread asks, in an order that is kept, and any may take.
 * A place is asked for again only after its answer was taken, so that no two threads ever write the same bytes.
 */

/** A power of two, so that counts may run over. */
export const places = 64;
/** Of what is signed, and of a signature. */
export const mostBytes = 4096;

const wordsOfPlace = 3;
/** Places of the counts, and of what else is shared by all, among the words. */
const [asked, taken, sleepers, rung] = [0, 1, 2, 3];
const controlWords = 4;
/** Words of a place: how far it is, which key, and how many bytes. */
const [state, key, length] = [0, 1, 2];
const [isOpen, isSigned, isFailed] = [0, 1, 2];

export interface Signable {
  place: number;
  key: number;
  bytes: Buffer;
}

export interface SigningRing {
  readonly shared: SharedArrayBuffer;
  /** How many nobody has taken yet. */
  waiting(): number;
  /** Of the one thread that asks: the place, whose last answer has to be taken already. */
  nextPlace(): number;
  ask(key: number, bytes: Buffer): void;
  /** The one that has waited longest; its bytes may be read until it is answered. */
  take(): Signable | undefined;
  /** Without a signature where it could not be made. */
  answer(place: number, signature: Buffer | undefined): void;
  /** Of the thread that asked; `open` while it is not answered. */
  answerAt(place: number): Buffer | 'open' | 'failed';
  /** Whether the thread that asks does not know yet that there are answers. */
  ring(): boolean;
  /** Of the thread that asks, before it looks for answers. */
  heard(): void;
  /** Until something is asked. False after so many ms in which nothing was. */
  sleep(milliseconds: number): boolean;
}

/** @param shared of the ring that another thread made. */
export function signingRing(shared?: SharedArrayBuffer): SigningRing {
  const bytesFrom = 4 * (controlWords + wordsOfPlace * places);
  const memory = shared ?? new SharedArrayBuffer(bytesFrom + mostBytes * places);
  const words = new Int32Array(memory, 0, bytesFrom / 4);
  const wordAt = (place: number, which: number): number => controlWords + wordsOfPlace * place + which;
  const bytesOf = Array.from({ length: places }, (_, place) =>
    Buffer.from(memory, bytesFrom + mostBytes * place, mostBytes),
  );
  const placeOf = (count: number): number => count & (places - 1);
  const filled = (place: number): Buffer => bytesOf[place]!.subarray(0, words[wordAt(place, length)]);

  function fill(place: number, bytes: Buffer): void {
    bytes.copy(bytesOf[place]!);
    words[wordAt(place, length)] = bytes.length;
  }

  return {
    shared: memory,
    waiting: () => (Atomics.load(words, asked) - Atomics.load(words, taken)) | 0,
    nextPlace: () => placeOf(Atomics.load(words, asked)),
    ask(keyNumber, bytes) {
      const place = placeOf(Atomics.load(words, asked));
      fill(place, bytes);
      words[wordAt(place, key)] = keyNumber;
      words[wordAt(place, state)] = isOpen;
      Atomics.add(words, asked, 1);
      if (Atomics.load(words, sleepers) > 0) Atomics.notify(words, asked, 1);
    },
    take() {
      for (;;) {
        const count = Atomics.load(words, taken);
        if (count === Atomics.load(words, asked)) return undefined;
        if (Atomics.compareExchange(words, taken, count, (count + 1) | 0) !== count) continue;
        const place = placeOf(count);
        return { place, key: words[wordAt(place, key)]!, bytes: filled(place) };
      }
    },
    answer(place, signature) {
      if (signature) fill(place, signature);
      Atomics.store(words, wordAt(place, state), signature ? isSigned : isFailed);
    },
    answerAt(place) {
      const found = Atomics.load(words, wordAt(place, state));
      if (found === isOpen) return 'open';
      return found === isFailed ? 'failed' : Buffer.from(filled(place));
    },
    ring: () => Atomics.exchange(words, rung, 1) === 0,
    heard: () => void Atomics.store(words, rung, 0),
    sleep(milliseconds) {
      const seen = Atomics.load(words, asked);
      Atomics.add(words, sleepers, 1);
      const isNothingNew = Atomics.load(words, taken) === seen;
      const ended = isNothingNew ? Atomics.wait(words, asked, seen, milliseconds) : 'not-equal';
      Atomics.sub(words, sleepers, 1);
      return ended !== 'timed-out';
    },
  };
}
