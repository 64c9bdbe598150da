import { setTimeout as sleep } from 'node:timers/promises';
import type { PgBoss } from 'pg-boss';
import { CountersignError, messageOf } from '../core/errors.ts';
import type { QueuedJob } from '../core/job.ts';
import type { AbortReason } from '../core/store.ts';
import { abandoned, type Claim, QUEUE, release, touch, waitingReviews } from './claims.ts';
import type { Engine } from './engine.ts';
import { isOutage } from './failure.ts';
import { parseQueueData } from './schema.ts';

/** Times in milliseconds. A process that died is noticed after `SILENCE`, looked for at every `BEAT`. */
const POLL_MS = 500;
const BEAT_MS = 1_500;
const SILENCE_MS = 10_000;
/** Without an answer from the database for so long, a run counts itself as lost: before others may count it so. */
const LOST_MS = 8_000;
/** How long a stopping worker waits for handlers that were told to end. */
const LAST_WORD_MS = 1_000;
/** How long the outcome of a finished job is tried to be stored; then the job runs again, which must change nothing. */
const SETTLE_MS = 300_000;

/** Tries before a job is given up: with the back-off below, most of a day. */
export const RETRY_LIMIT = 250;
const LONGEST_DELAY_MS = 300_000;

/** After a failure: 1 s, 2 s, 4 s … up to five minutes, never less than the other side asked for. */
export function retryDelayMs(retryCount: number, askedMs: number | undefined): number {
  return Math.max(Math.min(LONGEST_DELAY_MS, 1_000 * 2 ** Math.min(retryCount, 20)), askedMs ?? 0);
}

/** After a process died: at once, and only slower where the same job saw several die: it may be the cause. */
export function lostDelayMs(retryCount: number): number {
  return retryCount < 5 ? 0 : retryDelayMs(retryCount - 5, undefined);
}

export interface Worker {
  /** There may be work, and among it reviews of these pull requests: a running review of one of them is out of date. */
  wake(reviewed: readonly string[]): void;
  stop(graceMs: number): Promise<void>;
}

interface Running {
  readonly claim: Claim;
  readonly key: string;
  readonly review: boolean;
  readonly abort: (reason: AbortReason) => void;
  readonly done: Promise<void>;
}

interface Claimed extends Claim {
  readonly key: string;
  readonly data: unknown;
}

