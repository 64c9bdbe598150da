import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

/**
 * Builds the package into `dist`. The inspecting process becomes a few files instead of three hundred: it is started
 * anew for each command and after each hostile file, and finding modules takes longer than compiling them.
 */
const ROOT = join(import.meta.dirname, '..');
const BUILT = join(ROOT, 'dist/src');

await rm(join(ROOT, 'dist'), { recursive: true, force: true });
execFileSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'], {
  cwd: ROOT,
  stdio: 'inherit',
});
const child = await rolldown({
  input: join(BUILT, 'inspect-child.js'),
  platform: 'node',
  // Packages stay where npm puts them: some of them have native parts.
  external: (id) => !id.startsWith('.') && !id.startsWith('/'),
  treeshake: false,
});
await child.write({
  dir: BUILT,
  format: 'esm',
  entryFileNames: 'inspect-child.js',
  chunkFileNames: 'inspect-child/[name].js',
});
await child.close();
