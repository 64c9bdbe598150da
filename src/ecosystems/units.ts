import type { UnreadFile } from '../core/dependency.ts';
import { CountersignError } from '../core/errors.ts';
import type { FileChange, Snapshot } from '../core/snapshot.ts';
import { type DependencyFiles, type ParsedFile, readersOf, type Side } from './files.ts';
import { baseNameOf, coversSubfolders, directoryOf, governs, joined } from './governing.ts';
import type { DependencyFormat } from './types.ts';

/** One file on both sides; a rename has two paths, a migration from one lockfile to another two formats. */
export interface FilePair {
  /** The head's path, or the base's where the head has no such file. */
  readonly path: string;
  readonly basePath: string | null;
  readonly headPath: string | null;
  readonly format: DependencyFormat;
  readonly baseFormat: DependencyFormat;
  readonly changed: boolean;
}

/** Manifests that are judged together, with the lockfiles that govern them (none, one, or one per package manager). */
export interface Unit {
  readonly key: string;
  readonly manifests: readonly FilePair[];
  readonly locks: readonly FilePair[];
}

interface Draft {
  readonly manifests: Map<string, FilePair>;
  readonly locks: Map<string, FilePair>;
}

interface Touched extends FilePair {
  readonly type: string;
}

/** Lines of configuration: no lockfile fixes them. */
const SETTINGS = 'registry-settings';

/** Groups the changed manifests and lockfiles, and adds the unchanged ones that the others need. */
export async function findUnits(
  snapshot: Snapshot,
  files: DependencyFiles,
): Promise<{ readonly units: readonly Unit[]; readonly unread: readonly UnreadFile[] }> {
  const drafts = new Map<string, Draft>();
  const unread: UnreadFile[] = [];
  const draft = (key: string): Draft => {
    const known = drafts.get(key);
    if (known !== undefined) return known;
    const made = { manifests: new Map(), locks: new Map() };
    drafts.set(key, made);
    return made;
  };
  const touched = snapshot.files.flatMap((file) => touchedBy(file, unread));
  const context: Context = { files, touched, unread };
  for (const pair of touched) {
    if (pair.format.entry === 'lockfile') {
      draft(unitKey(pair.type, directoryOf(pair.path))).locks.set(pair.path, pair);
      continue;
    }
    const isManifest = pair.format.entry === 'manifest' && pair.format.id !== SETTINGS;
    const locks = isManifest ? await nearestLocks(context, pair) : null;
    if (locks === null) {
      draft(`${pair.type}\n${pair.format.id}\n${pair.path}`).manifests.set(pair.path, pair);
      continue;
    }
    const unit = draft(unitKey(pair.type, locks.directory));
    unit.manifests.set(pair.path, pair);
    for (const lock of locks.pairs) if (!unit.locks.has(lock.path)) unit.locks.set(lock.path, lock);
  }
  for (const unit of drafts.values()) await addUnchanged(context, unit);
  return {
    units: [...drafts].map(([key, unit]) => ({
      key,
      manifests: [...unit.manifests.values()],
      locks: migrated([...unit.locks.values()]),
    })),
    unread,
  };
}

function unitKey(type: string, directory: string): string {
  return `${type}\n${directory}`;
}

interface Context {
  readonly files: DependencyFiles;
  readonly touched: readonly Touched[];
  readonly unread: UnreadFile[];
}

/** A changed file as each format reads it. A link or a submodule in a manifest's place is no text to judge. */
function touchedBy(file: FileChange, unread: UnreadFile[]): Touched[] {
  const before = file.base === null ? null : (file.previousPath ?? file.path);
  const after = file.head === null ? null : file.path;
  const heads = after === null ? [] : readersOf(after);
  const bases = before === null ? [] : readersOf(before);
  if (file.head !== null && heads.length > 0 && file.head.mode !== '100644' && file.head.mode !== '100755') {
    const what = file.head.mode === '120000' ? 'a symbolic link' : 'a submodule';
    unread.push({ path: file.path, reason: `${what} where a file is expected`, transient: false, blob: file.head.sha });
    return [];
  }
  const pairs: Touched[] = heads.map(({ ecosystem, format }) => {
    const base = bases.find((reader) => reader.format.id === format.id);
    return {
      type: ecosystem.type,
      path: file.path,
      basePath: base === undefined ? null : before,
      headPath: after,
      format,
      baseFormat: format,
      changed: true,
    };
  });
  for (const { ecosystem, format } of bases) {
    if (before === null || pairs.some((pair) => pair.format.id === format.id)) continue;
    const shared = { type: ecosystem.type, path: before, basePath: before, headPath: null };
    pairs.push({ ...shared, format, baseFormat: format, changed: true });
  }
  return pairs;
}

/** The lockfiles nearest to a manifest, going up; null where none governs it. */
async function nearestLocks(
  context: Context,
  manifest: FilePair,
): Promise<{ readonly directory: string; readonly pairs: readonly FilePair[] } | null> {
  const own = directoryOf(manifest.path);
  for (let directory = own; ; directory = directoryOf(directory)) {
    const pairs = (await locksIn(context, directory)).filter(
      (pair) =>
        governs(baseNameOf(pair.path), baseNameOf(manifest.path)) &&
        (directory === own || coversSubfolders(baseNameOf(pair.path))),
    );
    if (pairs.length > 0) {
      if (directory === own) return { directory, pairs };
      const covering = [];
      for (const pair of pairs) if (await hasRoot(context, pair, directory, manifest)) covering.push(pair);
      return covering.length === 0 ? null : { directory, pairs: covering };
    }
    if (directory === '') return null;
  }
}

