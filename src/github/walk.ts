import type { RepositoryRef } from '../core/host.ts';
import { type BlobRef, type FileChange, type Snapshot, withRenames } from '../core/snapshot.ts';
import { blobRefOf, type Entry, type Objects } from './objects.ts';

export interface WalkLimits {
  /** Directories that differ; beyond it the rest is named as unread. */
  readonly maxDirectories: number;
  /** Paths that differ. */
  readonly maxFiles: number;
  /** Directories inside one another: each level costs a round trip. */
  readonly maxDepth: number;
}

/** Five times GitHub's own cap of 3,000 files for its list of a pull request's files. */
export const defaultWalkLimits: WalkLimits = { maxDirectories: 3_000, maxFiles: 15_000, maxDepth: 60 };

interface Pair {
  readonly path: string;
  readonly base: string | null;
  readonly head: string | null;
}

/**
 * Compares two commits' trees from the root, level by level, and goes down only where the trees' names differ: two
 * requests for each directory that differs, all of one level at once.
 */
export async function walk(
  objects: Objects,
  ref: RepositoryRef,
  mergeBase: string,
  head: string,
  limits: WalkLimits,
): Promise<Snapshot> {
  const changed: FileChange[] = [];
  const unread: { path: string; reason: string; transient: boolean }[] = [];
  let level: Pair[] = mergeBase === head ? [] : [{ path: '', base: mergeBase, head }];
  let seen = 0;

  for (let depth = 0; level.length > 0; depth += 1) {
    const over = changed.length > limits.maxFiles || depth >= limits.maxDepth;
    const room = over ? 0 : Math.max(0, limits.maxDirectories - seen);
    for (const { path } of level.slice(room)) {
      unread.push({ path, reason: 'the change is larger than we read', transient: false });
    }
    const read = level.slice(0, room);
    seen += read.length;
    const next = await Promise.all(read.map(compareDirectory));
    level = next.flat();
  }
  const files = withRenames(changed);
  return { mergeBase, headSha: head, files, base: objects.tree(ref, mergeBase), head: objects.tree(ref, head), unread };

  async function compareDirectory({ path, base, head: own }: Pair): Promise<Pair[]> {
    const [before, after] = await Promise.all([
      base === null ? nothing : objects.listing(ref, base),
      own === null ? nothing : objects.listing(ref, own),
    ]);
    for (const side of [before, after]) {
      if (side.state === 'unread') {
        unread.push({ path, reason: side.reason, transient: side.transient });
        return [];
      }
    }
    if (before.state === 'unread' || after.state === 'unread') return [];
    const heads = new Map(after.entries.map((entry) => [entry.name, entry]));
    const bases = new Map(before.entries.map((entry) => [entry.name, entry]));
    // JSON carries no names that are not UTF-8: GitHub shows them with U+FFFD, and two may look alike.
    const lossy = [...before.entries, ...after.entries].some(({ name }) => name.includes('\uFFFD'));
    if (lossy || bases.size < before.entries.length || heads.size < after.entries.length) {
      unread.push({ path, reason: 'it holds a file whose name is not UTF-8', transient: false });
    }
    const down: Pair[] = [];
    for (const name of new Set([...bases.keys(), ...heads.keys()])) {
      const step = compareEntries(path === '' ? name : `${path}/${name}`, bases.get(name), heads.get(name));
      if (step) down.push(step);
    }
    return down;
  }

  /** Notes a file that differs; answers the directories to go down into. A file that became a directory is both. */
  function compareEntries(path: string, before: Entry | undefined, after: Entry | undefined): Pair | null {
    if (before?.sha === after?.sha && before?.mode === after?.mode) return null;
    const base = before ? blobRefOf(before) : null;
    const head = after ? blobRefOf(after) : null;
    if (base !== null || head !== null) changed.push({ status: statusOf(base, head), path, base, head });
    const baseTree = before?.kind === 'tree' ? before.sha : null;
    const headTree = after?.kind === 'tree' ? after.sha : null;
    return baseTree === headTree ? null : { path, base: baseTree, head: headTree };
  }
}

const nothing = { state: 'entries', entries: [] } as const;

function statusOf(base: BlobRef | null, head: BlobRef | null): FileChange['status'] {
  if (base === null) return 'added';
  return head === null ? 'removed' : 'modified';
}
