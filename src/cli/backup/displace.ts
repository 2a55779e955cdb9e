/** Moves what a directory holds into a folder within it: the same file system, also where it is a mounted volume. */
import { mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';

export const displacedPrefix = 'before-restore-';

/** Answers the folder; undefined where there was nothing to move. */
export async function displace(
  directory: string,
  keep: ReadonlySet<string>,
  time: number,
): Promise<string | undefined> {
  const names = (await readdir(directory)).filter(
    (name) => !keep.has(name) && !name.startsWith(displacedPrefix),
  );
  if (names.length === 0) return undefined;
  const folder = join(directory, `${displacedPrefix}${new Date(time).toISOString().replace(/[:.]/g, '-')}`);
  await mkdir(folder, { mode: 0o700 });
  for (const name of names) await rename(join(directory, name), join(folder, name));
  return folder;
}
