import type { CommitFacts } from '../core/attribution.ts';
import { collectHistory, type History, type HistoryLimits, type ListedDirectory } from '../core/history.ts';
import { gitCommits } from './commits.ts';
import { blobContent, entriesOf, type ObjectReader, openObjects } from './objects.ts';

/** On this machine a listing costs no request, only time: a thousand commits take a few seconds. */
const LIMITS: HistoryLimits = { maxListings: 100_000, maxBlobs: 20_000, maxDepth: 100 };

export interface LocalHistory extends History {
  readonly commits: readonly CommitFacts[];
  close(): void;
}

export interface HistoryRange {
  readonly repository: string;
  readonly mergeBase: string;
  readonly head: string;
  /** Commits that are read, the newest; older ones are named as unread. */
  readonly maxCommits: number;
  /** Bytes of one file that we read. */
  readonly maxBlobBytes: number;
}

/** What each commit from the merge base to the head brings in, by git's objects alone. */
export async function historyFromGit(range: HistoryRange): Promise<LocalHistory> {
  const { repository, mergeBase, head, maxCommits, maxBlobBytes } = range;
  const { commits, complete } = await gitCommits(repository, mergeBase, head, maxCommits);
  const objects = openObjects(repository);
  try {
    const { files, unread } = await collectHistory(commits, (sha) => listing(objects, sha), LIMITS);
    const older = { path: 'commits', reason: `only the newest ${maxCommits} commits are read`, transient: false };
    return {
      commits,
      files,
      unread: complete ? unread : [...unread, older],
      maxBlobs: LIMITS.maxBlobs,
      read: (blob) => blobContent(objects, blob, maxBlobBytes),
      close: () => objects.close(),
    };
  } catch (error) {
    objects.close();
    throw error;
  }
}

async function listing(objects: ObjectReader, sha: string): Promise<ListedDirectory> {
  const object = await objects.read(sha);
  const tree = object?.type === 'commit' ? await objects.read(treeOf(object.bytes)) : object;
  if (tree?.type !== 'tree')
    return { state: 'unread', reason: `object ${sha} is not in this repository (a shallow clone?)`, transient: false };
  return { state: 'entries', entries: entriesOf(tree.bytes, sha.length / 2) };
}

/** A commit object begins with the line `tree <name>` (git book, "Git Objects"). */
function treeOf(commit: Buffer): string {
  return commit.toString('latin1', 5, commit.indexOf(0x0a));
}
