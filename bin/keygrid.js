#!/usr/bin/env node
// The command line's entry, in plain JavaScript: a checkout runs its sources, a package (which has none, since Node
// strips no types inside node_modules) what `npm run build` made of them.
import { existsSync } from 'node:fs';
import { enableCompileCache, flushCompileCache } from 'node:module';
import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 7)) {
  console.error(`Keygrid needs Node 24.7 or later, and this is ${process.versions.node}.`);
  process.exit(1);
}

// Compiled once, not at every start: types need not be stripped again, and the stripper is not even loaded.
enableCompileCache();
// Loading makes much that is soon garbage, and V8 would keep the room that it grew to for it. 20 MiB less when idle.
setFlagsFromString('--semi-space-growth-factor=1');
// What is compiled well while starting is hardly run again, and where there is one core the start waits for it.
const optimizers = ['opt', 'maglev'];
for (const optimizer of optimizers) setFlagsFromString(`--no-${optimizer}`);
// A command that takes longer, such as an index made anew, does work of its own.
const longestStartMilliseconds = 1000;
const starting = setTimeout(compileWell, longestStartMilliseconds);
starting.unref();
const sources = new URL('../src/cli/keygrid.ts', import.meta.url);
await import(existsSync(sources) ? sources.href : '../dist/cli/keygrid.js');
flushCompileCache();
clearTimeout(starting);
compileWell();
growWithWork();

function compileWell() {
  for (const optimizer of optimizers) setFlagsFromString(`--${optimizer}`);
}

/**
 * Under load the room for young objects grows, but not to the size at which it is most of the process. V8 gives it back
 * when nothing is asked for a while, and then it grows again.
 */
function growWithWork() {
  const enoughBytes = 28 * 1024 * 1024;
  const youngBytes = () =>
    getHeapSpaceStatistics().find((space) => space.space_name === 'new_space')?.space_size ?? 0;
  let factor = 1;
  const adjust = () => {
    const wanted = youngBytes() < enoughBytes ? 2 : 1;
    if (wanted !== factor) setFlagsFromString(`--semi-space-growth-factor=${wanted}`);
    factor = wanted;
  };
  new PerformanceObserver(adjust).observe({ entryTypes: ['gc'] });
  adjust();
}
