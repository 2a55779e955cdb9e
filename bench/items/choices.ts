/** What single choices of the design are worth on this machine. */
import { randomBytes } from 'node:crypto';
import type { ProbeResult } from '../baseline/choices-probe.ts';
import { type BenchContext, makeDirectory } from '../context.ts';
import { renderRequest } from '../entity.ts';
import { describeWrongAnswers, runLoad } from '../load.ts';
import { TokenBook } from '../minimal/token.ts';
import { allCores, runScript, type ServerProcess, startServer } from '../processes.ts';
import { type ChoiceReport, median } from '../report.ts';
import { oneEach } from '../requests.ts';
import { measureArgon2Rate } from './argon2.ts';

const expectations: Record<string, { choice: string; expected: number }> = {
  hmac: { choice: 'HMAC through a KeyObject, to one through a Buffer key', expected: 10 },
  random: { choice: 'random bytes from a pool, to a randomBytes call each', expected: 20 },
  inserts: { choice: '32 inserts to a transaction, to one (SQLite, synchronous=FULL)', expected: 11 },
};

export interface ChoicesFound {
  choices: ChoiceReport[];
  wrongAnswers: string[];
}

export async function measureChoices(context: BenchContext): Promise<ChoicesFound> {
  context.progress('choices: HMAC keys, random bytes, inserts to a transaction');
  const choices = await probe(context);
  context.progress('choices: argon2 in flight');
  choices.push(await compareArgon2InFlight(context));
  context.progress('choices: cache of checked tokens');
  const { choice, wrongAnswers } = await compareTokenCache(context);
  return { choices: [...choices, choice], wrongAnswers };
}

async function probe(context: BenchContext): Promise<ChoiceReport[]> {
  const args = [makeDirectory(context, 'choices'), String(context.secondsPerRound / 10)];
  const output = await runScript({ script: 'bench/baseline/choices-probe.ts', args });
  return (JSON.parse(output) as ProbeResult[]).map(({ name, factor, slowPerSecond, fastPerSecond }) => ({
    ...expectations[name]!,
    factor,
    detail: `${Math.round(fastPerSecond)} to ${Math.round(slowPerSecond)} a second`,
  }));
}

async function compareArgon2InFlight(context: BenchContext): Promise<ChoiceReport> {
  const factors: number[] = [];
  const last: number[] = [];
  for (let round = 0; round < context.rounds; round++) {
    for (const inFlight of [1, 2, 4]) {
      last[inFlight] = await measureArgon2Rate(context.secondsPerRound, inFlight, allCores);
    }
    factors.push(last[4]! / last[2]!);
  }
  return {
    choice: 'argon2 four in flight, to two: two already use both cores',
    expected: 1,
    factor: median(factors),
    detail: [1, 2, 4].map((inFlight) => `${last[inFlight]!.toFixed(1)} a second with ${inFlight}`).join(', '),
  };
}

async function compareTokenCache(
  context: BenchContext,
): Promise<{ choice: ChoiceReport; wrongAnswers: string[] }> {
  const key = randomBytes(32);
  const bearer = new TokenBook(key).issue(randomBytes(16), Math.floor(Date.now() / 1000) + 3600);
  const servers: ServerProcess[] = [];
  const rates: [number[], number[]] = [[], []];
  const wrongAnswers: string[] = [];
  try {
    for (const caching of ['uncached', 'cached']) {
      const script = 'bench/baseline/authenticated-server.ts';
      servers.push(await startServer({ script, args: [key.toString('hex'), caching] }));
    }
    const request = { bytes: renderRequest('GET', '/', { bearer }), expectedInBody: Buffer.from('"ok"') };
    for (let round = 0; round <= context.rounds; round++) {
      for (const [index, { port }] of servers.entries()) {
        const { connections, warmUpSeconds, secondsPerRound: seconds } = context;
        const nextRequest = oneEach([request]);
        const result = await runLoad({ port, connections, warmUpSeconds, seconds, nextRequest });
        wrongAnswers.push(...describeWrongAnswers(result).map((problem) => `choices: ${problem}`));
        // The first round only warms up.
        if (round > 0) rates[index]!.push(result.requestsPerSecond);
      }
    }
  } finally {
    for (const server of servers) await server.stop();
  }
  const [uncached, cached] = rates;
  const choice = {
    choice: 'a cache of checked tokens, to an HMAC each, in a small authenticated answer',
    expected: 1.4,
    factor: median(cached.map((rate, round) => rate / uncached[round]!)),
    detail: `${Math.round(median(cached))} to ${Math.round(median(uncached))} requests/s`,
  };
  return { choice, wrongAnswers };
}
