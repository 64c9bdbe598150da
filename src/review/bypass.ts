import { CountersignError } from '../core/errors.ts';
import type { PullRequestState, RepositoryRef, RepositoryState } from '../core/host.ts';
import type { StoredReview } from '../core/store.ts';
import type { AppliedPolicy } from '../policy/applied.ts';
import { checkName } from '../policy/checks.ts';
import type { Ports } from '../ports.ts';
import { BYPASS_TITLE, renderBypasses } from '../report/bypass.ts';
import { tellInOneIssue } from './one-issue.ts';

/** Whether a review's green is one that let this pull request into its base: of this head, this base, and not observing. */
export function isGreenFor(
  review: StoredReview | null,
  pullRequest: Pick<PullRequestState, 'headSha' | 'baseRef'>,
): boolean {
  return (
    review !== null &&
    review.verdict.result === 'pass' &&
    review.report.headSha === pullRequest.headSha &&
    review.report.baseRef === pullRequest.baseRef &&
    !review.checkName.endsWith('/ observe')
  );
}

/**
 * Writes down a pull request that was merged without our green check; one entry for it, whoever tells of it first.
 * Answers whether it was.
 */
export async function noteMerge(
  repository: RepositoryRef,
  state: RepositoryState,
  pullRequest: PullRequestState,
  sender: { readonly id: number; readonly login: string } | null,
  ports: Ports,
): Promise<boolean> {
  const review = await ports.store.latestReview(repository.id, pullRequest.number);
  if (!pullRequest.merged || isGreenFor(review, pullRequest)) return false;
  const policy = await ports.policy(repository, state, pullRequest);
  const known = review !== null && review.report.headSha === pullRequest.headSha ? review : null;
  const what =
    known === null
      ? 'merged before it was reviewed'
      : known.verdict.result === 'pass'
        ? 'merged with a green of another check'
        : `merged while it was ${known.verdict.result}`;
  const effectKey = `bypass:${repository.id}:${pullRequest.number}:${pullRequest.headSha}`;
  await ports.store.ledger.append(repository.installationId, {
    type: 'bypass',
    effectKey,
    repositoryId: repository.id,
    pullRequest: pullRequest.number,
    headSha: pullRequest.headSha,
    reportCode: known?.report.code ?? null,
    agent: known?.report.attribution.agent ?? null,
    requester: known?.report.attribution.requester ?? null,
    actor: sender === null ? null : { id: sender.id, login: sender.login },
    evidenceDigests: known?.report.findings.map((finding) => finding.evidenceDigest) ?? [],
    policyDigest: policy.digest,
    reason: what,
    details: {
      branch: pullRequest.baseRef,
      open: known?.verdict.open ?? [],
      conclusion: known?.verdict.conclusion ?? null,
    },
    at: new Date(ports.now()).toISOString(),
  });
  await tell(repository, state, policy, pullRequest.baseRef, effectKey, ports, {
    sha: pullRequest.headSha,
    by: sender?.login ?? 'somebody',
    pullRequest: pullRequest.number,
    what,
    open: known?.verdict.open.length ?? 0,
  });
  return true;
}

/** Writes down that a green pull request was merged with something in it that nobody reviewed, or without a part of it. */
export async function noteOtherContent(
  repository: RepositoryRef,
  state: RepositoryState,
  policy: AppliedPolicy,
  found: {
    readonly pullRequest: PullRequestState;
    /** What the branch held before the merge. */
    readonly before: string;
    /** The newest commit of the merge. */
    readonly sha: string;
    readonly sender: { readonly id: number; readonly login: string };
  },
  ports: Ports,
): Promise<void> {
  const { pullRequest, before, sha, sender } = found;
  const { number, baseRef: branch } = pullRequest;
  const report = (await ports.store.latestReview(repository.id, number))?.report ?? null;
  const what = 'merged with another content than was reviewed';
  const effectKey = `bypass:${repository.id}:${number}:${sha}:content`;
  await ports.store.ledger.append(repository.installationId, {
    type: 'bypass',
    effectKey,
    repositoryId: repository.id,
    pullRequest: number,
    headSha: sha,
    reportCode: report?.code ?? null,
    agent: report?.attribution.agent ?? null,
    requester: report?.attribution.requester ?? null,
    actor: { id: sender.id, login: sender.login },
    evidenceDigests: [],
    policyDigest: policy.digest,
    reason: what,
    details: { branch, before, reviewed: pullRequest.headSha },
    at: new Date(ports.now()).toISOString(),
  });
  const said = { sha, by: sender.login, pullRequest: number, what, open: 0 };
  await tell(repository, state, policy, branch, effectKey, ports, said);
}

/** Writes down commits that reached a guarded branch without any pull request. */
export async function notePush(
  repository: RepositoryRef,
  state: RepositoryState,
  policy: AppliedPolicy,
  push: {
    readonly branch: string;
    readonly before: string;
    readonly after: string;
    readonly what: string;
    readonly commits: readonly string[];
    readonly sender: { readonly id: number; readonly login: string };
  },
  ports: Ports,
): Promise<void> {
  const { branch, before, after, what, commits, sender } = push;
  const effectKey = `bypass:${repository.id}:${branch}:${before}:${after}`;
  await ports.store.ledger.append(repository.installationId, {
    type: 'bypass',
    effectKey,
    repositoryId: repository.id,
    pullRequest: null,
    headSha: after,
    reportCode: null,
    agent: null,
    requester: null,
    actor: { id: sender.id, login: sender.login },
    evidenceDigests: [],
    policyDigest: policy.digest,
    reason: what,
    details: { branch, before, commits: [...commits] },
    at: new Date(ports.now()).toISOString(),
  });
  const said = { sha: after, by: sender.login, pullRequest: null, what, open: 0 };
  await tell(repository, state, policy, branch, effectKey, ports, said);
}

/** One issue, where the branch's rules require the check or the policy asks; a branch that nobody guards is nobody's alarm. */
async function tell(
  repository: RepositoryRef,
  state: RepositoryState,
  policy: AppliedPolicy,
  branch: string,
  key: string,
  ports: Ports,
  said: {
    readonly sha: string;
    readonly by: string;
    readonly pullRequest: number | null;
    readonly what: string;
    readonly open: number;
  },
): Promise<void> {
  if (policy.mode === 'observe' || !isGuarded(branch, state, policy)) return;
  if (!policy.bypassIssue) {
    const name = checkName(branch, state.defaultBranch, policy.guardedBranches, policy.mode);
    if ((await ports.host.requiresCheck(repository, branch, name)) !== 'required') return;
  }
  const topic = { topic: 'bypass', title: BYPASS_TITLE, render: renderBypasses };
  const value = { at: new Date(ports.now()).toISOString(), branch, ...said };
  try {
    await tellInOneIssue(repository, topic, [{ key, value }], ports);
  } catch (error) {
    // A repository without issues: the ledger and the metric say it all the same.
    if (!(error instanceof CountersignError) || error.code !== 'host-refused') throw error;
    ports.log('warn', 'the issue about a bypass could not be written', { branch, reason: error.message });
  }
}

export function isGuarded(
  branch: string,
  { defaultBranch }: Pick<RepositoryState, 'defaultBranch'>,
  { guardedBranches }: Pick<AppliedPolicy, 'guardedBranches'>,
): boolean {
  return branch === defaultBranch || guardedBranches.includes(branch);
}
