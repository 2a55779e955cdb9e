import { constants } from 'node:fs';
import { copyFile, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Copies a file with its rights, making the directories it needs, and waits until it is on the disk. */
export async function copyDurably(source: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  await copyFile(source, target, constants.COPYFILE_FICLONE);
  const file = await open(target);
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
