/** W8: from the start of the process to its first token, on data that is already there. */
import { randomBytes, randomUUID } from 'node:crypto';
import { names } from '../contenders/contender.ts';
import { clientTokenRequest, installKeygrid, makeTenant } from '../contenders/keygrid.ts';
import { type BenchContext, makeDatabase } from '../context.ts';
import { HttpConnection } from '../http-connection.ts';
import type { LoadRequest } from '../load.ts';
import { prepareClients } from '../minimal/clients.ts';
import { orStop, type ServerProcess, startServer } from '../processes.ts';
import { type Figure, type ItemReport, median } from '../report.ts';
import { tokenRequest } from '../requests.ts';

const starts = 10;

interface Startable {
  name: string;
  start(): Promise<ServerProcess>;
  request: LoadRequest;
}

export async function measureColdStart(context: BenchContext): Promise<ItemReport> {
  const minimal = await prepareMinimal(context);
  const startables =
    context.keygridScript === undefined ? [minimal] : [await prepareKeygrid(context), minimal];
  const seconds: number[][] = startables.map(() => []);
  const wrongAnswers: string[] = [];
  for (let round = 1; round <= starts; round++) {
    for (const [index, startable] of startables.entries()) {
      const { elapsedSeconds, problem } = await startOnce(startable);
      if (problem !== undefined) wrongAnswers.push(`W8, ${startable.name}: ${problem}`);
      seconds[index]!.push(elapsedSeconds);
      context.progress(`W8 start ${round}/${starts}: ${startable.name} ${elapsedSeconds.toFixed(3)} s`);
    }
  }
  const figures = startables.map(({ name }, index) => summarize(name, seconds[index]!));
  const measured = figures.find(({ contender }) => contender === names.keygrid)?.median;
  return {
    item: 'W8',
    engine: 'sqlite',
    title: `cold start to first token, ${starts} starts`,
    figures,
    verdicts: [{ what: 'seconds', wanted: { below: 0.5 }, measured }],
    wrongAnswers,
  };
}

async function prepareKeygrid(context: BenchContext): Promise<Startable> {
  const installation = await installKeygrid(context, 'sqlite', 'w8-keygrid');
  const server = await installation.start();
  const tenant = await orStop(server, () => makeTenant(server.port, 1));
  await server.stop();
  return { name: names.keygrid, start: installation.start, request: clientTokenRequest(tenant) };
}

async function prepareMinimal(context: BenchContext): Promise<Startable> {
  const key = randomBytes(32);
  const client = {
    clientId: 'shop',
    clientSecret: randomBytes(32).toString('hex'),
    application: randomUUID(),
  };
  const database = await makeDatabase(context, 'sqlite', 'w8-minimal');
  await prepareClients(database, key, client);
  return {
    name: names.minimal,
    start: () =>
      startServer({ script: 'bench/minimal/token-server.ts', args: [database, key.toString('hex')] }),
    request: tokenRequest('/acme/shop/token', client.clientId, client.clientSecret),
  };
}

async function startOnce({
  start,
  request,
}: Startable): Promise<{ elapsedSeconds: number; problem?: string }> {
  const startedAt = performance.now();
  const server = await start();
  try {
    const { status, body } = await askOnce(server.port, request.bytes);
    const elapsedSeconds = (performance.now() - startedAt) / 1000;
    const isRight = status === 200 && body.includes(request.expectedInBody.toString());
    return isRight ? { elapsedSeconds } : { elapsedSeconds, problem: `status ${status}: ${body}` };
  } finally {
    await server.stop();
  }
}

/** Not `fetch`: its own first call would take part of the time that is measured. */
async function askOnce(port: number, request: Buffer): Promise<{ status: number; body: string }> {
  const answered = Promise.withResolvers<{ status: number; body: string }>();
  const connection = await HttpConnection.open(
    port,
    (status, body) => answered.resolve({ status, body: body.toString() }),
    (reason) => answered.reject(new Error(reason)),
  );
  connection.send(request);
  return answered.promise.finally(() => connection.close());
}

function summarize(contender: string, rounds: number[]): Figure {
  return { contender, unit: 's', median: median(rounds), rounds };
}
