import type { Ecosystem } from '../types.ts';
import { bunLock } from './bun-lock.ts';
import { denoJson, denoLock } from './deno.ts';
import { packageJson } from './package-json.ts';
import { packageLock } from './package-lock.ts';
import { pnpmLock } from './pnpm-lock.ts';
import { workspaceSettings } from './workspace-settings.ts';
import { yarnLock } from './yarn-lock.ts';

/** npm: manifests and lockfiles of npm, yarn, pnpm, bun and deno. Names are compared as written: old names may have capitals. */
export const npm: Ecosystem = {
  type: 'npm',
  osv: 'npm',
  formats: [packageJson, packageLock, yarnLock, pnpmLock, bunLock, denoJson, denoLock, workspaceSettings],
  normalizeName: (name) => name,
};
