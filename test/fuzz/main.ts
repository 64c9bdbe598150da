import { fuzzParsers } from './parsers.ts';
import { fuzzPrograms } from './programs.ts';

/** At least this many, over all parsers. */
const INPUTS = Number(process.argv[2] ?? 200_000);
const SEED = Number(process.argv[3] ?? 20_261_121);

const started = performance.now();
const result = fuzzParsers(INPUTS, SEED, (done) => {
  process.stderr.write(`${done} inputs, ${((performance.now() - started) / 1000).toFixed(0)} s\n`);
});
console.log(
  `${result.inputs} mutated inputs (seed ${SEED}) over ${result.formats} formats: ${result.parsed} read, ${result.refused} refused with a typed error`,
);
console.log(`slowest input: ${result.slowestMs.toFixed(0)} ms, ${result.slowest}`);
for (const failure of result.failures.slice(0, 20)) {
  console.log(
    `FAILED ${failure.format} ${failure.path}: ${failure.what}\n  ${JSON.stringify(failure.text.slice(0, 400))}`,
  );
}
console.log(`${result.failures.length} failures`);
const programs = fuzzPrograms(Math.ceil(INPUTS / 4), SEED);
console.log(
  `${programs.programs} changed programs: ${programs.compared} read alike by both readers, ${programs.left} left to the tolerant one`,
);
for (const { path, what, text } of programs.failures.slice(0, 20)) {
  console.log(`FAILED ${path}: ${what}\n  ${JSON.stringify(text.slice(0, 400))}`);
}
console.log(`${programs.failures.length} programs failed`);
process.exitCode = result.failures.length + programs.failures.length === 0 ? 0 : 1;
