import { CountersignError, messageOf } from '../core/errors.ts';
import type { CheckRunState } from '../core/host.ts';
import type { Ports } from '../ports.ts';
import { backOffMs } from './back-off.ts';
import type { Ground, ReviewJob } from './ground.ts';
import { endLeftRun, startRun, storedRecord } from './runs.ts';

/** A source that is down for this long may be signed for, where policy says `sign` (product.md, "Policy file"). */
export const SIGNABLE_AFTER_MS = 15 * 60 * 1000;

/** Has the review tried again. `askedMs` is what the other side asked us to wait, if it did. */
export async function retryLater(job: ReviewJob, askedMs: number | null, ports: Ports): Promise<void> {
  const afterMs = backOffMs(job.attempt, askedMs);
  // One chain of tries for each pull request, however many deliveries came while nothing could be evaluated.
  if (await ports.store.queue.awaitsReview(job.repository.id, job.pullRequest, afterMs)) return;
  const { earlierStarts: _, ...again } = job;
  await ports.store.queue.send(ports.newId(), { ...again, attempt: job.attempt + 1 }, { afterMs });
}

/**
 * A review that failed ends its check run at once, and never green: "could not evaluate" with the reason, tried again.
 * A failure to say even that is thrown, and the queue tries the whole job again.
 */
export async function couldNotEvaluate(
  job: ReviewJob,
  ground: Ground,
  run: CheckRunState | null,
  error: unknown,
  ports: Ports,
): Promise<void> {
  const expected = error instanceof CountersignError;
  ports.log(expected ? 'warn' : 'error', 'a review could not be finished', {
    pullRequest: job.pullRequest,
    headSha: ground.pullRequest.headSha,
    error: expected ? error.message : error instanceof Error ? error.stack : messageOf(error),
  });
  const id = run?.id ?? (await runToEnd(ground, ports));
  const reason = expected ? error.message : 'an error of Countersign itself; its operator finds it in the log';
  await ports.host.updateCheckRun(job.repository, id, {
    output: {
      title: 'Could not evaluate this change',
      summary: `The review could not be finished: ${reason}\n\nIt is tried again by itself. Until it succeeds, nothing here counts as reviewed.`,
    },
    annotations: [],
    actions: [],
    conclusion: 'action_required',
    completedAt: new Date(ports.now()).toISOString(),
  });
  const stored = await storedRecord(ground, ports);
  await endLeftRun(stored, id, job.repository, ports);
  await ports.store.savePullRequest({ ...stored, openCheckRun: null });
  await retryLater(job, expected ? (error.retryAfterMs ?? null) : null, ports);
}

/** The run that the next try would complete; a second one beside it would stay as it is for ever, and be the newest. */
async function runToEnd(ground: Ground, ports: Ports): Promise<number> {
  const { openCheckRun } = await storedRecord(ground, ports);
  if (openCheckRun !== null && openCheckRun.headSha === ground.pullRequest.headSha) return openCheckRun.id;
  const { latest, pullRequest, checkName, record } = ground;
  const same = latest?.report.headSha === pullRequest.headSha && latest.checkName === checkName;
  const known = same && record.state === 'open' ? latest.checkRunId : null;
  return known ?? (await startRun(ground, ports)).id;
}