export function startWorker(options: {
  readonly engine: Engine;
  readonly boss: PgBoss;
  readonly handler: (queued: QueuedJob, signal: AbortSignal) => Promise<void>;
  readonly concurrency: number;
  readonly onError: (error: unknown) => void;
}): Worker {
  const { engine, boss, handler, concurrency, onError } = options;
  const running = new Set<Running>();
  let stopping = false;
  let pumping: Promise<void> | null = null;
  let again = false;
  /** Of the process's own steady clock: only durations are measured with it. */
  let heardAt = performance.now();
  let problem: string | null = null;

  /** One outage is one message, not two a second. */
  function report(error: unknown): void {
    const text = messageOf(error);
    if (text !== problem) onError(error);
    problem = text;
  }

  function pump(): void {
    again = true;
    pumping ??= fill()
      .catch((error: unknown) => {
        again = false;
        report(error);
      })
      .finally(() => {
        pumping = null;
        if (again && !stopping) pump();
      });
  }

  async function fill(): Promise<void> {
    while (again && !stopping) {
      again = false;
      while (!stopping && running.size < concurrency) {
        const claimed = await claim();
        if (claimed === null) break;
        start(claimed);
      }
      problem = null;
    }
  }

  async function claim(): Promise<Claimed | null> {
    // One at a time: within a batch pg-boss orders jobs of one group by their random ids.
    const [job] = await boss.fetch<unknown>(QUEUE, { batchSize: 1, groupConcurrency: 1, db: engine.claimDb });
    if (job === undefined) return null;
    return { id: job.id, retryCount: job.retryCount, key: job.groupId ?? job.id, data: job.data };
  }

  function start(claimed: Claimed): void {
    const controller = new AbortController();
    // An earlier run of this pull request that counts as lost may still be winding down here.
    const earlier = [...running].filter((other) => other.key === claimed.key).map((other) => other.done);
    const queued = readJob(claimed);
    const run: Running = {
      claim: { id: claimed.id, retryCount: claimed.retryCount },
      key: claimed.key,
      review: queued !== null && queued.job.kind === 'review',
      abort: (reason) => controller.abort(reason),
      done: Promise.all(earlier)
        .then(() => attempt(claimed, queued, controller.signal))
        .catch(report)
        .finally(() => {
          running.delete(run);
          pump();
        }),
    };
    running.add(run);
  }

  function readJob(claimed: Claimed): QueuedJob | null {
    try {
      return { ...parseQueueData(claimed.data), earlierStarts: claimed.retryCount };
    } catch (error) {
      onError(error);
      return null;
    }
  }

  async function attempt(claimed: Claimed, queued: QueuedJob | null, signal: AbortSignal): Promise<void> {
    if (queued === null) return settle(claimed, { error: new TypeError('a stored job cannot be read') });
    try {
      await handler(queued, signal);
    } catch (error) {
      // The handler knows what it was about, and has told of it.
      return settle(claimed, { error });
    }
    return settle(claimed, null);
  }

  /** Stores the outcome. Fenced by the start: where the job was taken over meanwhile, nothing changes. */
  async function settle(claimed: Claim, failure: { readonly error: unknown } | null): Promise<void> {
    const claim: Claim = { id: claimed.id, retryCount: claimed.retryCount };
    for (let waited = 0; ; waited += 1_000) {
      try {
        if (failure === null) await boss.complete(QUEUE, claim);
        else if (claim.retryCount >= RETRY_LIMIT) await boss.fail(QUEUE, claim, { message: messageOf(failure.error) });
        else
          await release(
            engine.db,
            claim,
            retryDelayMs(claim.retryCount, askedFor(failure.error)),
            messageOf(failure.error),
          );
        return;
      } catch (error) {
        report(error);
        if (!isOutage(error) || stopping || waited >= SETTLE_MS) return;
        await sleep(1_000);
      }
    }
  }

  async function beat(): Promise<void> {
    const held = [...running];
    try {
      const ours = await touch(
        engine.db,
        held.map((run) => run.claim),
      );
      heardAt = performance.now();
      for (const run of held) if (!ours.has(run.claim.id)) run.abort('lost');
      if (engine.kind === 'postgres') await takeOver();
    } catch (error) {
      report(error);
    }
  }

  /** A notice may come late, when the job it tells of runs itself: what counts is what waits. */
  async function supersede(runs: readonly Running[]): Promise<void> {
    const newer = await waitingReviews(engine.db, [...new Set(runs.map((run) => run.key))]);
    for (const run of runs) if (newer.has(run.key)) run.abort('superseded');
  }

  /** Jobs of processes that died. Each is released by exactly one of those who look: the start is part of the condition. */
  async function takeOver(): Promise<void> {
    for (const claim of await abandoned(engine.db, SILENCE_MS)) {
      if (claim.retryCount >= RETRY_LIMIT)
        await boss.fail(QUEUE, claim, { message: 'the process ended while the job ran' });
      else if (await release(engine.db, claim, lostDelayMs(claim.retryCount), 'the process ended while the job ran'))
        pump();
    }
  }

  const poll = setInterval(pump, POLL_MS);
  let beating: Promise<void> | null = null;
  const heart = setInterval(() => {
    // Nobody else can take over what runs in a locked folder.
    if (engine.kind === 'postgres' && performance.now() - heardAt > LOST_MS)
      for (const run of running) run.abort('lost');
    beating ??= beat().finally(() => {
      beating = null;
    });
  }, BEAT_MS);
  pump();

  return {
    wake(keys) {
      const concerned = [...running].filter((run) => run.review && keys.includes(run.key));
      if (concerned.length > 0) void supersede(concerned).catch(report);
      pump();
    },
    async stop(graceMs) {
      stopping = true;
      clearInterval(poll);
      await within(pumping ?? Promise.resolve(), graceMs);
      const all = Promise.all([...running].map((run) => run.done));
      await within(all, graceMs);
      for (const run of running) run.abort('stopping');
      if (running.size > 0) await within(all, LAST_WORD_MS);
      clearInterval(heart);
      await beating;
      for (const run of running) {
        await release(engine.db, run.claim, 0, 'the process was stopped while the job ran').catch(report);
      }
    },
  };
}

function askedFor(error: unknown): number | undefined {
  return error instanceof CountersignError ? error.retryAfterMs : undefined;
}

async function within(work: Promise<unknown>, ms: number): Promise<void> {
  const timer = new AbortController();
  try {
    await Promise.race([work, sleep(ms, undefined, { signal: timer.signal }).catch(() => undefined)]);
  } finally {
    timer.abort();
  }
}
