import { reviewUnderFaults, wrongly } from '../support/registry-load.ts';

/** How long the registry stays at fault, in milliseconds: long enough for several tries of each review. */
const FAULT_MS = 60_000;

/** Reviews at once while their registry does everything that registries do wrong; then it is well again, and nobody helps. */
export async function run(print: (line: string) => void): Promise<void> {
  const started = performance.now();
  const { observed, violations } = await reviewUnderFaults({
    each: ['steady', 'invented', 'steady', 'invented'],
    faultMs: FAULT_MS,
    healMs: 360_000,
  });
  const wrong = wrongly(observed);
  print(
    `${observed.length} pull requests under ${new Set(observed.map((each) => each.fault)).size} faults for ${FAULT_MS / 1000} s: ` +
      `let through or refused on the word of a registry at fault, or not right in the end: ${wrong.length}; ` +
      `all right ${((performance.now() - started) / 1000).toFixed(0)} s after the start`,
  );
  for (const each of wrong) print(JSON.stringify(each));
  if (wrong.length > 0 || violations.length > 0) process.exitCode = 1;
}
