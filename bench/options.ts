import { parseArgs } from 'node:util';
import type { Engine } from './context.ts';

/** Those of the authorization server, on SQLite alone. */
export const authorizationItemNames = ['X1', 'X2', 'X3', 'X4', 'X5', 'X6', 'X7'] as const;
export const itemNames = [
  'W1',
  'W6',
  'W5',
  'W5S',
  'W4',
  'W8',
  'W9',
  ...authorizationItemNames,
  'choices',
] as const;
export type ItemName = (typeof itemNames)[number];

export interface BenchOptions {
  items: ItemName[];
  engines: Engine[];
  rounds: number;
  /** Before them. */
  warmUpRounds: number;
  secondsPerRound: number;
  isQuick: boolean;
  withKeygrid: boolean;
  keygridScript: string;
  printJson: boolean;
  showHelp: boolean;
  /** Where the results go; undefined means nowhere. */
  output: string | undefined;
}

export const helpText = `Measures Keygrid against minimal servers, oidc-provider and bare node:http on this machine.

usage: node bench/run.ts [options]

  --items W1,W6       which of ${itemNames.join(', ')} (default: all)
  --engine NAME       sqlite or postgres (default: both; W5S and X1 to X7 use sqlite alone)
  --rounds N          alternating rounds (default: 3), after three that only warm up
  --seconds S         measured seconds of a round (default: 2)
  --quick             2 rounds of 1 s after a single one: to see that it works, not to measure
  --keygrid FILE      the script that starts Keygrid (default: bin/keygrid.js)
  --without-keygrid   the others only
  --output FILE       where the results go; by default bench/RESULTS.md, which only a whole run writes
  --json              print the results as JSON too
  --scale             the other bench: the data store as a collection grows, with options of its own (--scale --help)
  --help

Needs Linux with two cores and taskset. Progress goes to standard error. Exit code 1: a wrong answer.`;

/** @throws Error with every wrong option described. */
export function parseOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      items: { type: 'string' },
      engine: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      keygrid: { type: 'string', default: 'bin/keygrid.js' },
      'without-keygrid': { type: 'boolean', default: false },
      output: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const isWhole = [values.items, values.engine, values.rounds, values.seconds].every(
    (value) => value === undefined,
  );
  const isForTheRecord = isWhole && !values.quick && !values['without-keygrid'];
  return {
    items: parseItems(values.items),
    engines: parseEngines(values.engine),
    rounds: parsePositive('--rounds', values.rounds, values.quick ? 2 : 3, Number.isInteger),
    warmUpRounds: values.quick ? 1 : 3,
    secondsPerRound: parsePositive('--seconds', values.seconds, values.quick ? 1 : 2),
    isQuick: values.quick,
    withKeygrid: !values['without-keygrid'],
    keygridScript: values.keygrid,
    printJson: values.json,
    showHelp: values.help,
    output: values.output ?? (isForTheRecord ? 'bench/RESULTS.md' : undefined),
  };
}

function parseItems(text: string | undefined): ItemName[] {
  if (text === undefined) return [...itemNames];
  const asked = text.split(',');
  const unknown = asked.filter((name) => !itemNames.some((known) => known === name));
  if (unknown.length > 0)
    throw new Error(`--items: unknown ${unknown.join(', ')}; known: ${itemNames.join(', ')}`);
  return itemNames.filter((name) => asked.includes(name));
}

function parseEngines(text: string | undefined): Engine[] {
  if (text === undefined) return ['sqlite', 'postgres'];
  if (text === 'sqlite' || text === 'postgres') return [text];
  throw new Error(`--engine: ${text} is neither sqlite nor postgres`);
}

function parsePositive(
  name: string,
  text: string | undefined,
  otherwise: number,
  isFine: (value: number) => boolean = () => true,
): number {
  const value = text === undefined ? otherwise : Number(text);
  if (!(value > 0) || !isFine(value)) throw new Error(`${name}: ${text} is not a positive number that fits`);
  return value;
}
