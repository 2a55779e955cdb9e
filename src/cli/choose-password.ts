/** A password from standard input, or a generated one that is printed once. */
import type { RandomSource } from '../core/ports.ts';
import { generatePassword } from '../main/superuser.ts';
import { type Invocation, isSet } from './command.ts';
import { readInput } from './read-input.ts';

export interface ChosenPassword {
  password: string;
  /** Only what was generated is shown: whoever piped one in knows it. */
  generated: boolean;
}

export async function choosePassword(
  invocation: Invocation,
  { random }: { random: RandomSource },
): Promise<ChosenPassword> {
  if (!isSet(invocation, 'passwordStdin')) return { password: generatePassword(random), generated: true };
  return { password: await readInput('the password'), generated: false };
}

/** The fact to print, if there is one. */
export const passwordFact = ({ password, generated }: ChosenPassword): [string, string][] =>
  generated ? [['password', `${password} (shown this once)`]] : [];

/** For JSON: undefined members are left out. */
export const shownPassword = ({ password, generated }: ChosenPassword): string | undefined =>
  generated ? password : undefined;
