/** Of the tasks of one key, so many run at once; the others wait for their turn. */
export interface Turns {
  /** `places` is asked anew whenever a turn may come: what ran before can have changed the answer. From 1. */
  take<Result>(key: string, places: () => number, task: () => Promise<Result>): Promise<Result>;
}

interface Line {
  running: number;
  waiting: (() => void)[];
}

export function createTurns(): Turns {
  const lines = new Map<string, Line>();

  function lineOf(key: string): Line {
    const known = lines.get(key);
    if (known) return known;
    const line: Line = { running: 0, waiting: [] };
    lines.set(key, line);
    return line;
  }

  return {
    async take(key, places, task) {
      const line = lineOf(key);
      while (line.running >= places()) await new Promise<void>((resolve) => line.waiting.push(resolve));
      line.running += 1;
      try {
        return await task();
      } finally {
        line.running -= 1;
        const next = line.waiting.shift();
        if (next) next();
        else if (line.running === 0) lines.delete(key);
      }
    },
  };
}
