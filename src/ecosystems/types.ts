import type { DependencyEntry, LockGraph, PackageType } from '../core/dependency.ts';

export type { LockGraph } from '../core/dependency.ts';

/** One file format that says something about dependencies. Parsing is pure, and bounded by the size of the text. */
export interface DependencyFormat {
  /** Stable id, also the fixture folder's name: `package-lock`, `requirements`, `go-mod`. */
  readonly id: string;
  readonly entry: DependencyEntry['entry'];
  /** Whether a path (from the repository's root) is of this format. */
  matches(path: string): boolean;
  /**
   * Every entry of the file, none dropped, with exact positions. Throws CountersignError `unreadable-file` with the
   * line where the file as a whole cannot be trusted; `unread` lists single entries that cannot be read.
   */
  parse(text: string, path: string): ParsedDependencies;
}

export interface ParsedDependencies {
  readonly entries: readonly DependencyEntry[];
  readonly unread: readonly { readonly line: number; readonly reason: string }[];
  /** Who asks for what, where a lockfile says so. */
  readonly graph?: LockGraph;
}

/** One package-URL type: how its names are compared and which files speak of it. */
export interface Ecosystem {
  readonly type: PackageType;
  /** Name of the ecosystem in OSV (OSV schema, "Defined ecosystems"), or null where OSV has none. */
  readonly osv: string | null;
  readonly formats: readonly DependencyFormat[];
  /** The form under which two spellings are one name (PEP 503 for PyPI, lower case for NuGet …). */
  normalizeName(name: string): string;
}
