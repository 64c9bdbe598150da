/** Which lockfile fixes the versions of which manifest, by file name. */
interface Governing {
  readonly lock: RegExp;
  readonly manifest: RegExp;
}

const GOVERNING: readonly Governing[] = [
  { lock: /^(package-lock|npm-shrinkwrap)\.json$/, manifest: /^package\.json$/ },
  { lock: /^yarn\.lock$/, manifest: /^(package\.json|\.yarnrc\.yml)$/ },
  { lock: /^pnpm-lock\.yaml$/, manifest: /^(package\.json|pnpm-workspace\.yaml)$/ },
  { lock: /^bun\.lock$/, manifest: /^package\.json$/ },
  { lock: /^deno\.lock$/, manifest: /^(deno\.jsonc?|package\.json)$/ },
  { lock: /^(poetry|uv|pdm)\.lock$|^pylock(\.[^.]+)?\.toml$/, manifest: /^pyproject\.toml$/ },
  { lock: /^Pipfile\.lock$/, manifest: /^Pipfile$/ },
  { lock: /^Cargo\.lock$/, manifest: /^Cargo\.toml$/ },
  { lock: /^go\.sum$/, manifest: /^go\.mod$/ },
  { lock: /^(Gemfile\.lock|gems\.locked)$/, manifest: /^(Gemfile|gems\.rb|.*\.gemspec)$/ },
  { lock: /^composer\.lock$/, manifest: /^composer\.json$/ },
  { lock: /^packages\.lock\.json$/, manifest: /\.(cs|fs|vb)proj$|^Directory\.Packages\.props$/ },
  { lock: /^gradle\.lockfile$/, manifest: /^(build\.gradle(\.kts)?|libs\.versions\.toml)$/ },
];

export function directoryOf(path: string): string {
  const at = path.lastIndexOf('/');
  return at === -1 ? '' : path.slice(0, at);
}

export function baseNameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export function joined(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`;
}

/** True where a file of the one name can fix the versions of a file of the other. */
export function governs(lockName: string, manifestName: string): boolean {
  return GOVERNING.some((rule) => rule.lock.test(lockName) && rule.manifest.test(manifestName));
}

/** True where a lockfile in this folder covers a manifest below it too (workspaces); the others cover their own folder. */
export function coversSubfolders(lockName: string): boolean {
  return /^(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lock|deno\.lock|Cargo\.lock|uv\.lock)$/.test(
    lockName,
  );
}
