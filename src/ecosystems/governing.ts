/** Which lockfile fixes the versions of which manifest, by file name. Group 1 of a lock's pattern is the manifest's own name. */
interface Governing {
  readonly lock: RegExp;
  readonly manifest: RegExp;
  /** True where the lock also covers manifests in folders below it (workspaces). */
  readonly below?: boolean;
  /** Where the lock is named after its manifest: what stands behind that name. */
  readonly ending?: string;
}

const PACKAGE_JSON = /^package\.json$/;
const PYPROJECT = /^pyproject\.toml$/;

const GOVERNING: readonly Governing[] = [
  { lock: /^(?:package-lock|npm-shrinkwrap)\.json$/, manifest: PACKAGE_JSON, below: true },
  { lock: /^yarn\.lock$/, manifest: /^(?:package\.json|\.yarnrc\.yml)$/, below: true },
  { lock: /^pnpm-lock\.yaml$/, manifest: /^(?:package\.json|pnpm-workspace\.yaml)$/, below: true },
  { lock: /^bun\.lock$/, manifest: PACKAGE_JSON, below: true },
  { lock: /^deno\.lock$/, manifest: /^(?:deno\.jsonc?|package\.json)$/, below: true },
  { lock: /^uv\.lock$/, manifest: PYPROJECT, below: true },
  { lock: /^poetry\.lock$|^pdm(?:\.[\w-]+)?\.lock$|^pylock(?:\.[^.]+)?\.toml$/, manifest: PYPROJECT },
  { lock: /^(.+\.py)\.lock$/, manifest: /\.py$/, ending: '' },
  { lock: /^Pipfile\.lock$/, manifest: /^Pipfile$/ },
  { lock: /^Cargo\.lock$/, manifest: /^Cargo\.toml$/, below: true },
  { lock: /^go\.sum$/, manifest: /^go\.mod$/ },
  { lock: /^go\.work\.sum$/, manifest: /^go\.work$/ },
  { lock: /^(.+)\.go\.sum$/, manifest: /\.go\.mod$/, ending: '.go.mod' },
  { lock: /^(?:Gemfile\.lock|gems\.locked)$/, manifest: /^(?:Gemfile|gems\.rb|.*\.gemspec)$/ },
  { lock: /^(Gemfile[._-].+|.+\.gemfile)\.lock$/, manifest: /^(?:Gemfile[._-]|.*\.gemfile$)/, ending: '' },
  { lock: /^(gems[._-].+)\.locked$/, manifest: /^gems[._-].*\.rb$/, ending: '.rb' },
  { lock: /^composer\.lock$/, manifest: /^composer\.json$/ },
  { lock: /^packages\.lock\.json$/i, manifest: /\.(?:cs|fs|vb)proj$|^Directory\.Packages\.props$/i },
  { lock: /^packages\.(.+)\.lock\.json$/i, manifest: /\.(?:cs|fs|vb)proj$/i, ending: '.csproj' },
  { lock: /^gradle\.lockfile$/, manifest: /^(?:build\.gradle(?:\.kts)?|libs\.versions\.toml)$/ },
  { lock: /^(?:build|settings)script-gradle\.lockfile$/, manifest: /^(?:build|settings)\.gradle(?:\.kts)?$/ },
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
  return GOVERNING.some(({ lock, manifest, ending }) => {
    const match = lock.exec(lockName);
    if (match === null || !manifest.test(manifestName)) return false;
    return ending === undefined || `${match[1]}${ending}`.toLowerCase() === manifestName.toLowerCase();
  });
}

/** True where a lockfile in this folder covers a manifest below it too (workspaces); the others cover their own folder. */
export function coversSubfolders(lockName: string): boolean {
  return GOVERNING.some((rule) => rule.below === true && rule.lock.test(lockName));
}
