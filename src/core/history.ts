import type { BlobRef, FileContent, Snapshot } from './snapshot.ts';

/** A commit by its place in history. */
export interface CommitNode {
  readonly sha: string;
  readonly parents: readonly string[];
}

/** One content that a commit brings in: none of its parents has it under that path. */
export interface CommitFile {
  readonly commit: string;
  readonly path: string;
  /** What the parents have under that path, in their order; those that do not have it are left out. */
  readonly before: readonly BlobRef[];
  readonly after: BlobRef;
}

/** What the commits of a change bring in, one by one, so that what a later commit takes out again is seen too. */
export interface History {
  /** In the order of the commits, oldest first. */
  readonly files: readonly CommitFile[];
  readonly unread: Snapshot['unread'];
  /** Contents that are read beyond those of the change itself; what lies beyond is named as unread. */
  readonly maxBlobs: number;
  read(blob: BlobRef): Promise<FileContent>;
}

export interface HistoryLimits {
  /** Directories that are listed. */
  readonly maxListings: number;
  readonly maxBlobs: number;
  /** Directories inside one another: each level costs a round trip. */
  readonly maxDepth: number;
}

export interface ListedEntry {
  /** Null where the name is not UTF-8: nothing is read under it. */
  readonly name: string | null;
  readonly mode: BlobRef['mode'] | '040000';
  readonly sha: string;
  readonly size?: number;
}

export type ListedDirectory =
  | { readonly state: 'entries'; readonly entries: readonly ListedEntry[] }
  | { readonly state: 'unread'; readonly reason: string; readonly transient: boolean };

interface Step {
  readonly commit: CommitNode;
  readonly order: number;
  readonly path: string;
  readonly own: string;
  readonly parents: readonly string[];
}

type Unread = Snapshot['unread'][number];

/**
 * Compares the tree of each commit with those of all its parents, level by level for all commits at once, and goes down
 * only where a directory differs from every parent's: what a merge takes over from either side is that side's own.
 * `list` takes the name of a commit or of a tree.
 */
export async function collectHistory(
  commits: readonly CommitNode[],
  list: (sha: string) => Promise<ListedDirectory>,
  limits: HistoryLimits,
): Promise<Pick<History, 'files' | 'unread'>> {
  const found: { readonly order: number; readonly file: CommitFile }[] = [];
  const unread: Unread[] = [];
  let listed = 0;
  let level: Step[] = commits.map((commit, order) => ({
    commit,
    order,
    path: '',
    own: commit.sha,
    parents: commit.parents,
  }));
  for (let depth = 0; level.length > 0; depth += 1) {
    const names = new Set<string>();
    const taken: Step[] = [];
    const left: Step[] = [];
    for (const step of level) {
      const more = [step.own, ...step.parents].filter((name) => !names.has(name));
      const over = depth >= limits.maxDepth || listed + names.size + more.length > limits.maxListings;
      (over ? left : taken).push(step);
      if (!over) for (const name of more) names.add(name);
    }
    if (left.length > 0) unread.push(tooMuch(left));
    listed += names.size;
    const listings = new Map(await Promise.all([...names].map(async (name) => [name, await list(name)] as const)));
    level = taken.flatMap((step) => compare(step, listings));
  }
  return { files: found.sort((a, b) => a.order - b.order).map(({ file }) => file), unread };

  function compare(step: Step, listings: ReadonlyMap<string, ListedDirectory>): Step[] {
    const sides = [step.own, ...step.parents].map((name) => listings.get(name));
    const missing = sides.find((side) => side?.state === 'unread');
    if (missing?.state === 'unread') {
      unread.push({ path: placeOf(step), reason: missing.reason, transient: missing.transient });
      return [];
    }
    const [own, ...parents] = sides.map(byName);
    const down: Step[] = [];
    for (const [name, entry] of own ?? []) {
      const before = parents.flatMap((parent) => parent.get(name) ?? []);
      // Whoever only moves the executable bit, or takes a side of a merge, brings in no content.
      if (before.some((one) => one.sha === entry.sha)) continue;
      const path = step.path === '' ? name : `${step.path}/${name}`;
      if (entry.mode === '040000') {
        const trees = before.filter(({ mode }) => mode === '040000').map(({ sha }) => sha);
        down.push({ ...step, path, own: entry.sha, parents: trees });
        continue;
      }
      const after = blobOf(entry);
      if (after === null) continue;
      found.push({
        order: step.order,
        file: { commit: step.commit.sha, path, before: before.flatMap((one) => blobOf(one) ?? []), after },
      });
    }
    return down;
  }
}

function byName(side: ListedDirectory | undefined): ReadonlyMap<string, ListedEntry> {
  const entries = side?.state === 'entries' ? side.entries : [];
  return new Map(entries.flatMap((entry) => (entry.name === null ? [] : [[entry.name, entry] as const])));
}

/** Null for a directory and for a submodule, whose content is elsewhere. */
function blobOf({ mode, sha, size }: ListedEntry): BlobRef | null {
  if (mode === '040000' || mode === '160000') return null;
  return { sha, mode, ...(size === undefined ? {} : { size }) };
}

function placeOf({ commit, path }: Pick<Step, 'commit' | 'path'>): string {
  return `${path === '' ? 'root' : path} (commit ${commit.sha.slice(0, 12)})`;
}

function tooMuch(left: readonly Step[]): Unread {
  const commits = new Set(left.map(({ commit }) => commit.sha));
  const [first] = left;
  return {
    path: first === undefined ? 'commits' : placeOf(first),
    reason: `the history of the change is larger than we read: ${commits.size} commits were not read in full`,
    transient: false,
  };
}
