import type { DependencyEntry, LockGraph } from '../core/dependency.ts';
import { type Find, finder } from './lock-find.ts';
import type { NameOf } from './rows.ts';
import { isWithin } from './within.ts';

/** The head's lockfile with the manifests that ask through it. */
export interface GovernedLock {
  readonly path: string;
  readonly format: string;
  readonly entries: readonly DependencyEntry[];
  readonly graph: LockGraph | undefined;
  /** Folder of the lockfile, '' for the root. */
  readonly directory: string;
  readonly manifests: readonly {
    readonly path: string;
    readonly entries: readonly DependencyEntry[];
    /** False where some of the manifest could not be read: it may ask for more. */
    readonly isWhole: boolean;
  }[];
  /** Roots that the lockfile writes and no manifest of ours stands for, trusted because the base says the same. */
  readonly trustedRoots: ReadonlySet<string>;
  /** What the base's lockfile lets its roots ask for; null where there is none to compare with. */
  readonly baseRoots: LockGraph['roots'] | null;
  readonly nameOf: NameOf;
}

export interface Ask {
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

/** Fields by which a manifest makes a package manager install something, for every type that has a lockfile with a graph. */
const INSTALLING = new Set([
  'dependencies',
  'devDependencies',
  'optionalDependencies',
  'peerDependencies',
  'dev-dependencies',
  'build-dependencies',
  'workspace.dependencies',
  'group',
  'optional-dependencies',
  'dependency-groups',
  'pdm.dev-dependencies',
  'uv.dev-dependencies',
  'uv.sources',
  'script',
  'gem',
  'plugin',
  'runtime',
  'development',
  'require',
  'require-dev',
  'packages',
  'dev-packages',
]);
/** Those of them that a lockfile always has: extras, groups, peers and what a workspace offers may be left out. */
const ALWAYS_LOCKED = new Set([
  'dependencies',
  'devDependencies',
  'optionalDependencies',
  'dev-dependencies',
  'build-dependencies',
  'group',
  'script',
  'gem',
  'require',
  'require-dev',
  'packages',
  'dev-packages',
]);
const OVERRIDING = new Set([
  'overrides',
  'resolutions',
  'pnpm.overrides',
  'pnpm-workspace.overrides',
  'uv.override-dependencies',
  'uv.sources',
  'patch',
  'replace',
]);
const EXTENDING = /packageExtensions$/;

/** Walks the lockfile from the manifests, as a package manager would. */
export function reachOf(lock: GovernedLock): Reach {
  // Without a graph, what the manifests ask for can still be found by its name.
  const graph: LockGraph = lock.graph ?? { kind: 'names', roots: [], asks: [], keys: [], overridden: [] };
  const overridden = new Set([...graph.overridden, ...namesOf(lock, OVERRIDING)]);
  const walk: Walk = {
    lock,
    graph,
    overridden,
    find: finder(graph, lock.entries, lock.nameOf),
    asks: new Map(),
    reached: new Set(),
    queue: [],
  };
  const absent = new Set<string>();
  for (const manifest of lock.manifests) {
    const from = relative(lock.directory, manifest.path);
    for (const entry of manifest.entries) {
      if (!INSTALLING.has(entry.scope) || entry.source === 'workspace') continue;
      const key = entry.alias ?? entry.name;
      const isPeer = entry.scope === 'peerDependencies';
      const found = follow(walk, from, graph.kind === 'names' ? entry.name : key, isPeer ? '' : askedRange(entry), {
        by: manifest.path,
        // A table of the workspace says what members may ask for, with the range that they inherit.
        isBinding: entry.scope !== 'workspace.dependencies',
      });
      if (!found && isAlwaysLocked(entry, lock)) absent.add(`${manifest.path}\n${key}`);
    }
  }
  followRoots(walk);
  followOwn(walk);
  followOverridden(walk);
  followAll(walk);
  const isTold = lock.graph !== undefined && isComplete(walk);
  return { reached: isTold ? walk.reached : null, asks: walk.asks, absent, overridden };
}

interface Walk {
  readonly lock: GovernedLock;
  readonly graph: LockGraph;
  readonly overridden: ReadonlySet<string>;
  readonly find: Find;
  readonly asks: Map<number, Ask[]>;
  readonly reached: Set<number>;
  readonly queue: number[];
}

/** Follows one ask to its entries; false where there is none. */
function follow(
  walk: Walk,
  from: string,
  name: string,
  range: string,
  asking: { readonly by: string; readonly isBinding: boolean },
): boolean {
  const isOverridden = walk.overridden.has(name);
  const direct = walk.find(from, name, range);
  const found = direct.length === 0 && isOverridden ? walk.find(from, name, null) : direct;
  if (range !== '' && !isOverridden && asking.isBinding && !isAnswered(walk, found, name, range)) {
    for (const index of found) {
      const list = walk.asks.get(index);
      if (list === undefined) walk.asks.set(index, [{ range, by: asking.by }]);
      else list.push({ range, by: asking.by });
    }
  }
  for (const index of found) {
    if (walk.reached.has(index)) continue;
    walk.reached.add(index);
    walk.queue.push(index);
  }
  return found.length > 0;
}

/** Where a name has several entries (one for each platform or Python), one of them answers the ask. */
function isAnswered(walk: Walk, found: readonly number[], name: string, range: string): boolean {
  if (walk.graph.kind !== 'names') return false;
  const { entries, nameOf } = walk.lock;
  return found.some((index) => {
    const entry = entries[index];
    if (entry?.version === undefined) return true;
    // A package that provides another one does so in a version of its own.
    if (nameOf(entry) !== nameOf({ type: entry.type, name: bareName(name) })) return true;
    return isWithin(entry.type, entry.version, range) !== false;
  });
}

function followRoots(walk: Walk): void {
  const { graph, lock } = walk;
  const isTold = lock.baseRoots === null || lock.manifests.some((manifest) => !manifest.isWhole);
  for (const root of graph.roots) {
    const isTrusted = root.path !== null && lock.trustedRoots.has(root.path);
    // What a root asked for in the base already needs no manifest among the changed files.
    const before = new Set(
      (lock.baseRoots ?? [])
        .filter((base) => base.path === root.path && base.name === root.name)
        .flatMap((base) => base.asks.filter((_ask, index) => index % 2 === 0).map(bareName)),
    );
    for (let index = 0; index < root.asks.length; index += 2) {
      const name = root.asks[index] ?? '';
      const isKnown = isTrusted || (graph.kind === 'names' && (isTold || before.has(bareName(name))));
      if (!isKnown) continue;
      const range = graph.kind === 'exact' ? '' : (root.asks[index + 1] ?? '');
      follow(walk, root.path ?? '', name, range, { by: lock.path, isBinding: true });
    }
  }
}

/** Cargo adds the version to a name where it has several. */
function bareName(ask: string): string {
  return ask.replace(/ .*$/s, '');
}

/** What lies in the repository itself needs nobody to ask for it; what it asks for is followed from its root. */
function followOwn({ graph, lock, reached }: Walk): void {
  if (graph.kind !== 'names') return;
  for (const [index, entry] of lock.entries.entries()) {
    if (entry.source === 'path' || entry.source === 'workspace') reached.add(index);
  }
}

/** An override or an extension leads to its package, whoever asks. */
function followOverridden(walk: Walk): void {
  const extended = extensionNames(walk.lock);
  for (const [index, entry] of walk.lock.entries.entries()) {
    if (walk.reached.has(index)) continue;
    if (!walk.overridden.has(keyOf(entry)) && !extended.has(keyOf(entry))) continue;
    walk.reached.add(index);
    walk.queue.push(index);
  }
}

function followAll(walk: Walk): void {
  const { graph, lock } = walk;
  for (let index = walk.queue.pop(); index !== undefined; index = walk.queue.pop()) {
    const entry = lock.entries[index];
    const own = graph.asks[index] ?? [];
    const from = entry?.installPath ?? graph.keys[index]?.[0] ?? '';
    const by = entry === undefined ? lock.path : `${entry.name}@${entry.version}`;
    for (let at = 0; at < own.length; at += 2) {
      follow(walk, from, own[at] ?? '', own[at + 1] ?? '', { by, isBinding: true });
    }
  }
}

/** Without a manifest that could be read as a whole, nothing can be said about what leads where. */
function isComplete({ lock, graph }: Walk): boolean {
  if (graph.kind === 'names' && graph.roots.length === 0) {
    return lock.manifests.length > 0 && lock.manifests.every((manifest) => manifest.isWhole);
  }
  if (graph.kind === 'names' && graph.roots.some((root) => root.asks.length > 0)) return true;
  return lock.manifests.some((manifest) => manifest.entries.length > 0) || lock.trustedRoots.size > 0;
}

/** A marker that never holds keeps a Python package out of its lockfile; go.sum names only what a build loads. */
function isAlwaysLocked(entry: DependencyEntry, lock: GovernedLock): boolean {
  if (!ALWAYS_LOCKED.has(entry.scope) || entry.type === 'golang') return false;
  if (lock.graph === undefined && entry.source !== 'registry') return false;
  return entry.type !== 'pypi' || entry.marker === undefined;
}

export function keyOf(entry: DependencyEntry): string {
  return entry.alias ?? entry.name;
}

/** The specifier as a lockfile key repeats it. */
function askedRange(entry: DependencyEntry): string {
  const range = entry.range ?? '';
  const isAlias = entry.alias !== undefined && entry.source === 'registry' && entry.type === 'npm';
  return isAlias ? `npm:${entry.name}@${range}` : range;
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

function relative(directory: string, path: string): string {
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
  if (folder === directory) return '';
  return directory === '' ? folder : folder.slice(directory.length + 1);
}
