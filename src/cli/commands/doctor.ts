/** `keygrid doctor`: looks at everything that a server needs, and says what to do about what is wrong. */
import { existsSync } from 'node:fs';
import {
  type Configuration,
  ConfigurationError,
  type LoadedConfiguration,
  loadConfiguration,
} from '../../config/index.ts';
import { systemClock } from '../../platform/index.ts';
import { databaseFile } from '../../storage/sqlite/index.ts';
import type { CommandResult, Invocation } from '../command.ts';
import { checkClock, checkSuperuser } from '../doctor/content-checks.ts';
import { isServerRunning, lookAtDatabase } from '../doctor/database-checks.ts';
import { type Finding, ok, problem, warning } from '../doctor/finding.ts';
import { checkDataDirectory, checkNode, checkRootKey } from '../doctor/machine-checks.ts';
import { checkMail, checkPort, checkPublicUrl } from '../doctor/network-checks.ts';
import { renderTable } from '../output.ts';
import { describeProblem } from '../problem.ts';
import { withKeygrid } from '../visit-keygrid.ts';

export async function run(invocation: Invocation): Promise<CommandResult> {
  const findings = [checkNode(process.versions.node)];
  const { loaded, problems } = readSettings(invocation);
  findings.push(...problems);
  if (loaded) {
    findings.push(ok('settings', 'All can be used'));
    findings.push(...loaded.warnings.map((text) => warning('settings', text, 'See "keygrid config".')));
    findings.push(...(await lookAround(invocation, loaded)));
  }
  return describe(findings);
}

function readSettings({ settings }: Invocation): { loaded?: LoadedConfiguration; problems: Finding[] } {
  try {
    return { loaded: loadConfiguration({ environment: process.env, flags: settings }), problems: [] };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const advice = 'Correct it; docs/settings.md lists what there is.';
    return { problems: error.problems.map((text) => problem('settings', text, advice)) };
  }
}

async function lookAround(invocation: Invocation, loaded: LoadedConfiguration): Promise<Finding[]> {
  const { configuration, sources } = loaded;
  const { dataDirectory } = configuration;
  const running = isServerRunning(configuration);
  const { findings, usable } = await lookAtDatabase(configuration);
  return [
    ...checkDataDirectory(dataDirectory),
    checkRootKey(
      dataDirectory,
      configuration.databaseUrl !== undefined || existsSync(databaseFile(dataDirectory)),
    ),
    ...findings,
    ...(usable ? await lookInside(invocation) : []),
    await checkMail(configuration),
    await checkPublicUrl(configuration, sources, running),
    await checkServer(configuration, running),
  ];
}

async function lookInside(invocation: Invocation): Promise<Finding[]> {
  try {
    return await withKeygrid(invocation, async ({ keygrid: { core, storage } }) => [
      await checkSuperuser(core),
      await checkClock(storage, systemClock.now()),
    ]);
  } catch (error) {
    return [problem('database', describeProblem(error).message, 'See the log of the database.')];
  }
}

async function checkServer(configuration: Configuration, running: boolean): Promise<Finding> {
  return running ? ok('server', 'One is running on this data directory') : checkPort(configuration);
}

function describe(findings: Finding[]): CommandResult {
  const count = (state: Finding['state']): number =>
    findings.filter((finding) => finding.state === state).length;
  const healthy = count('problem') === 0;
  const advice = findings
    .filter((finding) => finding.advice !== undefined)
    .map((finding) => `${finding.check}: ${finding.advice}`);
  const table = renderTable(
    ['check', 'state', 'finding'],
    findings.map(({ check, state, text }) => [check, state, text]),
  );
  const sum = `Problems: ${count('problem')}. Warnings: ${count('warning')}.`;
  return {
    exitCode: healthy ? 0 : 1,
    json: { healthy, findings },
    text: [
      table,
      ...(advice.length > 0 ? [`What to do:\n${advice.map((line) => `  ${line}`).join('\n')}`] : []),
      sum,
    ].join('\n\n'),
  };
}
