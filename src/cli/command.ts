/** What every command is: declared as data, loaded when called, answering what is to be printed. */

export interface OptionDeclaration {
  /** As the command-line parser writes them: `--limit <number>`. */
  flags: string;
  description: string;
}

export interface CommandDeclaration {
  /** `user create`; a command of two words belongs to a group. */
  name: string;
  /** `<organization> [application]` */
  parameters?: string;
  /** One sentence, without the full stop. */
  summary: string;
  /** What one should know beyond the summary, for the command's own help. */
  details?: string;
  examples: readonly string[];
  options?: readonly OptionDeclaration[];
  /** Which settings may be given as flags: `store` are those that say where the data is. */
  settings: 'all' | 'store' | 'none';
  load(): Promise<CommandModule>;
}

export interface CommandModule {
  run(invocation: Invocation): Promise<CommandResult | undefined>;
}

/** A command as it was called. */
export interface Invocation {
  /** Positional, in order; undefined where an optional one was left out. */
  parameters: readonly (string | undefined)[];
  /** The command's own options, by the parser's keys: `passwordStdin`. */
  options: Readonly<Record<string, unknown>>;
  /** Settings that were given as flags. */
  settings: Readonly<Record<string, unknown>>;
  /** Whether the result is to be JSON. */
  json: boolean;
}

/** What a command has to say, for a program and for a person. */
export interface CommandResult {
  json: unknown;
  text: string;
  /** 0 unless given: 1 says that what was looked at is not in order. */
  exitCode?: 0 | 1;
}

/** The option's text. Declared with a value, so that the parser gives no other type. */
export const textOption = ({ options }: Invocation, name: string): string | undefined => {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
};

export const isSet = ({ options }: Invocation, name: string): boolean => options[name] === true;

/** The parser has seen to it that a required parameter is there. */
export const parameter = ({ parameters }: Invocation, index: number): string => parameters[index] ?? '';
