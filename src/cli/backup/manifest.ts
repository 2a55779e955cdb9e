/** What a backup holds, written into it: so that a restore knows that every file is whole, and which version wrote it. */
import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { isAbsolute, join, normalize, sep } from 'node:path';
import { CommandProblem } from '../problem.ts';

export const manifestName = 'manifest.json';
const formatVersion = 1;

export interface ManifestFile {
  /** Relative to the backup, with forward slashes. */
  path: string;
  bytes: number;
  sha256: string;
}

export interface Manifest {
  format: 1;
  /** Of Keygrid. */
  version: string;
  /** ISO 8601. */
  time: string;
  /** Every step that the database has been through. */
  schemaSteps: string[];
  files: ManifestFile[];
}

export const newManifest = (facts: Omit<Manifest, 'format'>): Manifest => ({
  format: formatVersion,
  ...facts,
});

export async function describeFile(directory: string, path: string): Promise<ManifestFile> {
  const file = join(directory, path);
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return { path: path.split(sep).join('/'), bytes: (await stat(file)).size, sha256: hash.digest('hex') };
}

/** @throws CommandProblem */
export function readManifest(directory: string): Manifest {
  const path = join(directory, manifestName);
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown reason';
    throw new CommandProblem(`${directory} is no backup of Keygrid: ${path} cannot be read (${reason}).`);
  }
  if (!isObject(parsed) || parsed.format !== formatVersion || !isManifest(parsed)) {
    throw new CommandProblem(
      `The backup ${directory} is not of a kind that this version of Keygrid can read.`,
    );
  }
  return parsed;
}

/** Every file is there as it was written. @throws CommandProblem */
export async function verifyFiles(directory: string, { files }: Manifest): Promise<void> {
  for (const file of files) {
    const found = await describeFile(directory, file.path).catch(() => undefined);
    if (found?.sha256 === file.sha256) continue;
    const state = found === undefined ? 'missing or cannot be read' : 'not the one that was backed up';
    throw new CommandProblem(`The backup ${directory} is damaged: its file ${file.path} is ${state}.`);
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

function isManifest(value: object): value is Manifest {
  const { version, time, schemaSteps, files } = value as Partial<Record<keyof Manifest, unknown>>;
  return (
    typeof version === 'string' &&
    typeof time === 'string' &&
    Array.isArray(schemaSteps) &&
    Array.isArray(files) &&
    files.every(isManifestFile)
  );
}

/** A path that leads out of the backup would be read, and at a restore written, anywhere. */
function isManifestFile(value: unknown): value is ManifestFile {
  if (!isObject(value) || typeof value.path !== 'string' || typeof value.sha256 !== 'string') return false;
  const path = normalize(value.path);
  return !isAbsolute(path) && !path.startsWith('..') && path !== '.' && path !== '';
}
