/** Node, and what lies on the disk. */
import { randomBytes } from 'node:crypto';
import { existsSync, rmSync, type Stats, statfsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRootKey, rootKeyFile } from '../../main/root-key.ts';
import { type Finding, ok, problem, reasonOf, warning } from './finding.ts';

/** `engines` in package.json. */
const oldestNode = [24, 7] as const;

export function checkNode(nodeVersion: string): Finding {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number);
  const isOld = major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1]);
  if (!isOld) return ok('node', `Node ${nodeVersion}`);
  return problem('node', `Node ${nodeVersion} is too old`, `Install Node ${oldestNode.join('.')} or later.`);
}

const ownersOnly = 0o077;
const mode = ({ mode: bits }: Stats): string => (bits & 0o777).toString(8).padStart(4, '0');

export function checkDataDirectory(directory: string): Finding[] {
  const check = 'data directory';
  const found = statSync(directory, { throwIfNoEntry: false });
  if (!found)
    return [
      warning(check, `${directory} does not exist`, 'The first start makes it; see that --data is right.'),
    ];
  if (!found.isDirectory())
    return [problem(check, `${directory} is not a directory`, 'Name another with --data.')];
  const failure = tryToWrite(directory);
  if (failure !== undefined) {
    return [problem(check, `${directory} cannot be written (${failure})`, 'Make it writable to this user.')];
  }
  const rights =
    (found.mode & ownersOnly) === 0
      ? ok(check, `${directory} is there, and its owner's alone`)
      : warning(
          check,
          `${directory} is open to other accounts (mode ${mode(found)})`,
          `chmod 700 ${directory}`,
        );
  return [rights, checkRoom(directory)];
}

function tryToWrite(directory: string): string | undefined {
  const path = join(directory, `.doctor-${randomBytes(4).toString('hex')}`);
  try {
    writeFileSync(path, '', { flag: 'wx' });
    rmSync(path);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

const mebibyte = 1024 * 1024;
const tooFew = 100 * mebibyte;
const few = 1024 * mebibyte;

function checkRoom(directory: string): Finding {
  const { bavail, bsize } = statfsSync(directory);
  const free = bavail * bsize;
  const text = `${Math.floor(free / mebibyte)} MiB are free`;
  const advice = 'Make room, or move the data directory to a larger disk.';
  if (free < tooFew) return problem('disk', text, advice);
  return free < few ? warning('disk', text, advice) : ok('disk', text);
}

/** `databaseExists`: only beside a database a missing key is a loss. */
export function checkRootKey(directory: string, databaseExists: boolean): Finding {
  const check = 'server key';
  const path = rootKeyFile(directory);
  if (!existsSync(path)) {
    return databaseExists
      ? problem(
          check,
          `${path} is missing`,
          'Restore that file from a backup: it unseals every secret in the database.',
        )
      : ok(check, 'The first start makes it');
  }
  try {
    readRootKey(directory);
  } catch (error) {
    return problem(check, reasonOf(error), 'Restore that file from a backup.');
  }
  const found = statSync(path);
  if ((found.mode & ownersOnly) === 0) return ok(check, `${path} is there, and its owner's alone`);
  return problem(check, `${path} can be read by other accounts (mode ${mode(found)})`, `chmod 600 ${path}`);
}
