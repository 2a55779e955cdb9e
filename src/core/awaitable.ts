/** What may be there at once, as what is cached is: then nothing waits for a turn of the event loop. */
export type Awaitable<Value> = Value | Promise<Value>;

/** `next` of the value, now or when it comes. What it throws now is thrown, later rejected. */
export const andThen = <Value, Result>(
  value: Awaitable<Value>,
  next: (value: Value) => Awaitable<Result>,
): Awaitable<Result> => (value instanceof Promise ? value.then(next) : next(value));
