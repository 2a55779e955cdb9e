import { parseArgs } from 'node:util';
import type { Engine } from '../context.ts';

export interface ScaleOptions {
  sizes: number[];
  engines: Engine[];
  rounds: number;
  secondsPerRound: number;
  /** Part of the names of the items that are measured; undefined measures all. */
  only: string | undefined;
  withList: boolean;
  /** Objects that Parse Server is filled with, one of the sizes; undefined leaves it out. */
  parseServerSize: number | undefined;
  keygridScript: string;
  printJson: boolean;
  showHelp: boolean;
  /** Whether this is a run for `bench/SCALE.md` and its plots. */
  isForTheRecord: boolean;
}

const standardSizes = [1000, 10_000, 100_000, 1_000_000];

export const helpText = `Measures how Keygrid's data store keeps its pace as a collection grows, and Parse Server beside it.

usage: node bench/scale/run.ts [options]        (or: npm run bench -- --scale [options])

  --sizes 1000,10000      entities in the collection; powers of ten from 1000 on (default: ${standardSizes.join(',')})
  --engine NAME           sqlite or postgres (default: both)
  --rounds N              alternating rounds of the sizes that are compared (default: 3)
  --seconds S             measured seconds of a round (default: 0.6)
  --only TEXT             only the items whose name contains it; leaves out the list and Parse Server
  --without-list          not the memory of a server that lists everything
  --parse-size N          objects that Parse Server holds, one of the sizes (default: 10000)
  --without-parse-server  Keygrid only
  --keygrid FILE          the script that starts Keygrid (default: bin/keygrid.js)
  --json                  print the results as JSON too
  --help

A whole run, without the options that leave something out, writes bench/SCALE.md, its plots, and the last section of
bench/RESULTS.md. Needs Linux with two cores and taskset; 10 GB of disk for 1 million entities. Parse Server is
installed from npm when it is missing (bench/parse-server). Progress goes to standard error. Exit code 1: a wrong answer.`;

/** @throws Error with what is wrong with the options. */
export function parseScaleOptions(args: readonly string[]): ScaleOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      sizes: { type: 'string' },
      engine: { type: 'string' },
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '0.6' },
      only: { type: 'string' },
      'without-list': { type: 'boolean', default: false },
      'parse-size': { type: 'string' },
      'without-parse-server': { type: 'boolean', default: false },
      keygrid: { type: 'string', default: 'bin/keygrid.js' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const sizes = parseSizes(values.sizes);
  const engines = parseEngines(values.engine);
  const withParseServer =
    !values['without-parse-server'] && values.only === undefined && engines.includes('postgres');
  const parseSize = values['parse-size'] ?? (sizes.includes(10_000) ? '10000' : String(sizes[0]));
  if (withParseServer && !sizes.includes(Number(parseSize)))
    throw new Error(`--parse-size: ${parseSize} is none of the sizes ${sizes.join(', ')}`);
  const isCut = [values.sizes, values.engine, values.only].some((value) => value !== undefined);
  return {
    sizes,
    engines,
    rounds: parsePositive('--rounds', values.rounds, Number.isInteger),
    secondsPerRound: parsePositive('--seconds', values.seconds),
    only: values.only,
    withList: !values['without-list'] && values.only === undefined,
    parseServerSize: withParseServer ? Number(parseSize) : undefined,
    keygridScript: values.keygrid,
    printJson: values.json,
    showHelp: values.help,
    isForTheRecord: !isCut && !values['without-list'] && !values['without-parse-server'],
  };
}

function parseSizes(text: string | undefined): number[] {
  const sizes = text === undefined ? standardSizes : text.split(',').map(Number);
  const isFine = (size: number): boolean => /^10{3,7}$/.test(String(size));
  if (!sizes.every(isFine)) throw new Error(`--sizes: ${text}: not powers of ten from 1000 to 10000000`);
  return [...new Set(sizes)].sort((one, other) => one - other);
}

function parseEngines(text: string | undefined): Engine[] {
  if (text === undefined) return ['sqlite', 'postgres'];
  if (text === 'sqlite' || text === 'postgres') return [text];
  throw new Error(`--engine: ${text} is neither sqlite nor postgres`);
}

function parsePositive(name: string, text: string, isFine: (value: number) => boolean = () => true): number {
  const value = Number(text);
  if (!(value > 0) || !isFine(value)) throw new Error(`${name}: ${text} is not a positive number that fits`);
  return value;
}
