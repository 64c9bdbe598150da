import type { Location } from './location.ts';

/** Package-URL types whose packages come from registries (purl-spec, PURL-TYPES). */
export const REGISTRY_TYPES = [
  'npm',
  'pypi',
  'cargo',
  'golang',
  'gem',
  'composer',
  'nuget',
  'maven',
  'githubactions',
  'docker',
] as const;

/**
 * Package-URL types that have a folder in `src/ecosystems/`: those of registries, and what comes from none at all, a
 * script fetched from an address (purl-spec, type `generic`).
 */
export const PACKAGE_TYPES = [...REGISTRY_TYPES, 'generic'] as const;

export type PackageType = (typeof PACKAGE_TYPES)[number];

export type DependencySource = 'registry' | 'git' | 'url' | 'path' | 'workspace';

/** What one entry of a manifest, lockfile, import or command says. */
export interface DependencyEntry {
  readonly entry: 'manifest' | 'lockfile' | 'import' | 'command';
  readonly type: PackageType;
  /** The real name, as written (an alias resolved), with its namespace: `@scope/name`, `group:artifact`. */
  readonly name: string;
  /** The name it is known under here, where that is another one. */
  readonly alias?: string;
  /** An exact version, where the entry names one. */
  readonly version?: string;
  /** The range as written, where the entry names one. */
  readonly range?: string;
  readonly location: Location;
  /** The manifest's or lockfile's own word: `dependencies`, `devDependencies`, `build-system`, `overrides` … */
  readonly scope: string;
  /** Named group or workspace the entry belongs to (PEP 735 group, extra, workspace path), where there is one. */
  readonly group?: string;
  readonly extras?: readonly string[];
  /** Environment marker (PEP 508) or platform condition, as written. */
  readonly marker?: string;
  readonly relationship: 'direct' | 'transitive' | 'unknown';
  readonly source: DependencySource;
  /** The address the lockfile resolved to, as written there. */
  readonly resolvedUrl?: string;
  /** Integrity as written: SRI (`sha512-…`), or `algorithm:hex`; several are joined by a space, in sorted order. */
  readonly integrity?: string;
  /** What the lockfile says about install scripts (npm `hasInstallScript`, pnpm `requiresBuild`). */
  readonly installScript?: boolean;
  /** Hashes by file name, where the format names the files (poetry, uv, pdm, pylock): an added file is no change of the others. */
  readonly artefacts?: readonly { readonly file: string; readonly hash: string }[];
  /** Position of the entry within a nested install (`node_modules/a/node_modules/b`), where the format has one. */
  readonly installPath?: string;
}

/** One difference in dependencies between merge base and head. `altered`: same version, other host, hash, source, range, marker or group. */
export interface DependencyChange extends DependencyEntry {
  readonly changeType: 'added' | 'removed' | 'updated' | 'altered';
  /** Package URL of the version named, or of the name alone where no exact version is (purl-spec). */
  readonly purl: string;
  readonly previous?: {
    readonly version?: string;
    readonly range?: string;
    readonly resolvedUrl?: string;
    readonly integrity?: string;
    readonly source?: DependencySource;
    readonly location?: Location;
    readonly artefacts?: readonly { readonly file: string; readonly hash: string }[];
  };
  /** For a row that comes from a lockfile: what the manifests of that lockfile say of the name, where they name it. */
  readonly declared?: readonly { readonly range?: string; readonly scope: string; readonly location: Location }[];
  /** For an entry under an alias: whether the base's manifests or lockfile here had the same package under it. */
  readonly aliasInBase?: boolean;
  /** The same change in other files of the repository (another workspace, another lockfile). */
  readonly otherLocations?: readonly Location[];
  /** What the lockfile that governs the entry says around it; absent where no lockfile governs it. */
  readonly lock?: LockFacts;
}

/** The surroundings of a change in its lockfile: facts only, the rules judge. */
export interface LockFacts {
  /** Path of the lockfile in the head (or in the base, where it was removed). */
  readonly path: string;
  /** Id of the lockfile's format: `package-lock`, `yarn-berry` … */
  readonly format: string;
  /** `absent`: a manifest names the dependency directly and the lockfile has no entry of the name. */
  readonly state: 'locked' | 'absent';
  /** False: no manifest, workspace or other entry leads to it. Absent where the format does not say who asks for what. */
  readonly reached?: boolean;
  /** Ranges that lead to the entry and that its version is outside of. `by`: the asking package, or a manifest's path. */
  readonly outOfRange: readonly { readonly range: string; readonly by: string }[];
  /** For an entry under an alias: whether something that leads to it asks for the alias's target by its name. */
  readonly aliasAsked?: boolean;
  /** A manifest of this lockfile is among the changed files. */
  readonly manifestChanged: boolean;
  /** True where the base had no lockfile here at all. */
  readonly newLockfile: boolean;
  /** True where the base's lockfile gives strong hashes for none of its registry packages (an old format). */
  readonly baseUnhashed: boolean;
  /** Hosts that lockfiles of the base name for packages of this type, sorted. */
  readonly baseHosts: readonly string[];
}

/** Who asks for what inside a lockfile; plain data, so that it crosses a process boundary. */
export interface LockGraph {
  /**
   * How an ask finds its entry. `paths`: by walking up the install paths, as Node resolves. `keys`: by the key
   * `name@range`. `exact`: by the key itself, the ask carries no range. `names`: by the name, as its ecosystem compares
   * names, and every entry of that name is meant; the range may be empty.
   */
  readonly kind: 'paths' | 'keys' | 'exact' | 'names';
  /**
   * Manifests as the lockfile repeats them. `path` is the workspace's folder from the lockfile, '' for the root; null
   * where the lockfile does not say it, `name` is then the name of the repository's own package.
   */
  readonly roots: readonly {
    readonly path: string | null;
    readonly name?: string;
    readonly asks: readonly string[];
  }[];
  /** For each entry, in the order of `entries`: name, range, name, range … (`exact`: key, '', key, '' …). */
  readonly asks: readonly (readonly string[])[];
  /**
   * For each entry, in the order of `entries`: the keys it answers to, for `names` those besides its name. Empty for
   * `paths`, where each entry has its `installPath`.
   */
  readonly keys: readonly (readonly string[])[];
  /** Asks an override of the manifest answers: never out of range. Names. */
  readonly overridden: readonly string[];
}

/** A file that could not be read as what it is; becomes the finding `not-evaluated`. */
export interface UnreadFile {
  readonly path: string;
  readonly line?: number;
  /** One clause: "line 14: a comma is missing". */
  readonly reason: string;
  /** True where trying again may help (a look-up failed), false where the content itself is the cause. */
  readonly transient: boolean;
  /** Git object id of the content that was not read: what a signature is bound to. */
  readonly blob?: string;
}

/**
 * Whether a registry has a say in a change: what is removed, or comes from git, a URL or a path, has none. A line of
 * go.sum that covers only a module's go.mod file (Go Modules Reference, "go.sum files") brings in no code of it.
 */
export function isFromRegistry(change: DependencyChange): boolean {
  if (change.type === 'golang' && change.entry === 'lockfile' && change.scope === 'go.mod') return false;
  return change.changeType !== 'removed' && change.source === 'registry';
}
