/** `keygrid backup`: a copy of one moment, made beside a running server, opened and looked through before it counts. */
import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { systemClock } from '../../platform/index.ts';
import { copyDatabase } from '../../storage/sqlite/backup.ts';
import { databaseFile } from '../../storage/sqlite/index.ts';
import { version } from '../../version.ts';
import { copyDurably } from '../backup/copy-durably.ts';
import { listDataFiles } from '../backup/data-files.ts';
import { describeFile, type Manifest, manifestName, newManifest } from '../backup/manifest.ts';
import { backupPostgresInstead } from '../backup/postgres-words.ts';
import { terminalProgress } from '../backup/progress.ts';
import { type DatabaseFacts, renderCounts, verifyDatabase } from '../backup/verify-database.ts';
import { type CommandResult, type Invocation, parameter } from '../command.ts';
import { renderFacts } from '../output.ts';
import { CommandProblem } from '../problem.ts';
import { configurationOf, requireDatabase } from '../visit-keygrid.ts';

export async function run(invocation: Invocation): Promise<CommandResult> {
  const { dataDirectory, databaseUrl } = configurationOf(invocation);
  if (databaseUrl !== undefined) throw backupPostgresInstead(databaseUrl, dataDirectory);
  requireDatabase(dataDirectory);
  const target = resolve(parameter(invocation, 0));
  if (`${target}${sep}`.startsWith(`${resolve(dataDirectory)}${sep}`)) {
    throw new CommandProblem(
      `${target} is in the data directory: a backup belongs elsewhere, best on another disk.`,
    );
  }
  await requireNewTarget(target);
  const draft = `${target}.partial-${process.pid}`;
  try {
    await mkdir(draft, { mode: 0o700 });
    await copyAll(dataDirectory, draft, invocation.json);
    const facts = verifyDatabase(draft);
    const manifest = await writeManifest(draft, facts);
    await rename(draft, target);
    return describe(target, manifest, facts);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw toProblem(error, target);
  }
}

/** @throws CommandProblem */
async function requireNewTarget(target: string): Promise<void> {
  const names = await readdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw toProblem(error, target);
  });
  if (names.length > 0) {
    throw new CommandProblem(`${target} is not empty: name a directory that does not exist yet.`);
  }
}

async function copyAll(dataDirectory: string, target: string, json: boolean): Promise<void> {
  const progress = terminalProgress(json);
  await copyDatabase(databaseFile(dataDirectory), databaseFile(target), progress.show);
  progress.end();
  await chmod(databaseFile(target), 0o600);
  for (const path of await listDataFiles(dataDirectory)) {
    await copyDurably(join(dataDirectory, path), join(target, path)).catch(unlessGone);
  }
}

/** A file that was deleted meanwhile belongs to nothing any more. */
function unlessGone(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}

async function writeManifest(directory: string, { schemaSteps }: DatabaseFacts): Promise<Manifest> {
  const paths = ['keygrid.sqlite', ...(await listDataFiles(directory))];
  const files = [];
  for (const path of paths) files.push(await describeFile(directory, path));
  const time = new Date(systemClock.now()).toISOString();
  const manifest = newManifest({ version, time, schemaSteps, files });
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  await writeFile(join(directory, manifestName), text, { mode: 0o600, flush: true });
  return manifest;
}

function describe(target: string, { files, time }: Manifest, facts: DatabaseFacts): CommandResult {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return {
    json: { backup: { path: target, time, bytes, files: files.length, verified: true, ...facts } },
    text: renderFacts([
      ['backup', target],
      ['verified', `opened and checked; it holds ${renderCounts(facts)}`],
      ['size', `${bytes} bytes in ${files.length} files`],
      ['keep safe', 'it holds every secret of the installation, the server key too'],
    ]),
  };
}

function toProblem(error: unknown, target: string): unknown {
  if (!(error instanceof Error) || !('code' in error || 'errcode' in error)) return error;
  if (error instanceof CommandProblem) return error;
  return new CommandProblem(
    `The backup ${target} cannot be written (${error.message}): make its place writable, with room enough, or name another.`,
  );
}
