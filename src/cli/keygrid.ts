/** The command line: one file a command, loaded when it is called. Started by bin/keygrid.js. */
import { requireEnoughThreads } from './thread-pool.ts';

requireEnoughThreads();
const { run } = await import('./run.ts');
await run(process.argv);
