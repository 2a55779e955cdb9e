/** W4: password grants against the machine's own argon2id rate, and what W6's readers notice of them. */

import { accessTokenOf, auditDistinctTokens, names } from '../contenders/contender.ts';
import {
  auditBearer,
  clientTokenRequest,
  installKeygrid,
  makeTenant,
  passwordTokenRequest,
  storedReads,
} from '../contenders/keygrid.ts';
import { type BenchContext, manyRounds } from '../context.ts';
import { describeWrongAnswers, type LoadResult, type NextRequest, runLoad } from '../load.ts';
import { orStop, type ServerProcess, serverCores } from '../processes.ts';
import { type Figure, type ItemReport, median, medianRatio } from '../report.ts';
import { inTurn, oneEach } from '../requests.ts';
import { measureArgon2Rate } from './argon2.ts';

/** As light as a few people at work: the readers are to feel the load of the sign-ins, not make one. */
const readsPerSecond = 200;
const readConnections = 4;
/** Two at a time use two cores; on one they only push each other out of its cache. The better one counts. */
const argon2InFlight = [1, 2];

interface Signing {
  server: ServerProcess;
  /** One round of sign-ins with readers beside them. */
  round(seconds: number): Promise<{ grants: LoadResult; reads: LoadResult; problems: string[] }>;
}

export async function measurePasswordGrant(context: BenchContext): Promise<ItemReport> {
  const seconds = secondsOfPasswords(context);
  // The argon2id rate is the memory's, which others on the machine share.
  const rounds = manyRounds(context);
  const signing = context.keygridScript === undefined ? undefined : await startSigning(context);
  const argon2: number[] = [];
  const grants: LoadResult[] = [];
  const reads: LoadResult[] = [];
  const wrongAnswers: string[] = [];
  try {
    for (let round = 1; round <= rounds; round++) {
      argon2.push(await bestArgon2Rate(seconds));
      context.progress(`W4 round ${round}/${rounds}: argon2id alone ${argon2.at(-1)!.toFixed(1)} hashes/s`);
      if (signing === undefined) continue;
      const result = await signing.round(seconds);
      grants.push(result.grants);
      reads.push(result.reads);
      wrongAnswers.push(...result.problems.map((problem) => `W4, ${names.keygrid}: ${problem}`));
      context.progress(`W4 round ${round}/${rounds}: keygrid ${result.grants.requestsPerSecond} requests/s`);
    }
  } finally {
    await signing?.server.stop();
  }
  return { ...describe(argon2, grants, reads), wrongAnswers };
}

/** Answers take most of a second each with 32 waiting, so that short rounds would count few of them. */
export const secondsOfPasswords = ({ secondsPerRound }: Pick<BenchContext, 'secondsPerRound'>): number =>
  Math.max(secondsPerRound, 5);

async function bestArgon2Rate(seconds: number): Promise<number> {
  const rates: number[] = [];
  for (const inFlight of argon2InFlight) {
    rates.push(await measureArgon2Rate(seconds, inFlight, serverCores));
  }
  return Math.max(...rates);
}

async function startSigning(context: BenchContext): Promise<Signing> {
  const installation = await installKeygrid(context, 'sqlite', 'w4-keygrid');
  const server = await installation.start();
  const { nextGrant, nextRead } = await orStop(server, async () => {
    const tenant = await makeTenant(server.port, context.connections);
    const nextRead = inTurn(await storedReads(server.port, tenant));
    const nextGrant = oneEach(tenant.users.map(passwordTokenRequest));
    await warmUp(context, server, [nextRead, oneEach([clientTokenRequest(tenant)]), nextGrant]);
    return { nextGrant, nextRead };
  });
  const load = { port: server.port, warmUpSeconds: 1 };
  return {
    server,
    round: async (seconds) => {
      const [grants, reads] = await Promise.all([
        runLoad({ ...load, seconds, connections: context.connections, nextRequest: nextGrant }),
        runLoad({
          ...load,
          seconds,
          connections: readConnections,
          nextRequest: nextRead,
          pace: readsPerSecond,
        }),
      ]);
      const problems = [
        ...describeWrongAnswers(grants),
        ...describeWrongAnswers(reads),
        ...auditDistinctTokens(grants.lastBodies),
        ...(await auditBearer(server.port, accessTokenOf(grants.lastBodies[0] ?? ''))),
      ];
      return { grants, reads, problems };
    },
  };
}

/** As a server is that has been at work: what runs 300 times a second would be compiled after minutes only. */
async function warmUp(
  { connections, warmUpRounds, secondsPerRound }: BenchContext,
  { port }: ServerProcess,
  loads: readonly NextRequest[],
): Promise<void> {
  for (const nextRequest of loads) {
    const seconds = warmUpRounds * secondsPerRound;
    await runLoad({ port, connections, seconds, warmUpSeconds: 0, nextRequest });
  }
}

function describe(
  argon2: number[],
  grants: LoadResult[],
  reads: LoadResult[],
): Omit<ItemReport, 'wrongAnswers'> {
  const machine: Figure = {
    contender: `argon2id alone, better of ${argon2InFlight.join(' and ')} in flight`,
    unit: 'hashes/s',
    median: median(argon2),
    rounds: argon2,
  };
  const rates = grants.map(({ requestsPerSecond }) => requestsPerSecond);
  const readLatencies = reads.map(({ p99Milliseconds }) => p99Milliseconds);
  const keygrid: Figure = {
    contender: names.keygrid,
    unit: 'requests/s',
    median: median(rates),
    rounds: rates,
    p50Milliseconds: median(grants.map(({ p50Milliseconds }) => p50Milliseconds)),
    p99Milliseconds: median(grants.map(({ p99Milliseconds }) => p99Milliseconds)),
  };
  const readers: Figure = {
    contender: `${names.keygrid}, p99 of W6 meanwhile`,
    unit: 'ms',
    median: median(readLatencies),
    rounds: readLatencies,
  };
  const isMeasured = grants.length > 0;
  return {
    item: 'W4',
    engine: 'sqlite',
    title: 'password grant',
    figures: isMeasured ? [keygrid, machine, readers] : [machine],
    verdicts: [
      {
        what: "requests/s to the machine's argon2id rate",
        wanted: { atLeast: 0.9 },
        measured: isMeasured ? medianRatio(keygrid, machine) : undefined,
      },
      {
        what: 'p99 of W6 meanwhile, ms',
        wanted: { below: 20 },
        measured: isMeasured ? readers.median : undefined,
      },
    ],
  };
}
