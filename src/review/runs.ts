import { digestOf } from '../core/digest.ts';
import { CountersignError } from '../core/errors.ts';
import type { CheckRunState, RepositoryRef } from '../core/host.ts';
import type { PullRequestRecord, StoredReview } from '../core/store.ts';
import type { Ports } from '../ports.ts';
import type { Ground, ReviewJob } from './ground.ts';

/** The first review of a commit shows at once that it runs; a repeated one updates the run that is there. */
export function needsRunAtOnce(job: ReviewJob, { latest, pullRequest, checkName, record }: Ground): boolean {
  // Of several runs of one name GitHub goes by the newest: after a withdrawn one, the answer needs one that is newer.
  if (job.cause === 'check_run.rerequested' || job.cause === 'sibling-closed' || record.state === 'closed') return true;
  return latest?.report.headSha !== pullRequest.headSha || latest.checkName !== checkName || latest.checkRunId === null;
}

/**
 * Starts the run of this review, and remembers it before anything else, so that it always ends. Named by the review's
 * content: after a crash the same review finds its own run instead of making a second.
 */
export async function startRun(ground: Ground, ports: Ports): Promise<CheckRunState> {
  const { repository, pullRequest, latest } = ground;
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
  const record = await storedRecord(ground, ports);
  // Before the new run is noted in its place: where this fails, the old one is still known, and ended by the next try.
  await endLeftRun(record, run.id, repository, ports);
  await ports.store.savePullRequest({ ...record, openCheckRun: { id: run.id, headSha: run.headSha } });
  if (latest !== null) await withdrawEarlier(ground, latest, ports);
  return run;
}

/** The pull request as the store has it: a review's own copy is from its start. */
export async function storedRecord({ record }: Pick<Ground, 'record'>, ports: Ports): Promise<PullRequestRecord> {
  return (await ports.store.pullRequest(record.repositoryId, record.number)) ?? record;
}

/** Ends the run that an earlier review started and did not end, unless it is this one. */
export async function endLeftRun(
  { openCheckRun }: PullRequestRecord,
  current: number,
  repository: RepositoryRef,
  ports: Ports,
): Promise<void> {
  if (openCheckRun === null || openCheckRun.id === current) return;
  await endRun(repository, openCheckRun.id, 'A newer commit or a newer review took the place of this one.', ports);
}

/**
 * A green of another check or of an older commit: pushed away and back again, or given to another pull request, it would
 * be there before anybody looked whether it still holds.
 */
async function withdrawEarlier(
  { repository, pullRequest, checkName }: Ground,
  latest: StoredReview,
  ports: Ports,
): Promise<void> {
  const moved = latest.report.headSha !== pullRequest.headSha;
  if (!moved && latest.checkName !== checkName) {
    await withdraw(repository, latest, 'This pull request was given another base branch.', ports);
  }
  if (!moved || latest.verdict.result !== 'pass') return;
  await withdraw(repository, latest, 'A newer commit was pushed.', ports);
  // GitHub goes by the newest run of a name: another pull request of that commit needs an answer that is newer still.
  for (const { number } of await ports.store.pullRequestsByHead(repository.id, latest.report.headSha)) {
    if (number === pullRequest.number) continue;
    await ports.store.queue.send(
      ports.newId(),
      {
        kind: 'review',
        repository,
        pullRequest: number,
        cause: 'sibling-closed',
        sender: null,
        headSha: null,
        beforeSha: null,
        attempt: 0,
      },
      { afterMs: 0 },
    );
  }
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

/** A repository that is gone or archived, or a run that is gone, needs no word any more. */
export function unlessGone(error: unknown): void {
  if (!(error instanceof CountersignError) || error.code !== 'host-refused') throw error;
}