/** Lockfiles of a directory, both sides. */
async function locksIn(context: Context, directory: string): Promise<FilePair[]> {
  const [base, head] = await Promise.all([namesIn(context, 'base', directory), namesIn(context, 'head', directory)]);
  return [...new Set([...head, ...base])].flatMap((name) => {
    const path = joined(directory, name);
    const changed = context.touched.find((pair) => pair.path === path && pair.format.entry === 'lockfile');
    if (changed !== undefined) return [changed];
    const reader = readersOf(path).find(({ format }) => format.entry === 'lockfile');
    return reader === undefined ? [] : [unchanged(path, reader.format, base.has(name), head.has(name))];
  });
}

function unchanged(path: string, format: DependencyFormat, inBase: boolean, inHead: boolean): FilePair {
  return {
    path,
    basePath: inBase ? path : null,
    headPath: inHead ? path : null,
    format,
    baseFormat: format,
    changed: false,
  };
}

async function namesIn(context: Context, side: Side, directory: string): Promise<ReadonlySet<string>> {
  try {
    return new Set(await context.files.names(side, directory));
  } catch (error) {
    if (!(error instanceof CountersignError) || error.code !== 'host-unavailable') throw error;
    context.unread.push({ path: directory, reason: error.message, transient: true });
    return new Set();
  }
}

/** Whether a lockfile further up has the manifest as one of its workspaces; formats that list none take every folder. */
async function hasRoot(context: Context, lock: FilePair, directory: string, manifest: FilePair): Promise<boolean> {
  const folder = directoryOf(manifest.path);
  const relative = directory === '' ? folder : folder.slice(directory.length + 1);
  for (const side of ['head', 'base'] as const) {
    const file = await parsedSide(context.files, side, lock);
    if (file.state === 'failed') return true;
    if (file.state !== 'parsed') continue;
    const roots = file.parsed.graph?.roots ?? [];
    if (roots.length === 0 || roots.some((root) => root.path === relative)) return true;
    if (!roots.some((root) => root.path === null)) continue;
    const name = await packageName(context.files, side, manifest);
    if (name === undefined || roots.some((root) => root.path === null && root.name === name)) return true;
  }
  return false;
}

/** The name that a Cargo.toml gives its own package (The Cargo Book, "The Manifest Format", "package"). */
async function packageName(files: DependencyFiles, side: Side, manifest: FilePair): Promise<string | undefined> {
  const path = side === 'base' ? manifest.basePath : manifest.headPath;
  const file = path === null ? null : await files.text(side, path);
  if (file?.state !== 'text') return undefined;
  return /^[ \t]*\[package\][^[]*?^[ \t]*name[ \t]*=[ \t]*["']([^"'\n]+)/m.exec(file.text)?.[1];
}

function parsedSide(files: DependencyFiles, side: Side, pair: FilePair): Promise<ParsedFile> {
  const path = side === 'base' ? pair.basePath : pair.headPath;
  const format = side === 'base' ? pair.baseFormat : pair.format;
  return path === null ? Promise.resolve({ state: 'missing' }) : files.parsed(side, path, format);
}

/** The manifests beside a lockfile, and those of its workspaces whose part of the lockfile changed. */
async function addUnchanged(context: Context, unit: Draft): Promise<void> {
  for (const lock of unit.locks.values()) {
    const directory = directoryOf(lock.path);
    const [base, head] = await Promise.all([namesIn(context, 'base', directory), namesIn(context, 'head', directory)]);
    for (const name of new Set([...head, ...base])) {
      if (governs(baseNameOf(lock.path), name))
        addManifest(unit, joined(directory, name), base.has(name), head.has(name));
    }
    for (const folder of await changedRoots(context, lock)) {
      const inside = joined(directory, folder);
      const [before, after] = await Promise.all([namesIn(context, 'base', inside), namesIn(context, 'head', inside)]);
      for (const name of new Set([...after, ...before])) {
        if (!governs(baseNameOf(lock.path), name)) continue;
        addManifest(unit, joined(inside, name), before.has(name), after.has(name));
      }
    }
  }
}

function addManifest(unit: Draft, path: string, inBase: boolean, inHead: boolean): void {
  if (unit.manifests.has(path)) return;
  const reader = readersOf(path).find(({ format }) => format.entry === 'manifest' && format.id !== SETTINGS);
  if (reader !== undefined) unit.manifests.set(path, unchanged(path, reader.format, inBase, inHead));
}

/** Workspace folders that ask for something else in the head's lockfile than in the base's. */
async function changedRoots(context: Context, lock: FilePair): Promise<string[]> {
  const [base, head] = await Promise.all([
    parsedSide(context.files, 'base', lock),
    parsedSide(context.files, 'head', lock),
  ]);
  if (head.state !== 'parsed') return [];
  const before = new Map(
    base.state === 'parsed' ? base.parsed.graph?.roots.map((root) => [root.path, root.asks.join('\n')]) : [],
  );
  return (head.parsed.graph?.roots ?? [])
    .filter((root) => before.get(root.path) !== root.asks.join('\n'))
    .flatMap(({ path }) => (path === null || path === '' || path === '.' || path.startsWith('..') ? [] : [path]));
}

/** A lockfile that went and one of another package manager that came are one lockfile, rewritten. */
function migrated(locks: readonly FilePair[]): FilePair[] {
  const gone = locks.filter((lock) => lock.headPath === null);
  const come = locks.filter((lock) => lock.basePath === null);
  const [old] = gone;
  const [made] = come;
  if (old === undefined || made === undefined || gone.length > 1 || come.length > 1) return [...locks];
  const pair: FilePair = { ...made, basePath: old.basePath, baseFormat: old.baseFormat, changed: true };
  return [...locks.filter((lock) => lock !== old && lock !== made), pair];
}
