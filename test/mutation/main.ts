// `npm run mutate [code|dependency|guardrail] [word in a path …]`: switches off conditions of the rules one by one and
// counts how many of these mutants the contract tests notice. Ends with 1 where they are fewer than the target.
import { FAMILIES, type MutatedFamily, mutate, type Outcome } from './run.ts';

/** Percent of the mutants that have to be noticed. */
const TARGET = 85;

const given = process.argv.slice(2);
const families = FAMILIES.filter((family) => given.includes(family));
const words = given.filter((word) => !FAMILIES.some((family) => family === word));
let killed = 0;
let total = 0;
for (const family of families.length === 0 ? FAMILIES : families) {
  const started = performance.now();
  const { outcomes, broken } = await mutate(family, words, 1);
  for (const name of broken) console.log(`BROKEN without any mutant: ${name}`);
  killed += outcomes.filter((each) => each.killed === 'exam').length;
  total += outcomes.filter((each) => each.killed !== 'compiler').length;
  print(family, outcomes, (performance.now() - started) / 1000);
  if (broken.length > 0) process.exitCode = 1;
}
const share = (killed * 100) / Math.max(total, 1);
console.log(`${killed} of ${total} mutants noticed: ${share.toFixed(1)} % (target ${TARGET} %)`);
if (share < TARGET) process.exitCode = 1;

function print(family: MutatedFamily, outcomes: readonly Outcome[], seconds: number): void {
  const byPath = Map.groupBy(outcomes, (each) => each.mutant.path);
  const typed = outcomes.filter((each) => each.killed === 'compiler').length;
  console.log(
    `== ${family}: ${outcomes.length} mutants, ${typed} of them refused by the type checker, in ${seconds.toFixed(0)} s ==`,
  );
  for (const [path, own] of byPath) {
    console.log(
      `  ${path.padEnd(64)} ${own.filter((each) => each.killed === 'exam').length}/${own.filter((each) => each.killed !== 'compiler').length}`,
    );
    for (const { mutant, covered } of own.filter((each) => each.killed === null)) {
      const place = `${mutant.line}: ${short(mutant.original)}  →  ${short(mutant.replacement)}`;
      console.log(`      ${covered === 0 ? 'never run ' : 'survived  '} ${place}`);
    }
  }
}

function short(text: string): string {
  const plain = text.replace(/\s+/g, ' ');
  return plain.length > 90 ? `${plain.slice(0, 89)}…` : plain;
}
