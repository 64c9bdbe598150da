import type { RepositoryRef } from './core/host.ts';
import type { Job, RerequestedJob } from './core/job.ts';
import type { Ports } from './ports.ts';
import { noteMerge } from './review/bypass.ts';
import { knownGroup } from './review/group-members.ts';
import { publish } from './review/publish.ts';
import { endRun, unlessGone, withdraw } from './review/runs.ts';
import { askForGroup } from './review/wake-groups.ts';
import { record } from './signoff/record.ts';
import { readStanding } from './signoff/standing.ts';

/** Nothing in the change is new, but the answer may be: a command ran out, a signature expired, a sibling was signed. */
export async function republish(job: Extract<Job, { kind: 'republish' }>, ports: Ports): Promise<void> {
  const standing = await readStanding(job.repository, job.pullRequest, ports);
  if (standing === null || standing.pullRequest.state === 'closed') return;
  if (standing.review.report.headSha !== standing.pullRequest.headSha) return;
  const now = ports.now();
  for (const signOff of await ports.store.signOffs(job.repository.id, job.pullRequest)) {
    const runs = signOff.state === 'pending' || (signOff.state === 'effective' && signOff.kind !== 'refuse');
    const over = runs && Date.parse(signOff.expiresAt) <= now;
    if (!over) continue;
    const reason =
      signOff.state === 'pending'
        ? 'The button was not pressed within 15 minutes.'
        : signOff.kind === 'break-glass'
          ? 'The hour of the broken glass is over.'
          : 'The sign-off expired.';
    await record(
      standing,
      {
        type: 'lapse',
        effectKey: `lapse:${signOff.id}:expired:${signOff.state}`,
        actor: signOff.signer,
        evidenceDigests: signOff.items.flatMap((item) => item.evidenceDigests),
        reason,
        details: { signOff: signOff.id, state: 'expired' },
      },
      ports,
    );
    await ports.store.saveSignOff({ ...signOff, state: 'expired', stateReason: reason });
  }
  const verdict = await publish({ ...standing, annotated: true }, ports);
  // Signed for while a source was down: it may answer by now.
  if (verdict.result !== 'pass' && standing.review.report.unknownSince !== null) {
    await askForReview(job.repository, job.pullRequest, 'expired', ports, ports.newId());
  }
}

/** Somebody else edited or deleted a comment of ours: it is put right, and written down who did it. */
export async function restoreComment(job: Extract<Job, { kind: 'comment-touched' }>, ports: Ports): Promise<void> {
  const standing = await readStanding(job.repository, job.pullRequest, ports);
  if (standing === null) return;
  const sticky = standing.record.commentId === job.commentId;
  if (!sticky && !(await isOurReply(job, ports))) return;
  await record(
    standing,
    {
      type: 'tamper',
      effectKey: `tamper:${job.commentId}:${job.action}:${job.sender.id}:${standing.review.report.code}`,
      actor: job.sender,
      evidenceDigests: [],
      reason: `our comment was ${job.action}`,
      details: { comment: job.commentId, action: job.action },
    },
    ports,
  );
  if (!sticky) {
    // What it said is not kept; what somebody else put into our mouth goes.
    if (job.action === 'edited') await ports.host.deleteComment(job.repository, job.commentId);
    return;
  }
  const commentId = job.action === 'deleted' ? null : job.commentId;
  await publish({ ...standing, record: { ...standing.record, commentId }, annotated: true }, ports);
}

/** A reply that is there still, or was until now: one that is not the pull request's is nobody's to restore. */
async function isOurReply(
  { repository, commentId, action }: Extract<Job, { kind: 'comment-touched' }>,
  ports: Ports,
): Promise<boolean> {
  const there = await ports.host.comment(repository, commentId);
  return action === 'deleted' ? there === null : there !== null && there.updatedAt !== there.createdAt;
}

/** A closed pull request's green must not serve another one from the same commit; a run under way ends. */
export async function close(job: Extract<Job, { kind: 'closed' }>, ports: Ports): Promise<void> {
  const { repository, pullRequest: number } = job;
  const [known, review, pullRequest] = await Promise.all([
    ports.store.pullRequest(repository.id, number),
    ports.store.latestReview(repository.id, number),
    ports.host.pullRequest(repository, number),
  ]);
  if (review !== null) ports.about({ headSha: job.headSha, review: review.report.code });
  // Reopened in the meantime, or a delivery of long ago: its own review answers, and nothing is to be ended.
  if (pullRequest.state === 'open') return;
  const merged = job.merged || pullRequest.merged;
  if (merged) await noteMerge(repository, await ports.host.repository(repository), pullRequest, job.sender, ports);
  if (known === null) return;
  if (known.openCheckRun !== null) {
    await endRun(
      repository,
      known.openCheckRun.id,
      'The pull request was closed before the review was finished.',
      ports,
    );
  }
  await ports.store.savePullRequest({ ...known, state: 'closed', openCheckRun: null });
  await ports.store.settle(repository.id, number, merged);
  if (review === null) return;
  await withdraw(repository, review, 'Its pull request was closed.', ports).catch(unlessGone);
  await reviewAllOf({ repository, headSha: job.headSha, cause: 'sibling-closed' }, ports, null);
}

/** GitHub's Re-run: of the open pull requests of a commit, or of the merge group that it is the head of. */
export async function rerun(job: RerequestedJob, jobId: string, ports: Ports): Promise<void> {
  const group = await knownGroup(job.repository, job.headSha, ports.store);
  if (group !== null && group.state !== 'destroyed') return askForGroup(job.repository, job.headSha, group, ports);
  await reviewAllOf(job, ports, jobId);
}

/** Has every open pull request of a commit reviewed. `asker` names who asks, so that one who dies and asks again is heard once. */
export async function reviewAllOf(
  job: { readonly repository: RepositoryRef; readonly headSha: string; readonly cause: string },
  ports: Ports,
  asker: string | null,
): Promise<void> {
  const { repository, cause } = job;
  for (const { number } of await ports.host.openPullRequestsAt(repository, job.headSha)) {
    await askForReview(repository, number, cause, ports, asker === null ? ports.newId() : `${asker}:${number}`);
  }
}

async function askForReview(
  repository: RepositoryRef,
  pullRequest: number,
  cause: string,
  ports: Ports,
  id: string,
): Promise<void> {
  await ports.store.queue.send(
    id,
    { kind: 'review', repository, pullRequest, cause, sender: null, headSha: null, beforeSha: null, attempt: 0 },
    { afterMs: 0 },
  );
}
