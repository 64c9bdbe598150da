import semver from 'semver';
import type { DependencyChange, DependencyEntry, LockFacts } from '../core/dependency.ts';
import { resolvePath } from './npm/package-lock.ts';
import type { NameOf } from './rows.ts';
import type { LockGraph } from './types.ts';

/** The head's lockfile with the manifests that ask through it. */
export interface GovernedLock {
  readonly path: string;
  readonly format: string;
  readonly entries: readonly DependencyEntry[];
  readonly graph: LockGraph | undefined;
  /** Folder of the lockfile, '' for the root. */
  readonly directory: string;
  readonly manifests: readonly { readonly path: string; readonly entries: readonly DependencyEntry[] }[];
  /** Roots that the lockfile writes and no manifest of ours stands for, trusted because the base says the same. */
  readonly trustedRoots: ReadonlySet<string>;
  readonly nameOf: NameOf;
}

interface Ask {
  readonly range: string;
  readonly by: string;
}

/** Which entries something leads to, and who asks for each. */
export interface Reach {
  /** Indices of entries; null where the format does not say who asks for what. */
  readonly reached: ReadonlySet<number> | null;
  readonly asks: ReadonlyMap<number, readonly Ask[]>;
  /** Names that an override of a manifest or of the lockfile answers. */
  readonly overridden: ReadonlySet<string>;
  /** Keys under which a manifest asks for something that the lockfile does not have. */
  readonly absent: ReadonlySet<string>;
}

/** Fields by which a manifest makes a package manager install something. */
const INSTALLING = new Set(['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies']);
const OVERRIDING = new Set(['overrides', 'resolutions', 'pnpm.overrides', 'pnpm-workspace.overrides']);
const EXTENDING = /packageExtensions$/;

/** Walks the lockfile from the manifests, as a package manager would. */
export function reachOf(lock: GovernedLock): Reach {
  const { graph } = lock;
  const overridden = new Set([...(graph?.overridden ?? []), ...namesOf(lock, OVERRIDING)]);
  if (graph === undefined) return { reached: null, asks: new Map(), absent: absentByName(lock), overridden };
  const find = finder(graph, lock.entries);
  const extended = extensionNames(lock);
  const asks = new Map<number, Ask[]>();
  const absent = new Set<string>();
  const reached = new Set<number>();
  const queue: number[] = [];
  const follow = (from: string, name: string, range: string, by: string): boolean => {
    const index = find(from, name, range) ?? (overridden.has(name) ? find(from, name, null) : undefined);
    if (index === undefined) return false;
    if (range !== '' && !overridden.has(name)) {
      const list = asks.get(index);
      if (list === undefined) asks.set(index, [{ range, by }]);
      else list.push({ range, by });
    }
    if (reached.has(index)) return true;
    reached.add(index);
    queue.push(index);
    return true;
  };
  for (const manifest of lock.manifests) {
    const from = relative(lock.directory, manifest.path);
    for (const entry of manifest.entries) {
      if (!INSTALLING.has(entry.scope) || entry.source === 'workspace') continue;
      const key = entry.alias ?? entry.name;
      const range = entry.scope === 'peerDependencies' ? '' : askedRange(entry);
      const found = follow(from, key, range, manifest.path);
      if (!found && entry.scope !== 'peerDependencies') absent.add(`${manifest.path}\n${key}`);
    }
  }
  for (const root of graph.roots) {
    if (!lock.trustedRoots.has(root.path)) continue;
    for (let index = 0; index < root.asks.length; index += 2) {
      const range = graph.kind === 'exact' ? '' : (root.asks[index + 1] ?? '');
      follow(root.path, root.asks[index] ?? '', range, lock.path);
    }
  }
  for (const [index, entry] of lock.entries.entries()) {
    if (!overridden.has(keyOf(entry)) && !extended.has(keyOf(entry))) continue;
    if (!reached.has(index)) {
      reached.add(index);
      queue.push(index);
    }
  }
  for (let index = queue.pop(); index !== undefined; index = queue.pop()) {
    const entry = lock.entries[index];
    const own = graph.asks[index] ?? [];
    const from = entry?.installPath ?? graph.keys[index]?.[0] ?? '';
    for (let at = 0; at < own.length; at += 2) {
      follow(
        from,
        own[at] ?? '',
        own[at + 1] ?? '',
        entry === undefined ? lock.path : `${entry.name}@${entry.version}`,
      );
    }
  }
  // Without a manifest that could be read, nothing can be said about what leads where.
  const known = lock.manifests.some((manifest) => manifest.entries.length > 0) || lock.trustedRoots.size > 0;
  return { reached: known ? reached : null, asks, absent, overridden };
}

