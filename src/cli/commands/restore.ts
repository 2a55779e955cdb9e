/** `keygrid restore`: a verified backup becomes a data directory; what was there is kept beside it. */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDataDirectory } from '../../main/data-directory.ts';
import { systemClock } from '../../platform/index.ts';
import { takeLock } from '../../storage/sqlite/index.ts';
import { copyDurably } from '../backup/copy-durably.ts';
import { displace, displacedPrefix } from '../backup/displace.ts';
import { type Manifest, readManifest, verifyFiles } from '../backup/manifest.ts';
import { restorePostgresInstead } from '../backup/postgres-words.ts';
import { renderCounts, verifyDatabase } from '../backup/verify-database.ts';
import { type CommandResult, type Invocation, isSet, parameter } from '../command.ts';
import { renderFacts } from '../output.ts';
import { CommandProblem } from '../problem.ts';
import { configurationOf } from '../visit-keygrid.ts';

const lockName = 'server.lock';

export async function run(invocation: Invocation): Promise<CommandResult> {
  const { dataDirectory, databaseUrl } = configurationOf(invocation);
  if (databaseUrl !== undefined) throw restorePostgresInstead(databaseUrl, dataDirectory);
  const source = parameter(invocation, 0);
  const manifest = readManifest(source);
  await verifyFiles(source, manifest);
  makeDataDirectory(dataDirectory);
  // Taken first: it tells whether a server runs, and none can start before the end.
  const lock = takeLock(dataDirectory);
  try {
    await requireRoom(dataDirectory, isSet(invocation, 'force'));
    const draft = `.restoring-${randomBytes(4).toString('hex')}`;
    try {
      await copyFiles(source, join(dataDirectory, draft), manifest);
      const facts = verifyDatabase(join(dataDirectory, draft));
      const displaced = await displace(dataDirectory, new Set([draft, lockName]), systemClock.now());
      await moveInto(dataDirectory, draft);
      return {
        json: {
          restored: {
            dataDirectory,
            from: source,
            time: manifest.time,
            displaced: displaced ?? null,
            ...facts,
          },
        },
        text: renderFacts([
          ['restored', `${source}, as of ${manifest.time}, into ${dataDirectory}`],
          ['it holds', renderCounts(facts)],
          ['what was there', displaced === undefined ? 'nothing' : `is kept in ${displaced}`],
        ]),
      };
    } finally {
      await rm(join(dataDirectory, draft), { recursive: true, force: true });
    }
  } finally {
    lock.close();
  }
}

/** @throws CommandProblem */
async function requireRoom(dataDirectory: string, force: boolean): Promise<void> {
  const names = (await readdir(dataDirectory)).filter(
    (name) => !name.startsWith(lockName) && !name.startsWith(displacedPrefix),
  );
  if (names.length === 0 || force) return;
  throw new CommandProblem(
    `The data directory ${dataDirectory} is not empty: name another with --data, or add --force, which moves what is there into a folder.`,
  );
}

/** Verified before and after: what is opened is what was checked. */
async function copyFiles(source: string, draft: string, manifest: Manifest): Promise<void> {
  await mkdir(draft, { mode: 0o700 });
  for (const { path } of manifest.files) await copyDurably(join(source, path), join(draft, path));
  await verifyFiles(draft, manifest);
}

/** The database comes last: until it is there, nothing would take the directory for an installation. */
async function moveInto(dataDirectory: string, draft: string): Promise<void> {
  const names = await readdir(join(dataDirectory, draft));
  const isDatabase = (name: string): boolean => name.startsWith('keygrid.sqlite');
  const ordered = [...names.filter((name) => !isDatabase(name)), ...names.filter(isDatabase)];
  for (const name of ordered) await rename(join(dataDirectory, draft, name), join(dataDirectory, name));
}
