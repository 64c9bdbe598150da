import type { BranchCommit, PullRequestState, RepositoryRef, RepositoryState } from '../core/host.ts';
import type { Job } from '../core/job.ts';
import type { AppliedPolicy } from '../policy/applied.ts';
import { checkName } from '../policy/checks.ts';
import type { Ports } from '../ports.ts';
import { isGuarded, noteMerge, noteOtherContent, notePush } from './bypass.ts';
import { isAsReviewed, type Piece } from './merged-content.ts';
import { checkOrganisationPolicy, notePolicy } from './policy-change.ts';

type PushJob = Extract<Job, { kind: 'pushed' }>;

const NOTHING = /^0+$/;
/** GitHub may name a commit's pull request a moment after the push: milliseconds before each further look. */
const LOOK_AGAIN_MS = [15_000, 60_000] as const;
/** Commits whose pull request is asked for; a push of more is named as what it is. */
const LOOKED_AT = 100;
/** Commits that an entry names. */
const NAMED = 20;
/** As long as the list of guarded branches is trusted without reading the policy: a day, in milliseconds. */
const GUARDED_MS = 24 * 60 * 60 * 1000;

/**
 * The story of one push: to a guarded branch nothing comes but through a pull request that was green, and as it was
 * then. Commits without a merged pull request, those that bring something else than theirs, and a rewritten branch are
 * written down.
 */
export async function checkPush(job: PushJob, ports: Ports): Promise<void> {
  const { repository, branch, before, after } = job;
  const note = `guarded:${repository.id}`;
  const remembered = await ports.store.cached(note);
  // Most pushes go to branches of pull requests: those cost GitHub nothing.
  if (Array.isArray(remembered) && !remembered.includes(branch)) return;

  const state = await ports.host.repository(repository);
  const policy = await ports.policy(repository, state, { baseRef: branch, baseSha: after });
  const guarded = [state.defaultBranch, ...policy.guardedBranches];
  await ports.store.cache(note, guarded, new Date(ports.now() + GUARDED_MS).toISOString());
  if (branch === state.defaultBranch) {
    await notePolicy(repository, policy, job.sender, `push:${after}`, ports);
    await checkOrganisationPolicy(repository, state, ports);
  }
  if (!isGuarded(branch, state, policy) || state.archived) return;

  const from = NOTHING.test(before) ? state.defaultSha : before;
  if (from === after) return;
  const { pieces, loose, complete } = await originOf(repository, branch, from, after, ports);
  const unexplained = loose.length > 0 || !complete;
  const wait = LOOK_AGAIN_MS[job.attempt];
  if (unexplained && wait !== undefined) {
    await ports.store.queue.send(
      `push:${repository.id}:${branch}:${after}:${job.attempt + 1}`,
      { ...job, attempt: job.attempt + 1 },
      { afterMs: wait },
    );
    return;
  }
  const merged = new Map(pieces.flatMap(({ through }) => through.map((each) => [each.number, each] as const)));
  const red = new Set<number>();
  for (const pullRequest of merged.values()) {
    if (await noteMerge(repository, state, pullRequest, job.sender, ports)) red.add(pullRequest.number);
    // The push tells of the merge as well: its packages are watched even where the delivery of the closing is lost.
    await ports.store.settle(repository.id, pullRequest.number, true);
  }
  if (job.forced || unexplained) {
    const what = job.forced
      ? 'the branch was rewritten by a forced push'
      : complete
        ? 'pushed without a pull request'
        : 'pushed with more commits than could be looked at';
    const push = { branch, before, after, what, commits: loose.slice(0, NAMED), sender: job.sender };
    await notePush(repository, state, policy, push, ports);
  }
  // Of a branch that was rewritten, or whose beginning is not known, the pieces have nothing to be compared with.
  if (job.forced || !complete) return;
  // What a merge group's own check was green for was judged as it stands on the branch now.
  if (await isGreenGroup(job, state, policy, ports)) return;
  for (const piece of pieces) {
    const green = piece.through.filter((each) => !red.has(each.number));
    const [pullRequest] = green;
    if (pullRequest === undefined || (await isAsReviewed(repository, piece, job.sender, ports))) continue;
    const [{ sha }] = piece.commits;
    const found = { pullRequest, before: piece.from, sha, sender: job.sender };
    await noteOtherContent(repository, state, policy, found, ports);
  }
}

async function isGreenGroup(
  { repository, branch, after }: PushJob,
  { defaultBranch }: RepositoryState,
  { guardedBranches, mode }: AppliedPolicy,
  ports: Ports,
): Promise<boolean> {
  const name = checkName(branch, defaultBranch, guardedBranches, mode);
  const runs = await ports.host.checkRuns(repository, after);
  return runs.find((run) => run.name === name)?.conclusion === 'success';
}

interface Growing {
  readonly key: string;
  readonly commits: [BranchCommit, ...BranchCommit[]];
  readonly through: readonly PullRequestState[];
}

/** Commits on a branch, told apart by the merged pull requests that brought them; `loose` came without one. */
async function originOf(repository: RepositoryRef, branch: string, before: string, after: string, ports: Ports) {
  const { commits, complete } = await ports.host.firstParents(repository, before, after);
  const groups: Growing[] = [];
  const loose: string[] = [];
  for (const commit of commits.slice(0, LOOKED_AT)) {
    const through = (await ports.host.mergedWith(repository, commit.sha)).filter((each) => each.baseRef === branch);
    if (through.length === 0) loose.push(commit.sha);
    const key = through.map(({ number }) => number).join();
    const last = groups.at(-1);
    if (last?.key === key) last.commits.push(commit);
    else groups.push({ key, commits: [commit], through });
    if (loose.length >= NAMED) break;
  }
  const pieces = groups.map((group, index): Piece => ({ ...group, from: groups[index + 1]?.commits[0].sha ?? before }));
  return { pieces, loose, complete: complete && commits.length <= LOOKED_AT };
}
