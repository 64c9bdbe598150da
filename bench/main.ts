// `npm run bench [name …]`: every benchmark prints ratios and counts measured in this run.
import { runNamed } from '../tools/run-named.ts';

await runNamed(new URL('.', import.meta.url), 'benchmark', process.argv.slice(2));
