/**
 * Why something was refused, where the caller must not learn it: the cause of a refusal, which the operator sees in
 * `keygrid explain`. Fixed words, never a value that was sent.
 */
export class PrivateReason extends Error {
  /** What explanations print of a cause. */
  readonly code: string;

  constructor(reason: string) {
    super(reason);
    this.name = 'because';
    this.code = reason;
  }
}
