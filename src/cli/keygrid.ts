#!/usr/bin/env node
/** The command line: one file a command, loaded when it is called. */
import { requireEnoughThreads } from './thread-pool.ts';

requireEnoughThreads();
const { run } = await import('./run.ts');
await run(process.argv);
