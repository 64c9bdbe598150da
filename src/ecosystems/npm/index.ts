import type { Ecosystem } from '../types.ts';
import { packageJson } from './package-json.ts';
import { packageLock } from './package-lock.ts';

/** npm: manifests and lockfiles of npm, yarn, pnpm, bun and deno. Names are compared as written: old names may have capitals. */
export const npm: Ecosystem = {
  type: 'npm',
  osv: 'npm',
  formats: [packageJson, packageLock],
  normalizeName: (name) => name,
};
