/**
 * A process that makes an index anew, and kills itself in the middle: after two pages, when the third is on its way.
 * Arguments: the engine, and the data directory or database URL.
 */
import { rebuildIndex } from '../../src/core/entities/index/index-rebuild.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { openPostgresStorage } from '../../src/storage/postgres/index.ts';
import { openSqliteStorage } from '../../src/storage/sqlite/index.ts';
import { silentLog } from './engines.ts';

const [, , engine, place] = process.argv as [string, string, string, string];
const ports = { clock: systemClock, log: silentLog };
const storage =
  engine === 'SQLite'
    ? await openSqliteStorage({ directory: place, exclusive: true, ...ports })
    : await openPostgresStorage({ databaseUrl: place, ...ports });
let pages = 0;
await rebuildIndex({
  store: storage.indexRebuild,
  onProgress() {
    pages += 1;
    if (pages === 2) setImmediate(() => process.kill(process.pid, 'SIGKILL'));
  },
});
