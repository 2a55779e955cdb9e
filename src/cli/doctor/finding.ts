/** What a look at one part of the installation found. */
export interface Finding {
  check: string;
  state: 'ok' | 'warning' | 'problem';
  /** What is so. */
  text: string;
  /** What to do about it. */
  advice?: string;
}

export const ok = (check: string, text: string): Finding => ({ check, state: 'ok', text });

export const warning = (check: string, text: string, advice: string): Finding => ({
  check,
  state: 'warning',
  text,
  advice,
});

export const problem = (check: string, text: string, advice: string): Finding => ({
  check,
  state: 'problem',
  text,
  advice,
});

export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
