import { digestOf } from '../core/digest.ts';
import { CountersignError, messageOf } from '../core/errors.ts';
import type { Host, PullRequestState, RepositoryRef, SweepHost } from '../core/host.ts';
import type { Job } from '../core/job.ts';
import type { OperatedStore } from '../core/store.ts';
import { askAfterTransfer, knownPlace } from '../review/place.ts';
import type { AppApi } from './app-api.ts';
import type { Log } from './log.ts';
import { noteOutOfReach } from './out-of-reach.ts';
import { sweepClosed } from './sweep-closed.ts';

/** How a sweep treats GitHub and the queue. Counts, and milliseconds. */
export interface SweepLimits {
  /** Repositories looked through at the same time. */
  readonly concurrency: number;
  /** Reviews that one sweep asks for; the rest waits for the next one. */
  readonly reviews: number;
  /** Pull requests that seem to have been closed unseen, asked for one by one in one sweep. */
  readonly closed: number;
  /** Before the first review starts, so that a delivery on its way comes first. */
  readonly settleMs: number;
  /** Between the starts of two reviews. */
  readonly spacingMs: number;
  /** Before a head that seems to be under review is reviewed again. */
  readonly underWayMs: number;
}

export const SWEEP_LIMITS: SweepLimits = {
  concurrency: 4,
  reviews: 500,
  closed: 500,
  settleMs: 2_000,
  spacingMs: 250,
  underWayMs: 10 * 60 * 1000,
};

export interface SweepParts {
  readonly api: Pick<AppApi, 'installations'>;
  readonly host: SweepHost & Pick<Host, 'checkRuns' | 'repository' | 'pullRequest'>;
  readonly store: Pick<
    OperatedStore,
    'latestReview' | 'pullRequest' | 'openPullRequests' | 'openByRepository' | 'savePullRequest' | 'cached' | 'cache'
  > & {
    readonly queue: Pick<OperatedStore['queue'], 'send'>;
  };
  readonly limits: SweepLimits;
  readonly log: Log;
  readonly now: () => number;
}

export interface SweepOutcome {
  readonly repositories: number;
  readonly pullRequests: number;
  /** Reviews that were put into the queue. */
  readonly sent: number;
  /** Pull requests that GitHub did not list as open any more, and that were looked at. */
  readonly closed: number;
  /** What could not be looked at; the next sweep tries again. */
  readonly failures: number;
  /** Whether `limits.reviews` was reached. */
  readonly cut: boolean;
}

/** The same head is asked for again after a day, should its review have come to nothing. */
const NOTE_MS = 24 * 60 * 60 * 1000;

/**
 * The cause of a sweep's reviews. With this prefix the review takes it for a delivery that may be a repetition: a head
 * that was answered in the meantime is not judged twice.
 */
const CAUSE = 'pull_request.sweep';

/**
 * Looks for open pull requests whose head has no finished check of ours, and has them reviewed, newest first. GitHub
 * sends no webhook twice by itself, so whatever came while nobody listened is found here: pull requests that were closed
 * and merged meanwhile, too.
 */
export async function sweep(parts: SweepParts, signal: AbortSignal): Promise<SweepOutcome> {
  const { api, host, limits, log } = parts;
  const total = { repositories: 0, pullRequests: 0, sent: 0, closed: 0, failures: 0, cut: false };
  const seen = new Set<number>();
  const suspended = new Set<number>();
  let listedAll = true;

  for (const installation of await api.installations()) {
    if (installation.suspended) suspended.add(installation.id);
    if (installation.suspended || signal.aborted) continue;
    try {
      const repositories = await host.repositoriesOf(installation.id).catch((error: unknown) => {
        listedAll = false;
        throw error;
      });
      for (const { id } of repositories) seen.add(id);
      await inTurns(repositories, limits.concurrency, async (repository) => {
        if (signal.aborted || total.cut) return;
        await ofRepository(repository);
      });
    } catch (error) {
      failed(error, { installation: installation.id });
    }
  }
  if (listedAll && !signal.aborted) await noteOutOfReach(seen, suspended, parts);
  return total;

  async function ofRepository(repository: RepositoryRef): Promise<void> {
    try {
      const { pullRequests } = await host.openPullRequests(repository);
      total.repositories += 1;
      total.pullRequests += pullRequests.length;
      const place = await knownPlace(repository.id, parts.store);
      if (place !== null && place.installationId !== repository.installationId)
        await askAfterTransfer(repository, place, parts.store.queue);
      await reviewMissing(repository, pullRequests);
      total.closed += await sweepClosed(repository, pullRequests, limits.closed - total.closed, parts);
    } catch (error) {
      failed(error, { repository: `${repository.owner}/${repository.name}` });
    }
  }

  async function reviewMissing(repository: RepositoryRef, pullRequests: readonly PullRequestState[]): Promise<void> {
    const unfinished = await missing(repository, pullRequests, parts);
    // An archived repository takes no check; asked for only where there would be something to do.
    if (unfinished.length === 0 || (await host.repository(repository)).archived) return;
    for (const { pullRequest, underWay } of unfinished) {
      if (signal.aborted) return;
      total.cut ||= total.sent >= limits.reviews;
      if (total.cut) return;
      const turn = limits.settleMs + total.sent * limits.spacingMs;
      if (await ask(repository, pullRequest, underWay ? limits.underWayMs : turn, parts)) total.sent += 1;
    }
  }

  function failed(error: unknown, where: Readonly<Record<string, unknown>>): void {
    total.failures += 1;
    // Nobody can be asked any more: the whole sweep ends, and comes again.
    if (error instanceof CountersignError && error.code === 'store-unavailable') throw error;
    log('warn', 'the sweep left something out; the next one looks again', { ...where, error: messageOf(error) });
  }
}

