import type { Account } from '../core/attribution.ts';
import { CountersignError } from '../core/errors.ts';
import type { BranchCommit, PullRequestState, RepositoryRef } from '../core/host.ts';
import type { FileChange, Snapshot } from '../core/snapshot.ts';
import type { Ports } from '../ports.ts';
import { isSamePatch } from './own-patch.ts';

/** Commits next to one another on a branch that the same merged pull requests brought in. */
export interface Piece {
  /** What the branch held before them. */
  readonly from: string;
  /** Newest first. */
  readonly commits: readonly [BranchCommit, ...BranchCommit[]];
  readonly through: readonly PullRequestState[];
}

/**
 * Whether a branch got from its pull request what was reviewed there. GitHub counts a pull request as merged wherever
 * its head arrives: a merge made by hand, or of a branch that goes on after that head, may bring more. What GitHub's own
 * merge button made for a person is not compared; anything else is, file by file, with what the pull request changes.
 */
export async function isAsReviewed(
  repository: RepositoryRef,
  piece: Piece,
  sender: Pick<Account, 'type'>,
  ports: Ports,
): Promise<boolean> {
  if (sender.type === 'User' && isButtonMerge(piece)) return true;
  const now = await ports.host.snapshot(repository, piece.from, piece.commits[0].sha);
  for (const { headSha } of piece.through) {
    const reviewed = await changeOf(repository, piece.from, headSha, ports);
    if (reviewed !== null && (await isSamePatch(await withoutKnown(reviewed, now), now))) return true;
  }
  return false;
}

/** One commit right on what stood there, made by GitHub; where it merges, then exactly the head that was reviewed. */
function isButtonMerge({ from, commits: [made, ...more], through }: Piece): boolean {
  const [first, second] = made.parents;
  if (!made.byGitHub || more.length > 0 || first !== from) return false;
  return second === undefined || through.some((pullRequest) => pullRequest.headSha === second);
}

/** What a pull request changes against what the branch held; null where its commits are gone. */
async function changeOf(repository: RepositoryRef, base: string, head: string, ports: Ports): Promise<Snapshot | null> {
  try {
    return await ports.host.snapshot(repository, await ports.host.mergeBase(repository, base, head), head);
  } catch (error) {
    if (error instanceof CountersignError && error.code === 'host-refused') return null;
    throw error;
  }
}

/** Without the files that the branch already held as the pull request leaves them: merging them changed nothing. */
async function withoutKnown(reviewed: Snapshot, now: Snapshot): Promise<Snapshot> {
  const changed = new Set(now.files.map((file) => file.path));
  const files: FileChange[] = [];
  for (const file of reviewed.files) {
    if (changed.has(file.path) || !(await isThere(file, now))) files.push(file);
  }
  return { ...reviewed, files };
}

async function isThere(file: FileChange, now: Snapshot): Promise<boolean> {
  if (file.previousPath !== undefined) return false;
  const content = await now.base.read(file.path);
  if (content.state === 'missing') return file.head === null;
  return content.state === 'bytes' && content.sha === file.head?.sha;
}
