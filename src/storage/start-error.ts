/** A store that cannot be opened: one sentence that says what to do. */
export class StoreStartError extends Error {
  constructor(sentence: string, options?: { cause: unknown }) {
    super(sentence, options);
    this.name = 'StoreStartError';
  }
}