interface Unfinished {
  readonly pullRequest: PullRequestState;
  /** A run of ours is in progress on this head: most likely it is being reviewed right now. */
  readonly underWay: boolean;
}

async function missing(
  repository: RepositoryRef,
  pullRequests: readonly PullRequestState[],
  { host, store }: SweepParts,
): Promise<readonly Unfinished[]> {
  const found: Unfinished[] = [];
  for (const pullRequest of pullRequests) {
    const { number, headSha, baseRef } = pullRequest;
    const [known, latest] = await Promise.all([
      store.pullRequest(repository.id, number),
      store.latestReview(repository.id, number),
    ]);
    // Closed as far as we know: its green was withdrawn, and that it was opened again was missed.
    const reopened = known !== null && known.state === 'closed';
    const ofHead = latest !== null && latest.report.headSha === headSha;
    const reviewed = ofHead && latest.report.baseRef === baseRef && latest.checkRunId !== null;
    if (reviewed && !reopened && known?.openCheckRun === null) continue;

    const runs = await host.checkRuns(repository, headSha);
    const newest = runs.find((run) => run.externalId?.startsWith(`pr-${number}-`) === true);
    const answered = newest?.status === 'completed' && newest.conclusion !== 'cancelled';
    // "Could not evaluate" leaves no review and a later try in the queue. Without a record of the pull request the store
    // was replaced: what is shown then has nothing behind it that could be signed.
    if (answered && known !== null && !reopened && (reviewed || !ofHead)) continue;
    found.push({ pullRequest, underWay: !reopened && newest !== undefined && newest.status !== 'completed' });
  }
  return found;
}

/** True where the review was put into the queue by this very call. Several processes that sweep at once agree on the id. */
async function ask(
  repository: RepositoryRef,
  { number, headSha, baseRef }: PullRequestState,
  afterMs: number,
  { store, now }: SweepParts,
): Promise<boolean> {
  const note = `sweep:${digestOf({ repository: repository.id, number, headSha, baseRef })}`;
  if ((await store.cached(note)) !== null) return false;
  const job: Job = {
    kind: 'review',
    repository,
    pullRequest: number,
    cause: CAUSE,
    sender: null,
    // No event told of this head: whoever pushed it has to be looked up.
    headSha: null,
    beforeSha: null,
    attempt: 0,
  };
  const day = Math.floor(now() / NOTE_MS);
  const answer = await store.queue.send(`${note}:${day}`, job, { afterMs });
  await store.cache(note, true, new Date(now() + NOTE_MS).toISOString());
  return answer === 'stored';
}

async function inTurns<T>(items: readonly T[], width: number, each: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (const item of left) await each(item);
    }),
  );
}

/** What decides when to sweep. All times in milliseconds. */
export interface SweepClock {
  readonly everyMs: number;
  /** How long something must have been away before its return is worth a sweep. */
  readonly awayMs: number;
}

export const SWEEP_CLOCK: SweepClock = { everyMs: 60 * 60 * 1000, awayMs: 30_000 };

export interface Sweeper {
  /** Sweeps now, or once more after the sweep under way. */
  start(why: 'start' | 'schedule' | 'outage' | 'installation'): void;
  /** Tells how somebody answered; a return after an outage starts a sweep. */
  heard(who: 'github' | 'store', answered: boolean): void;
  stop(): Promise<void>;
}

/** Runs sweeps one after another. `run` is one sweep; what it throws is told, and the sweep tried again a minute later. */
export function createSweeper(
  run: (signal: AbortSignal, why: string) => Promise<void>,
  options: SweepClock & { readonly log: Log; readonly now: () => number; readonly retryMs: number },
): Sweeper {
  const stopping = new AbortController();
  const awaySince = new Map<string, number>();
  let running: Promise<void> | null = null;
  let next: string | null = null;
  let again: NodeJS.Timeout | null = null;
  const timer = setInterval(() => start('schedule'), options.everyMs);
  timer.unref();

  function start(why: string): void {
    if (stopping.signal.aborted) return;
    next ??= why;
    running ??= loop().finally(() => {
      running = null;
    });
  }

  async function loop(): Promise<void> {
    while (next !== null && !stopping.signal.aborted) {
      const why = next;
      next = null;
      try {
        await run(stopping.signal, why);
      } catch (error) {
        options.log('warn', 'a sweep failed; it is tried again', { error: messageOf(error) });
        again ??= setTimeout(() => {
          again = null;
          start(why);
        }, options.retryMs);
        again.unref();
      }
    }
  }

  return {
    start,
    heard(who, answered) {
      if (!answered) {
        if (!awaySince.has(who)) awaySince.set(who, options.now());
        return;
      }
      const since = awaySince.get(who);
      awaySince.delete(who);
      if (since !== undefined && options.now() - since >= options.awayMs) start('outage');
    },
    async stop() {
      stopping.abort();
      clearInterval(timer);
      if (again !== null) clearTimeout(again);
      await running;
    },
  };
}