type Find = (from: string, name: string, range: string | null) => number | undefined;

function finder(graph: LockGraph, entries: readonly DependencyEntry[]): Find {
  const byKey = new Map<string, number>();
  const byName = new Map<string, number>();
  if (graph.kind === 'paths') {
    for (const [index, { installPath }] of entries.entries())
      if (installPath !== undefined) byKey.set(installPath, index);
  }
  for (const [index, keys] of graph.keys.entries()) {
    for (const key of keys) {
      byKey.set(key, index);
      const at = key.indexOf('@', 1);
      if (at !== -1) byName.set(key.slice(0, at), index);
    }
  }
  switch (graph.kind) {
    case 'paths':
      return (from, name) => {
        const path = resolvePath(byKey, from, name);
        return path === undefined ? undefined : byKey.get(path);
      };
    case 'keys':
      return (_from, name, range) =>
        range === null ? byName.get(name) : (byKey.get(`${name}@${range}`) ?? byKey.get(`${name}@npm:${range}`));
    case 'exact': {
      const asked = new Map<string, string>(
        graph.roots.flatMap((root) =>
          root.asks.flatMap((name, at) =>
            at % 2 === 0 ? [[`${root.path}\n${name}`, root.asks[at + 1] ?? ''] as const] : [],
          ),
        ),
      );
      return (from, name) => byKey.get(asked.get(`${from}\n${name}`) ?? name);
    }
  }
}

function keyOf(entry: DependencyEntry): string {
  return entry.alias ?? entry.name;
}

/** The specifier as a lockfile key repeats it. */
function askedRange(entry: DependencyEntry): string {
  const range = entry.range ?? '';
  return entry.alias === undefined || entry.source !== 'registry' ? range : `npm:${entry.name}@${range}`;
}

function namesOf(lock: GovernedLock, scopes: ReadonlySet<string>): string[] {
  return lock.manifests.flatMap((manifest) =>
    manifest.entries.filter((entry) => scopes.has(entry.scope)).map((entry) => entry.alias ?? entry.name),
  );
}

function extensionNames(lock: GovernedLock): ReadonlySet<string> {
  return new Set(
    lock.manifests.flatMap((manifest) =>
      manifest.entries.filter((entry) => EXTENDING.test(entry.scope)).map((entry) => entry.alias ?? entry.name),
    ),
  );
}

/** Without a graph only names can be compared. */
function absentByName(lock: GovernedLock): ReadonlySet<string> {
  const names = new Set(
    lock.entries.flatMap((entry) => [
      lock.nameOf(entry),
      ...(entry.alias === undefined ? [] : [lock.nameOf({ ...entry, name: entry.alias })]),
    ]),
  );
  return new Set(
    lock.manifests.flatMap((manifest) =>
      manifest.entries
        .filter((entry) => INSTALLING.has(entry.scope) && entry.scope !== 'peerDependencies')
        .filter((entry) => entry.source === 'registry' && !names.has(lock.nameOf(entry)))
        .map((entry) => `${manifest.path}\n${keyOf(entry)}`),
    ),
  );
}

