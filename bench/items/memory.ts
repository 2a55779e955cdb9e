/** W9: resident memory, idle and at its highest under W6 and W5 together. */
import { setTimeout as sleep } from 'node:timers/promises';
import { startBare } from '../contenders/baseline.ts';
import { names } from '../contenders/contender.ts';
import { auditStored, installKeygrid, makeTenant, storedReads } from '../contenders/keygrid.ts';
import type { BenchContext, Engine } from '../context.ts';
import { describeWrongAnswers, runLoad } from '../load.ts';
import { orStop, residentMebibytes } from '../processes.ts';
import { type Figure, type ItemReport, median } from '../report.ts';
import { createRequests, inTurn } from '../requests.ts';

const idleSeconds = 5;

interface Sample {
  idle: number;
  underLoad: number;
  problems: string[];
}

export async function measureMemory(context: BenchContext, engine: Engine): Promise<ItemReport> {
  const bare = await measureBareIdle();
  const samples: Sample[] = [];
  const starts = context.keygridScript === undefined ? 0 : Math.min(context.rounds, 3);
  for (let start = 1; start <= starts; start++) {
    const sample = await measureKeygrid(context, engine, start);
    samples.push(sample);
    const { idle, underLoad } = sample;
    context.progress(
      `W9 ${engine} start ${start}/${starts}: ${idle.toFixed(1)} MiB idle, ${underLoad.toFixed(1)} under load`,
    );
  }
  const idle = figure(
    `${names.keygrid}, idle`,
    samples.map((sample) => sample.idle),
  );
  const underLoad = figure(
    `${names.keygrid}, under load`,
    samples.map((sample) => sample.underLoad),
  );
  const isMeasured = samples.length > 0;
  return {
    item: 'W9',
    engine,
    title: 'resident memory',
    figures: [...(isMeasured ? [idle, underLoad] : []), figure(`${names.bare}, idle`, [bare])],
    verdicts: [
      { what: 'MiB idle', wanted: { below: 110 }, measured: isMeasured ? idle.median : undefined },
      { what: 'MiB under load', wanted: { below: 200 }, measured: isMeasured ? underLoad.median : undefined },
    ],
    wrongAnswers: samples.flatMap(({ problems }) =>
      problems.map((problem) => `W9, ${names.keygrid}: ${problem}`),
    ),
  };
}

async function measureBareIdle(): Promise<number> {
  const { server } = await startBare();
  await sleep(idleSeconds * 1000);
  const mebibytes = residentMebibytes(server.pid, 'VmRSS');
  await server.stop();
  return mebibytes;
}

/** Fills the data with one process and measures another, so that only the load shows in the second. */
async function measureKeygrid(context: BenchContext, engine: Engine, start: number): Promise<Sample> {
  const installation = await installKeygrid(context, engine, `w9-keygrid-${engine}-${start}`);
  const filling = await installation.start();
  const { tenant, reads } = await orStop(filling, async () => {
    const tenant = await makeTenant(filling.port, 1);
    return { tenant, reads: await storedReads(filling.port, tenant) };
  });
  await filling.stop();
  const server = await installation.start();
  try {
    await sleep(idleSeconds * 1000);
    const idle = residentMebibytes(server.pid, 'VmRSS');
    const half = {
      port: server.port,
      connections: context.connections / 2,
      seconds: context.secondsPerRound * 3,
      warmUpSeconds: context.warmUpSeconds,
    };
    const [reading, creating] = await Promise.all([
      runLoad({ ...half, nextRequest: inTurn(reads) }),
      runLoad({ ...half, nextRequest: createRequests('/bench/shop/things', tenant.userBearer) }),
    ]);
    const underLoad = residentMebibytes(server.pid, 'VmHWM');
    const notStored = await auditStored(server.port, tenant.userBearer, creating.lastBodies);
    return {
      idle,
      underLoad,
      problems: [...describeWrongAnswers(reading), ...describeWrongAnswers(creating), ...notStored],
    };
  } finally {
    await server.stop();
  }
}

function figure(contender: string, rounds: number[]): Figure {
  return { contender, unit: 'MiB', median: median(rounds), rounds };
}
