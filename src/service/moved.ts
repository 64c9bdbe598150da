import { CountersignError } from '../core/errors.ts';
import type { Host, RepositoryRef, SweepHost } from '../core/host.ts';
import type { Job, QueuedJob } from '../core/job.ts';
import { statusOf } from '../github/failure.ts';
import type { AppApi } from './app-api.ts';

/** Starts of a job that GitHub refuses: with the queue's back-off, about a quarter of an hour. */
const STARTS = 10;
/** As long as one look at all installations serves every job that asks, in milliseconds. */
const LOOKED_MS = 10_000;
/** The same where GitHub has just said something else than that look. */
const DOUBTED_MS = 1_000;

/** Where repositories are by now. */
export interface Whereabouts {
  /** Under its name and installation of today; null where no installation has it, or none but the one asked about. */
  find(repository: RepositoryRef): Promise<RepositoryRef | null>;
}

/** Looks through every installation, since a repository may have been given to another owner, or the App installed anew. */
export function createWhereabouts(
  api: Pick<AppApi, 'installations'>,
  host: Pick<SweepHost, 'repositoriesOf'>,
  now: () => number,
): Whereabouts {
  let last: { readonly at: number; readonly found: Promise<ReadonlyMap<number, RepositoryRef>> } | null = null;

  async function look(): Promise<ReadonlyMap<number, RepositoryRef>> {
    const found = new Map<number, RepositoryRef>();
    for (const { id, suspended } of await api.installations()) {
      if (suspended) continue;
      for (const repository of await host.repositoriesOf(id).catch(noneWhereRefused)) {
        found.set(repository.id, repository);
      }
    }
    return found;
  }

  async function looked(maxAgeMs: number): Promise<ReadonlyMap<number, RepositoryRef>> {
    if (last === null || now() - last.at >= maxAgeMs) last = { at: now(), found: look() };
    const asked = last;
    try {
      return await asked.found;
    } catch (error) {
      if (last === asked) last = null;
      throw error;
    }
  }

  return {
    async find(repository) {
      const known = (await looked(LOOKED_MS)).get(repository.id);
      if (known === undefined) return null;
      if (!isSame(known, repository)) return known;
      const found = (await looked(DOUBTED_MS)).get(repository.id);
      return found === undefined || isSame(found, repository) ? null : found;
    },
  };
}

/** An installation that ended since it was listed has none; one that does not answer may have any. */
function noneWhereRefused(error: unknown): readonly RepositoryRef[] {
  if (isRefusal(error)) return [];
  throw error;
}

/**
 * The job in the place that its repository has by now, where that is why GitHub refused it: a job waits under the name
 * and the installation of its delivery, and a repository may be renamed, given to another owner, or another one given
 * its old name. Null where it is where it was.
 */
export async function moved(
  job: Job,
  error: unknown,
  { host, whereabouts }: { readonly host: Pick<Host, 'repository'>; readonly whereabouts: Whereabouts },
): Promise<Job | null> {
  if (!isRefusal(error) || (statusOf(error) !== undefined && (await isThere(job.repository, host)))) return null;
  const repository = await whereabouts.find(job.repository);
  return repository === null ? null : { ...job, repository };
}

/** Whether the place is right, and something else in it is missing or not allowed. */
async function isThere(repository: RepositoryRef, host: Pick<Host, 'repository'>): Promise<boolean> {
  try {
    await host.repository(repository);
    return true;
  } catch (error) {
    if (isRefusal(error)) return false;
    throw error;
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof CountersignError && error.code === 'host-refused';
}

function isSame(a: RepositoryRef, b: RepositoryRef): boolean {
  return a.installationId === b.installationId && a.owner === b.owner && a.name === b.name;
}

/**
 * Whether a job has nobody left to be done for: the App was removed or suspended, the repository is gone. Tried for a
 * while all the same; what comes back later is found by the sweep.
 */
export function isHopeless(error: unknown, { earlierStarts }: QueuedJob): boolean {
  if (!(error instanceof CountersignError) || error.code !== 'host-refused') return false;
  const status = statusOf(error);
  const refused = status === undefined || [401, 403, 404, 410, 451].includes(status);
  return (earlierStarts ?? 0) + 1 >= STARTS && refused;
}
