/** Renders a run as the text of `bench/RESULTS.md`. */
import { manyRounds } from './context.ts';
import { secondsOfPasswords } from './items/password-grant.ts';
import {
  type ChoiceReport,
  type Figure,
  type ItemReport,
  isReached,
  type RunReport,
  type Verdict,
  type Wanted,
} from './report.ts';

export function renderResults(run: RunReport): string {
  return [
    '# Bench results',
    `Made by \`${run.command}\`. Do not edit.`,
    renderConditions(run),
    '## Targets',
    ...renderVerdicts(run.items),
    '## Figures',
    'Medians over the rounds. Busy: share of one core that the server process and the load generator used.',
    ...run.items.map(renderItem),
    ...(run.choices.length === 0 ? [] : ['## What single choices are worth', renderChoices(run.choices)]),
    renderWrongAnswers(run.wrongAnswers),
  ]
    .join('\n\n')
    .concat('\n');
}

function renderConditions(run: RunReport): string {
  const database = run.postgres === undefined ? '' : `, PostgreSQL ${run.postgres}`;
  return [
    `- Machine: ${run.machine}. Node ${run.node}${database}.`,
    '- Servers, and PostgreSQL with them, on core 0; load generator on core 1. Servers that wait for their turn are idle.',
    `- ${run.connections} connections, each with one request in flight; every answer's status and body is checked.`,
    `- ${run.rounds} alternating rounds of ${run.secondsPerRound} s after ${run.warmUpRounds} that only warm${run.warmUpRounds === 1 ? 's' : ''} up; ratios are medians of the per-round ratios.`,
    '- X1 to X7 on SQLite, everything durable, except for oidc-provider, which keeps its data in memory. X1 alone gives every server both cores, since signatures are made off the main thread; the generator shares the second.',
    '- *minimal* does one item and nothing else on bare `node:http`. On PostgreSQL the requests of one turn of its event loop share a statement; *a statement each* shows it without that.',
    '- PostgreSQL has its own settings but `min_wal_size`, and a log of 80 segments that are there already, as a cluster has that has been at work: to make one stops all writes for some 50 ms.',
    '- Keygrid, given one core, lets what waits for PostgreSQL wait for as many as were just answered, for 2 ms at most; with more cores it does not.',
    `- W4 has ${manyRounds(run)} rounds of ${secondsOfPasswords(run)} s, and W5 ${manyRounds(run)} rounds, since what the machine makes of hashes and of syncs varies by a tenth from one to the next.`,
    '- W5S is W5 where each sync of the disk takes 2.4 ms longer: what the share owes to the disk of this machine. It has no target.',
  ].join('\n');
}

function renderVerdicts(items: readonly ItemReport[]): string[] {
  const rows = items.flatMap(({ item, engine, verdicts }) =>
    verdicts.map((verdict) => [
      item,
      engine ?? '',
      verdict.what,
      renderWanted(verdict.wanted),
      verdict.measured === undefined ? 'not measured' : verdict.measured.toFixed(2),
      renderReached(verdict),
      verdict.p99Milliseconds?.toFixed(2) ?? '',
    ]),
  );
  return [renderTable(['item', 'engine', 'keygrid', 'target', 'measured', 'reached', 'p99 ms'], rows)];
}

export function renderWanted(wanted: Wanted | undefined): string {
  if (wanted === undefined) return 'none';
  if ('atLeast' in wanted) return `at least ${wanted.atLeast}`;
  return 'atMost' in wanted ? `at most ${wanted.atMost}` : `below ${wanted.below}`;
}

export function renderReached(verdict: Verdict): string {
  const reached = isReached(verdict);
  if (reached === undefined) return '';
  return reached ? 'yes' : '**no**';
}

function renderItem({ item, engine, title, figures }: ItemReport): string {
  const heading = `### ${item}, ${title}${engine === undefined ? '' : ` (${engine})`}`;
  const columns = ['server', 'median', 'unit', 'p50 ms', 'p99 ms', 'server busy', 'generator busy'];
  return `${heading}\n\n${renderTable(columns, figures.map(renderFigure))}`;
}

function renderFigure(figure: Figure): string[] {
  return [
    figure.contender,
    renderMedian(figure),
    figure.unit,
    figure.p50Milliseconds?.toFixed(2) ?? '',
    figure.p99Milliseconds?.toFixed(2) ?? '',
    figure.serverBusy?.toFixed(2) ?? '',
    figure.generatorBusy?.toFixed(2) ?? '',
  ];
}

function renderMedian({ median }: Figure): string {
  if (median >= 1000) return Math.round(median).toLocaleString('en-US');
  return median >= 10 ? median.toFixed(1) : median.toFixed(3);
}

function renderChoices(choices: readonly ChoiceReport[]): string {
  const rows = choices.map(({ choice, factor, expected, detail }) => [
    choice,
    `${factor.toFixed(2)} times`,
    `${expected} times`,
    detail,
  ]);
  return renderTable(['choice', 'measured', 'expected', 'figures'], rows);
}

function renderWrongAnswers(wrong: readonly string[]): string {
  if (wrong.length === 0) return 'Every answer of the run was right.';
  return `## Wrong answers\n\n${wrong.map((description) => `- ${description}`).join('\n')}`;
}

export function renderTable(columns: readonly string[], rows: readonly string[][]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n');
}
