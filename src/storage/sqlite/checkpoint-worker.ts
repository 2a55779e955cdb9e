/** A thread that moves the log of a database: see checkpoints.ts. It ends when nothing was asked of it for a while. */
import { DatabaseSync } from 'node:sqlite';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { ThreadData } from './checkpoints.ts';

const port = parentPort as MessagePort;
const { path, endsAfterMilliseconds } = workerData as ThreadData;
const database = new DatabaseSync(path, { timeout: 0 });
// What is moved has to be on the disk before the log is written anew.
database.exec('pragma synchronous = full; pragma cache_size = -500');
const moveLog = database.prepare('pragma wal_checkpoint(passive)');

const ending = setTimeout(() => {
  database.close();
  port.close();
}, endsAfterMilliseconds);
port.on('message', () => {
  moveLog.get();
  port.postMessage('moved');
  ending.refresh();
});
