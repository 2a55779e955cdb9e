/** Gathers what is asked for in one turn of the event loop, and while earlier batches are under way. */
export class Batches<Item> {
  readonly #work: (batch: readonly Item[]) => Promise<void>;
  readonly #maximumInFlight: number;
  #waiting: Item[] = [];
  #inFlight = 0;

  /** `work` takes care of its own errors. */
  constructor(maximumInFlight: number, work: (batch: readonly Item[]) => Promise<void>) {
    this.#maximumInFlight = maximumInFlight;
    this.#work = work;
  }

  add(item: Item): void {
    this.#waiting.push(item);
    if (this.#waiting.length === 1) setImmediate(() => this.#startNext());
  }

  #startNext(): void {
    if (this.#waiting.length === 0 || this.#inFlight >= this.#maximumInFlight) return;
    const batch = this.#waiting;
    this.#waiting = [];
    this.#inFlight += 1;
    void this.#work(batch).then(() => {
      this.#inFlight -= 1;
      this.#startNext();
    });
  }
}
