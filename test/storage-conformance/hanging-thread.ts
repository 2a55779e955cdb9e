/** Asked to move a log, it waits for a lock, within SQLite: as a thread does whose disk does not answer. */
import { writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';

const port = parentPort as MessagePort;
const { path } = workerData as { path: string };

port.on('message', () => {
  const database = new DatabaseSync(`${path}-lock`, { timeout: 600_000 });
  writeFileSync(`${path}-waits`, '');
  database.exec('begin immediate');
  database.close();
  port.postMessage('moved');
});
