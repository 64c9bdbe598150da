import { raise } from '../agents/index.ts';
import type { Attribution, CommitFacts, PullRequestFacts } from '../core/attribution.ts';
import { digestOf } from '../core/digest.ts';
import { CountersignError } from '../core/errors.ts';
import type { CommitNode } from '../core/history.ts';
import type { PullRequestState, RepositoryRef, RepositoryState } from '../core/host.ts';
import type { Job } from '../core/job.ts';
import { STRICTEST_POLICY } from '../core/policy.ts';
import type { PullRequestRecord, StoredReview } from '../core/store.ts';
import type { AppliedPolicy } from '../policy/applied.ts';
import { applyPolicy } from '../policy/apply.ts';
import { checkName } from '../policy/checks.ts';
import type { Ports } from '../ports.ts';

export type ReviewJob = Extract<Job, { kind: 'review' }> & {
  /** How often this very job was started before: after a crash its check run and comment may be there already. */
  readonly earlierStarts: number;
};

/** Where things stand before anything is judged: GitHub's live state, the policy that applies, and what we remember. */
export interface Ground {
  readonly repository: RepositoryRef;
  readonly state: RepositoryState;
  readonly pullRequest: PullRequestState;
  readonly policy: AppliedPolicy;
  /** Why the policy could not be read: nothing is judged then, and the strictest stands in its place. */
  readonly policyProblem: CountersignError | null;
  readonly checkName: string;
  readonly commits: readonly (CommitFacts & CommitNode)[];
  readonly commitsComplete: boolean;
  readonly mergeBase: string;
  readonly attribution: Attribution;
  readonly textDigest: string;
  readonly record: PullRequestRecord;
  readonly latest: StoredReview | null;
  /** Nothing of ours can be on this commit or in this conversation yet: it need not be looked for. */
  readonly untouched: boolean;
}

/** Reads the ground in two round trips. Null where the pull request is closed or the repository archived: nothing is to be said any more. */
export async function readGround(job: ReviewJob, ports: Ports): Promise<Ground | null> {
  const { host, store } = ports;
  const { repository, pullRequest: number } = job;
  const [pullRequest, state, { commits, complete }, expected, known, latest] = await Promise.all([
    host.pullRequest(repository, number),
    host.repository(repository),
    host.commits(repository, number),
    expectedMergeBase(job, ports),
    store.pullRequest(repository.id, number),
    store.latestReview(repository.id, number),
    expectTrees(job, ports),
  ]);
  if (pullRequest.state === 'closed' || state.archived) return null;

  const stillHolds =
    expected !== null && expected.base === pullRequest.baseSha && expected.head === pullRequest.headSha;
  const [{ policy, policyProblem }, mergeBase] = await Promise.all([
    readPolicy(repository, state, pullRequest, ports),
    stillHolds ? expected.mergeBase : host.mergeBase(repository, pullRequest.baseSha, pullRequest.headSha),
  ]);
  const attribution = raise(
    known?.attribution ?? null,
    ports.attribute(factsOf(pullRequest, commits, job), policy.identities),
  );
  return {
    repository,
    state,
    pullRequest,
    policy,
    policyProblem,
    // Which branches are guarded stands in the policy too: a run there was before has the right name.
    checkName:
      policyProblem !== null && latest?.report.baseRef === pullRequest.baseRef
        ? latest.checkName
        : checkName(pullRequest.baseRef, state.defaultBranch, policy.guardedBranches, policy.mode),
    commits,
    commitsComplete: complete,
    mergeBase,
    attribution,
    textDigest: textDigestOf(pullRequest, attribution),
    record: known ?? newRecord(repository, pullRequest),
    latest,
    untouched: known === null && job.cause === 'pull_request.opened' && job.earlierStarts === 0 && job.attempt === 0,
  };
}

