import type { Job, QueuedJob } from './core/job.ts';
import type { Ports } from './ports.ts';
import { tellCameTrue } from './review/came-true.ts';
import { mergeGroup } from './review/merge-group.ts';
import { checkPolicy } from './review/policy-change.ts';
import { checkPush } from './review/pushed.ts';
import { review } from './review.ts';
import { answerMisplaced, press, takeCommand } from './signoff.ts';
import { close, republish, rerun, restoreComment } from './upkeep.ts';

/** Does one job. Which story it is stands in its kind; a kind without a story does not compile. */
export async function work({ id, job, earlierStarts }: QueuedJob, ports: Ports, signal: AbortSignal): Promise<void> {
  switch (job.kind) {
    case 'review':
      if (!(await isNewWish(job, id, ports))) return;
      return review({ ...job, earlierStarts: earlierStarts ?? 0 }, ports, signal);
    case 'command':
      return takeCommand(job, id, ports);
    case 'press':
      return press(job, id, ports);
    case 'comment-touched':
      return restoreComment(job, ports);
    case 'republish':
      return republish(job, ports);
    case 'closed':
      return close(job, ports);
    case 'pushed':
      return checkPush(job, ports);
    case 'policy-check':
      return checkPolicy(job, ports);
    case 'misplaced':
      return answerMisplaced(job, ports);
    case 'came-true':
      return tellCameTrue(job, ports);
    case 'merge-group':
      return mergeGroup(job, ports, signal);
    case 'rerequested':
      if (!(await isNewWish(job, id, ports))) return;
      return rerun(job, id, ports);
    default:
      return unknownKind(job);
  }
}

/** Somebody asked for a run again: told under another delivery's id, it is still the same wish. Its tries go on. */
async function isNewWish(
  job: Extract<Job, { kind: 'review' | 'rerequested' }>,
  id: string,
  { store }: Ports,
): Promise<boolean> {
  const { wish, repository } = job;
  const again = job.kind === 'review' && job.attempt > 0;
  if (wish === null || wish === undefined || again) return true;
  return store.claimEffect(`rerequested:${repository.id}:${wish}`, id);
}

function unknownKind(job: never): never {
  throw new TypeError(`there is no story for the job ${JSON.stringify(job satisfies Job)}`);
}
