/** Renders a run as the text of `bench/SCALE.md`. */
import { type Engine, manyRounds } from '../context.ts';
import { renderReached, renderTable, renderWanted } from '../results.ts';
import { comparedSize, type EngineReport, type ScaleItemReport, type ScaleReport } from './report.ts';

const engineNames: Record<Engine, string> = { sqlite: 'SQLite', postgres: 'PostgreSQL' };
const count = (value: number): string => Math.round(value).toLocaleString('en-US');

export function renderScale(run: ScaleReport): string {
  return [
    '# The data store as a collection grows',
    `Made by \`${run.command}\` in ${run.minutes.toFixed(1)} minutes. Do not edit.`,
    renderConditions(run),
    '## Targets of scale',
    renderVerdicts(run),
    ...run.engines.flatMap((engine) => renderEngine(engine, run.sizes)),
    ...renderParseServer(run.parseServer),
    run.wrongAnswers.length === 0
      ? 'Every answer of the run was right.'
      : `## Wrong answers at scale\n\n${run.wrongAnswers.map((wrong) => `- ${wrong}`).join('\n')}`,
  ]
    .join('\n\n')
    .concat('\n');
}

function renderConditions(run: ScaleReport): string {
  const database = run.postgres === undefined ? '' : `, PostgreSQL ${run.postgres} with its own defaults`;
  const sizes = run.sizes.map(count).join(', ');
  return [
    `- Machine: ${run.machine}. Node ${run.node}${database}.`,
    `- One collection of ${sizes} entities of 10 properties in a Keygrid of its own each, all of them up at the same time. Servers, and PostgreSQL with them, on core 0; load generator on core 1.`,
    `- ${run.connections} connections with the token of an application user, each with one request in flight. Of every answer it is checked which entities are in it, and their order where the query gives one.`,
    `- ${run.rounds} rounds of ${run.secondsPerRound} s after 0.25 s that do not count, the two compared sizes in turn, and ${manyRounds(run)} of creates and deletes, whose rates vary most; other sizes have one round. *Growth* is the time of a request at ${count(Math.max(...run.sizes))} to that at ${count(comparedSize(run.sizes))}: the median of the rounds' ratios of rates.`,
    '- *Constant*: 20 entities have the value, whatever the size. *Share*: a tenth of all have it, and the first 10 are asked for. Entities asked for are drawn by chance from the whole collection.',
    '- Collections are filled with syncs off (PostgreSQL) or in memory, and then moved (SQLite); everything else is measured on disk, every write durable. Before the rounds PostgreSQL is vacuumed and analyzed, as it does by itself some time after a filling, and has written a checkpoint. Creates are taken away again in the round that made them; one such round that does not count comes first, since the servers have answered reads until then. All data fit into the memory of the machine, and are read once before each item, since some systems soon take away what is not in use.',
  ].join('\n');
}

function renderVerdicts({ verdicts }: ScaleReport): string {
  const rows = verdicts.map((verdict) => [
    engineNames[verdict.engine],
    verdict.what,
    renderWanted(verdict.wanted),
    verdict.measured === undefined ? 'not measured' : figure(verdict.measured),
    renderReached(verdict),
  ]);
  return renderTable(['engine', 'what', 'target', 'measured', 'reached'], rows);
}

const figure = (value: number): string => (value >= 100 ? count(value) : value.toFixed(2));

function renderEngine(
  { engine, items, fillings, batches, list }: EngineReport,
  sizes: readonly number[],
): string[] {
  const largest = sizes.at(-1)!;
  return [
    `## ${engineNames[engine]}`,
    `Requests per second, by the number of entities; p99 in ms at ${count(comparedSize(sizes))} and at ${count(largest)}.`,
    renderItems(items, sizes),
    `![Time of a request as the collection grows, ${engineNames[engine]}](scale/growth-${engine}.svg)`,
    ...(batches === undefined
      ? []
      : [
          `Batches of 1000 in one request, into a new collection, up to ${count(batches.entities)} entities: ${count(batches.entitiesPerSecond)} entities/s; the median request took ${count(batches.median)} ms, the slowest ${count(batches.slowest)} ms.`,
        ]),
    `Filling by such batches, one after the other, before anything was measured: not durable, and servers of both engines at the same time on both cores, where both are measured.`,
    renderTable(
      ['entities', 'seconds', 'entities/s', 'in the last tenth'],
      fillings.map(({ size, seconds, entitiesPerSecond, lastTenth }) => [
        count(size),
        seconds.toFixed(1),
        ...[entitiesPerSecond, lastTenth].map(count),
      ]),
    ),
    ...(list === undefined
      ? []
      : [
          `Memory of a fresh server while one client lists all ${count(list.size)} by cursor, ${list.pageSize} a page (${count(list.entitiesPerSecond)} entities/s): ` +
            `${list.mebibytes[0]?.toFixed(0)} MiB before, ${list.mebibytesOfShortLists.toFixed(0)} MiB after the first tenth of it was listed ten times, and then, listing all, after each tenth of the pages ${list.mebibytes
              .slice(1)
              .map((value) => value.toFixed(0))
              .join(
                ', ',
              )} MiB; without files that are mapped, with which the process shows ${list.mebibytesWithFiles.toFixed(0)} MiB in the end.`,
        ]),
  ];
}

function renderItems(items: readonly ScaleItemReport[], sizes: readonly number[]): string {
  const columns = ['item', 'finds', ...sizes.map(count), 'growth', 'p99 ms', 'growth of p99', 'server busy'];
  const rows = items.map(({ item, finds, figures, growth, growthOfP99 }) => {
    const base = figures[sizes.indexOf(comparedSize(sizes))]!;
    const largest = figures.at(-1)!;
    return [
      item,
      finds,
      ...figures.map(({ requestsPerSecond }) => count(requestsPerSecond)),
      growth?.toFixed(2) ?? '',
      `${base.p99Milliseconds.toFixed(1)}, ${largest.p99Milliseconds.toFixed(1)}`,
      growthOfP99?.toFixed(2) ?? '',
      largest.serverBusy.toFixed(2),
    ];
  });
  return renderTable(columns, rows);
}

function renderParseServer(parseServer: ScaleReport['parseServer']): string[] {
  if ('skipped' in parseServer) return ['## Parse Server', `Not measured: ${parseServer.skipped}.`];
  const { version, comparisons } = parseServer;
  const rows = comparisons.flatMap(({ what, figures, ratio, wantedAtLeast }) =>
    figures.map(({ contender, requestsPerSecond, p99Milliseconds, serverBusy }, index) => [
      index === 0 ? what : '',
      contender,
      count(requestsPerSecond),
      p99Milliseconds.toFixed(1),
      serverBusy.toFixed(2),
      index === 0 ? `${ratio.toFixed(2)} (wanted: ${wantedAtLeast})` : '',
    ]),
  );
  return [
    '## Parse Server',
    `Parse Server ${version} on the same PostgreSQL, with an index on each field that is asked for, holding the same ${count(comparisons[0]?.size ?? 0)} entities; rounds alternate. Both are asked by a signed-in user.`,
    renderTable(['what', 'server', 'requests/s', 'p99 ms', 'server busy', 'ratio'], rows),
  ];
}