function relative(directory: string, path: string): string {
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
  if (directory === '') return folder;
  return folder === directory ? '' : folder.slice(directory.length + 1);
}

/** What every row of one lockfile shares. */
export interface LockSurroundings {
  readonly lock: GovernedLock;
  readonly reach: Reach;
  readonly manifestChanged: boolean;
  readonly newLockfile: boolean;
  readonly baseUnhashed: boolean;
  readonly baseHosts: readonly string[];
  readonly nameOf: NameOf;
}

/** The facts for one row. */
export function lockFactsOf(
  row: DependencyChange,
  around: LockSurroundings,
  indices: LockIndex,
): LockFacts | undefined {
  const shared = {
    path: around.lock.path,
    format: around.lock.format,
    manifestChanged: around.manifestChanged,
    newLockfile: around.newLockfile,
    baseUnhashed: around.baseUnhashed,
    baseHosts: around.baseHosts,
  };
  if (row.changeType === 'removed') return undefined;
  const candidates = indices.get(around.nameOf(row)) ?? [];
  if (row.entry === 'manifest') {
    const absent = around.reach.absent.has(`${row.location.path}\n${keyOf(row)}`);
    const asked = candidates.flatMap((index) =>
      outOfRange(around, index).filter((ask) => ask.by === row.location.path),
    );
    return { ...shared, state: absent ? 'absent' : 'locked', outOfRange: absent ? [] : asked };
  }
  const own = candidates.filter((index) => around.lock.entries[index]?.version === row.version);
  const { reached } = around.reach;
  return {
    ...shared,
    state: 'locked',
    ...(row.alias === undefined || reached === null ? {} : { aliasAsked: aliasAsked(row, own, around) }),
    ...(reached === null ? {} : { reached: own.every((index) => reached.has(index)) }),
    outOfRange: own.flatMap((index) => outOfRange(around, index)),
  };
}

/** An alias is asked for where an ask, an override or the entry's own key names the package behind it. */
function aliasAsked(row: DependencyChange, own: readonly number[], around: LockSurroundings): boolean {
  if (row.alias !== undefined && around.reach.overridden.has(row.alias)) return true;
  const entries = own.filter((index) => around.lock.entries[index]?.alias === row.alias);
  return entries.every((index) => {
    const asked = (around.reach.asks.get(index) ?? []).some((ask) => ask.range.includes(row.name));
    if (asked) return true;
    return (
      around.lock.graph?.kind === 'keys' &&
      (around.lock.graph.keys[index] ?? []).some((key) => key.includes(`${row.name}@`))
    );
  });
}

export type LockIndex = ReadonlyMap<string, readonly number[]>;

/** Entries of a lockfile by name. */
export function indexLock(entries: readonly DependencyEntry[], nameOf: NameOf): LockIndex {
  const found = new Map<string, number[]>();
  for (const [index, entry] of entries.entries()) {
    const name = nameOf(entry);
    const list = found.get(name);
    if (list === undefined) found.set(name, [index]);
    else list.push(index);
  }
  return found;
}

/** Asks of an entry that its version does not satisfy. Tags, addresses and unreadable ranges say nothing. */
function outOfRange(around: LockSurroundings, index: number): Ask[] {
  const entry = around.lock.entries[index];
  const version = entry?.version;
  if (entry === undefined || version === undefined || semver.valid(version, { loose: true }) === null) return [];
  if (entry.source !== 'registry') return [];
  return (around.reach.asks.get(index) ?? []).filter((ask) => {
    const range = bareRange(ask.range);
    if (semver.validRange(range, { loose: true }) === null) return false;
    return !semver.satisfies(version, range, { loose: true, includePrerelease: true });
  });
}

/** `npm:name@^1` → `^1`, `npm:^1` → `^1`. */
function bareRange(range: string): string {
  if (!range.startsWith('npm:')) return range;
  const at = range.indexOf('@', 5);
  return at === -1 ? range.slice(4) : range.slice(at + 1);
}
