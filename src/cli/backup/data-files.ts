/** Which files of a data directory are worth keeping. */
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { displacedPrefix } from './displace.ts';

/** The database is copied by its own means; locks and drafts are of the moment. */
const leftOut = /^(keygrid\.sqlite(-.*)?|server\.lock.*|server\.key\..*|\.restoring-.*)$/;

/** Relative paths, in order: the server key, and whatever else lies there. */
export async function listDataFiles(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .filter((path) => {
      const [first = ''] = path.split(/[/\\]/);
      return !leftOut.test(first) && !first.startsWith(displacedPrefix);
    })
    .sort();
}
