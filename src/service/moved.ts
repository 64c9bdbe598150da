import { CountersignError } from '../core/errors.ts';
import type { RepositoryRef, SweepHost } from '../core/host.ts';
import type { Job, QueuedJob } from '../core/job.ts';
import { isGone, statusOf } from '../github/failure.ts';

/** Starts of a job that GitHub refuses: with the queue's back-off, about a quarter of an hour. */
const STARTS = 10;

/**
 * The job under the name that its repository has by now: a job waits under the name of its delivery, and a repository
 * may be renamed, or another one given its old name. Null where the installation knows it by no other name.
 */
export async function renamed(job: Job, host: Pick<SweepHost, 'repositoriesOf'>): Promise<Job | null> {
  const { id, installationId, owner, name } = job.repository;
  const found = (await host.repositoriesOf(installationId)).find((repository) => repository.id === id);
  return found === undefined || isSame(found, { owner, name }) ? null : { ...job, repository: found };
}

function isSame(a: Pick<RepositoryRef, 'owner' | 'name'>, b: Pick<RepositoryRef, 'owner' | 'name'>): boolean {
  return a.owner === b.owner && a.name === b.name;
}

/** Whether what GitHub refused may be asked of the wrong name. */
export function mayBeRenamed(error: unknown): boolean {
  return (
    error instanceof CountersignError &&
    error.code === 'host-refused' &&
    (isGone(error) || statusOf(error) === undefined)
  );
}

/**
 * Whether a job has nobody left to be done for: the App was removed or suspended, the repository is gone. Tried for a
 * while all the same; what comes back later is found by the sweep.
 */
export function isHopeless(error: unknown, { earlierStarts }: QueuedJob): boolean {
  if (!(error instanceof CountersignError) || error.code !== 'host-refused') return false;
  return (earlierStarts ?? 0) + 1 >= STARTS && [401, 403, 404, 410, 451].includes(statusOf(error) ?? 0);
}
