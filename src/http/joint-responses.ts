/**
 * Responses to requests that arrive in the same turn of the event loop are written together at its end. A write wakes
 * the peer where it sleeps, and that costs more than all else of a small answer; while it is awake writes cost half.
 * What is answered later, after a commit or by another server, is written together as it becomes known.
 */
import type { IncomingMessage, ServerResponse as NodeResponse } from 'node:http';
import { ServerResponse } from './node-http.ts';

type EndArguments = Parameters<NodeResponse['end']>;

/** More need not wait for one another: the peer is awake. And where many ask at once, the first wait no longer. */
const mostTogether = 64;

let waiting: JointResponse[] = [];
/** From the first request of a turn until its last. */
let areArriving = false;

function writeAfterArrivals(): void {
  areArriving = false;
  writeWaiting();
}

function writeWaiting(): void {
  const responses = waiting;
  waiting = [];
  for (const response of responses) response.endNow();
}

export class JointResponse<
  Request extends IncomingMessage = IncomingMessage,
> extends ServerResponse<Request> {
  #ending: EndArguments | undefined;

  constructor(request: Request) {
    super(request);
    if (areArriving) return;
    areArriving = true;
    setImmediate(writeAfterArrivals);
  }

  get isEnding(): boolean {
    return this.#ending !== undefined;
  }

  override end(...given: unknown[]): this {
    if (this.isEnding) return this;
    this.#ending = given as EndArguments;
    waiting.push(this as JointResponse);
    if (waiting.length === mostTogether) writeWaiting();
    else if (waiting.length === 1 && !areArriving) process.nextTick(writeWaiting);
    return this;
  }

  /** A response that cannot be written is of one connection: the others go on. */
  endNow(): void {
    try {
      super.end(...this.#ending!);
    } catch (error) {
      this.destroy(error as Error);
    }
  }
}

// Not by `override get`: the declarations have it as a field.
const { get: hasEnded } = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(ServerResponse.prototype),
  'writableEnded',
)!;
Object.defineProperty(JointResponse.prototype, 'writableEnded', {
  get(this: JointResponse) {
    return this.isEnding || hasEnded!.call(this);
  },
});
