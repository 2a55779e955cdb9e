#!/usr/bin/env node
/** The command line: one file a command, loaded when it is called. */
import { enableCompileCache, flushCompileCache } from 'node:module';
import { requireEnoughThreads } from './thread-pool.ts';

// Compiled once, not at every start: it halves the time to the first answer.
enableCompileCache();
requireEnoughThreads();
const { run } = await import('./run.ts');
await run(process.argv);
flushCompileCache();
