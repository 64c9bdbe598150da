// `npm run check`: everything about the source that can be judged without running it. Each step prints its own findings;
// the run fails when any step did.
import { spawnSync } from 'node:child_process';

const steps: readonly (readonly [name: string, command: string, ...args: readonly string[]])[] = [
  ['types', 'tsc', '--noEmit', '-p', '.'],
  ['lint and format', 'biome', 'check', '--error-on-warnings', '--max-diagnostics=40', '.'],
  ['layering', 'node', 'tools/layering.ts'],
  ['dead code', 'knip', '--no-progress'],
];

const failed: string[] = [];
for (const [name, command, ...args] of steps) {
  const started = performance.now();
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
  if (status !== 0) failed.push(name);
}
if (failed.length > 0) {
  console.error(`check failed: ${failed.join(', ')}`);
  process.exitCode = 1;
}
