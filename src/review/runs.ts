import { digestOf } from '../core/digest.ts';
import type { CheckRunState, RepositoryRef } from '../core/host.ts';
import type { StoredReview } from '../core/store.ts';
import type { Ports } from '../ports.ts';
import type { Ground, ReviewJob } from './ground.ts';

/** The first review of a commit shows at once that it runs; a repeated one updates the run that is there. */
export function needsRunAtOnce(job: ReviewJob, { latest, pullRequest, checkName, record }: Ground): boolean {
  if (job.cause === 'check_run.rerequested' || record.state === 'closed') return true;
  return latest?.report.headSha !== pullRequest.headSha || latest.checkName !== checkName || latest.checkRunId === null;
}

/**
 * Starts the run of this review, and remembers it before anything else, so that it always ends. Named by the review's
 * content: after a crash the same review finds its own run instead of making a second.
 */
export async function startRun(ground: Ground, ports: Ports): Promise<CheckRunState> {
  const { repository, pullRequest, record, latest } = ground;
  const content = digestOf({
    head: pullRequest.headSha,
    base: ground.mergeBase,
    policy: ground.policy.digest,
    text: ground.textDigest,
    after: latest?.createdAt ?? null,
  });
  const run = await ports.host.startCheckRun(repository, {
    name: ground.checkName,
    headSha: pullRequest.headSha,
    externalId: `pr-${pullRequest.number}-${content.slice(0, 24)}`,
    startedAt: new Date(ports.now()).toISOString(),
    first: ground.untouched,
    output: { title: 'Reviewing', summary: 'Countersign is reading what this pull request changes.' },
  });
  await ports.store.savePullRequest({ ...record, openCheckRun: { id: run.id, headSha: run.headSha } });
  const left = record.openCheckRun;
  if (left !== null && left.id !== run.id) {
    await endRun(repository, left.id, 'A newer commit or a newer review took the place of this one.', ports);
  }
  if (latest !== null && latest.checkName !== ground.checkName && latest.report.headSha === pullRequest.headSha) {
    await withdraw(repository, latest, 'This pull request was given another base branch.', ports);
  }
  return run;
}

/** Ends a run that no longer stands for anything. */
export async function endRun(repository: RepositoryRef, id: number, reason: string, ports: Ports): Promise<void> {
  await ports.host.updateCheckRun(repository, id, {
    output: { title: 'Superseded', summary: reason },
    annotations: [],
    actions: [],
    conclusion: 'cancelled',
    completedAt: new Date(ports.now()).toISOString(),
  });
}

/** A green that was right for a pull request that is closed or retargeted must not serve another one. */
export async function withdraw(
  repository: RepositoryRef,
  review: StoredReview,
  reason: string,
  ports: Ports,
): Promise<void> {
  if (review.checkRunId === null || review.verdict.result !== 'pass') return;
  await ports.host.updateCheckRun(repository, review.checkRunId, {
    output: {
      title: 'No longer valid',
      summary: `${reason} This result counts for nothing else: another pull request from this commit is reviewed afresh.`,
    },
    annotations: [],
    actions: [],
    conclusion: 'action_required',
    completedAt: new Date(ports.now()).toISOString(),
  });
}