/** A policy that cannot be read now is unknown: that is said in the check like any other unknown, and tried again. */
async function readPolicy(
  repository: RepositoryRef,
  state: RepositoryState,
  pullRequest: PullRequestState,
  ports: Ports,
): Promise<Pick<Ground, 'policy' | 'policyProblem'>> {
  try {
    return { policy: await ports.policy(repository, state, pullRequest), policyProblem: null };
  } catch (error) {
    if (!(error instanceof CountersignError) || error.code !== 'host-unavailable') throw error;
    return { policy: applyPolicy(STRICTEST_POLICY, [], ports.now()), policyProblem: error };
  }
}

/**
 * The merge base of what the event saw, asked for beside the live state to save a round trip. It counts only where the
 * live state turns out to be the same; where it cannot be had, the live one is asked for as usual.
 */
async function expectedMergeBase(
  { repository, headSha: head, baseSha: base }: ReviewJob,
  ports: Ports,
): Promise<{ readonly base: string; readonly head: string; readonly mergeBase: string } | null> {
  if (head === null || typeof base !== 'string') return null;
  try {
    return { base, head, mergeBase: await ports.host.mergeBase(repository, base, head) };
  } catch (error) {
    if (error instanceof CountersignError) return null;
    throw error;
  }
}

/**
 * The roots of the trees that the event saw, asked for beside the live state to save another round trip: objects are
 * kept, and the comparison of the trees begins with these two wherever nothing has moved since.
 */
async function expectTrees({ repository, headSha, baseSha }: ReviewJob, { host }: Ports): Promise<void> {
  const expected = [headSha, baseSha].flatMap((sha) => (typeof sha === 'string' ? [host.tree(repository, sha)] : []));
  for (const result of await Promise.allSettled(expected.map((tree) => tree.list('')))) {
    // Whoever needs what could not be had asks for it again, and is told.
    if (result.status === 'rejected' && !(result.reason instanceof CountersignError)) throw result.reason;
  }
}

/** Digest of what the report's code depends on beside the code: title, body and who wrote it. */
export function textDigestOf(
  { title, body }: Pick<PullRequestState, 'title' | 'body'>,
  attribution: Attribution,
): string {
  const { agent, class: authorClass, tier, requester } = attribution;
  return digestOf({ title, body, attribution: { agent, class: authorClass, tier, requester } });
}

function factsOf(pullRequest: PullRequestState, commits: readonly CommitFacts[], job: ReviewJob): PullRequestFacts {
  return {
    author: pullRequest.author,
    app: null,
    sender: job.sender,
    assignees: pullRequest.assignees,
    branch: pullRequest.headRef,
    title: pullRequest.title,
    body: pullRequest.body,
    labels: pullRequest.labels,
    commits,
  };
}

function newRecord(repository: RepositoryRef, pullRequest: PullRequestState): PullRequestRecord {
  return {
    repositoryId: repository.id,
    number: pullRequest.number,
    installationId: repository.installationId,
    state: 'open',
    headSha: pullRequest.headSha,
    baseRef: pullRequest.baseRef,
    authorId: pullRequest.author.id,
    attribution: null,
    handles: {},
    interested: [],
    unknownPusher: false,
    commentId: null,
    openCheckRun: null,
  };
}

/**
 * Whether a delivery that asks for a review was answered already. Nothing of the review's identity has changed, so a
 * delivery that comes again, under whatever id, does nothing.
 */
export function isAnswered(job: ReviewJob, ground: Ground): boolean {
  if (ground.policyProblem !== null) return false;
  const { latest, record, pullRequest, policy, mergeBase, textDigest } = ground;
  // A try after a failure, or after a process died, cannot know what of the answer was said: it says it again.
  if (job.attempt > 0 || job.earlierStarts > 0) return false;
  if (!job.cause.startsWith('pull_request.') || record.state === 'closed') return false;
  if (latest === null || latest.verdict.result === 'inconclusive' || record.openCheckRun !== null) return false;
  const { report } = latest;
  return (
    latest.checkName === ground.checkName &&
    report.headSha === pullRequest.headSha &&
    report.baseRef === pullRequest.baseRef &&
    report.mergeBase === mergeBase &&
    report.policyDigest === policy.digest &&
    report.textDigest === textDigest
  );
}
