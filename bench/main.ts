// `npm run bench [name …]`: every benchmark prints ratios and counts measured in this run.
import { availableParallelism, loadavg } from 'node:os';
import { runNamed } from '../tools/run-named.ts';

// What else the machine does falls on every figure of time: whoever reads them is to know.
const [load = 0] = loadavg();
const cores = availableParallelism();
if (load > cores / 2)
  console.log(
    `this machine is busy (load ${load.toFixed(1)} on ${cores} cores): figures of time say little, a target that is missed may be met`,
  );

await runNamed(new URL('.', import.meta.url), 'benchmark', process.argv.slice(2));
