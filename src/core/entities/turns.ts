/** Lets tasks of the same key run one after the other. */
export type Turns = <Result>(key: string, task: () => Promise<Result>) => Promise<Result>;

export function createTurns(): Turns {
  const lastByKey = new Map<string, Promise<unknown>>();
  return async (key, task) => {
    const previous = lastByKey.get(key);
    const turn = previous ? previous.then(task, task) : task();
    lastByKey.set(key, turn);
    try {
      return await turn;
    } finally {
      if (lastByKey.get(key) === turn) lastByKey.delete(key);
    }
  };
}
