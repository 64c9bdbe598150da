import { PgBoss } from 'pg-boss';
import { sha256 } from '../core/digest.ts';
import type { Job } from '../core/job.ts';
import type { OperatedQueue, QueueBacklog } from '../core/store.ts';
import { abandoned, countBacklog, QUEUE, QUEUE_SCHEMA, release, reviewAwaited } from './claims.ts';
import type { Engine } from './engine.ts';
import { guarded } from './failure.ts';
import { createSender } from './sender.ts';
import { type Notice, openBell } from './wake.ts';
import { lostDelayMs, RETRY_LIMIT, startWorker, type Worker } from './worker.ts';

/** Ids of finished jobs are kept longer than GitHub lets a delivery be sent again (3 days). Seconds. */
const KEEP_FINISHED_S = 7 * 86_400;
/** A job that never got its turn. Seconds. */
const KEEP_WAITING_S = 30 * 86_400;
/** No handler runs longer; the reviews' own limits are far below. Seconds. */
const LONGEST_RUN_S = 1_800;

export interface DatabaseQueue extends OperatedQueue {
  stop(): Promise<void>;
}

/** The caller holds the start lock: pg-boss makes its tables here. */
export async function openQueue(
  engine: Engine,
  pullRequestOfCheckRun: (repositoryId: number, checkRunId: number) => Promise<number | null>,
  onError: (error: unknown) => void,
): Promise<DatabaseQueue> {
  const boss = new PgBoss({
    db: engine.queueDb,
    backend: engine.kind,
    schema: QUEUE_SCHEMA,
    schedule: false,
    supervise: true,
    superviseIntervalSeconds: 60,
    monitorIntervalSeconds: 60,
    maintenanceIntervalSeconds: 3_600,
    monitorVacuum: false,
  });
  boss.on('error', onError);
  await boss.start();
  await boss.createQueue(QUEUE, {
    policy: 'standard',
    retryLimit: RETRY_LIMIT,
    deleteAfterSeconds: KEEP_FINISHED_S,
    retentionSeconds: KEEP_WAITING_S,
    expireInSeconds: LONGEST_RUN_S,
  });
  // The folder is locked: whatever runs in it ran in a process that is gone.
  if (engine.kind === 'pglite') {
    for (const claim of await abandoned(engine.db, null)) {
      await release(engine.db, claim, lostDelayMs(claim.retryCount), 'the process ended while the job ran');
    }
  }
  const workers = new Set<Worker>();
  const bell = openBell(engine, (notice) => ring(workers, notice), onError);
  const post = createSender(boss, (letters) => {
    const due = letters.filter((letter) => letter.afterMs <= 0);
    if (due.length === 0) return;
    const notice = { reviewed: due.filter((letter) => letter.data.kind === 'review').map((letter) => letter.key) };
    ring(workers, notice);
    bell.ring(notice);
  });

  return {
    send: (id, job, { afterMs }) =>
      guarded(async () => {
        const data = { id, kind: job.kind, job: JSON.stringify(job) };
        const isNew = await post({ id: uuidOf(id), key: await keyOf(job), data, afterMs });
        return isNew ? 'stored' : 'duplicate';
      }),

    async work(handler, { concurrency }) {
      const worker = startWorker({ engine, boss, handler, concurrency, onError });
      workers.add(worker);
      bell.listen();
      return {
        async stop(graceMs) {
          await worker.stop(graceMs);
          workers.delete(worker);
        },
      };
    },

    awaitsReview: (repositoryId, pullRequest, withinMs) =>
      guarded(() => reviewAwaited(engine.db, `${repositoryId}#${pullRequest}`, withinMs)),

    async depth() {
      const { waiting, delayed, running } = await backlog();
      return waiting + delayed + running;
    },

    backlog,

    async stop() {
      await Promise.all([...workers].map((worker) => worker.stop(0)));
      await bell.close();
      await boss.stop({ graceful: false, close: false });
    },
  };

  function backlog(): Promise<QueueBacklog> {
    return guarded(async () => {
      // Failed jobs are counted by pg-boss once a minute: a metric, and a count over all that is kept. So are many delayed ones.
      const kept = await boss.getQueue(QUEUE);
      return { ...(await countBacklog(engine.db, kept?.deferredCount ?? 0)), failed: kept?.failedCount ?? 0 };
    });
  }

  /** What jobs take turns on: the pull request. A press names a check run, whose review names the pull request. */
  async function keyOf(job: Job): Promise<string> {
    if (job.kind === 'came-true') return `${job.repository.id}`;
    if (job.kind === 'rerequested' || job.kind === 'merge-group') return `${job.repository.id}@${job.headSha}`;
    if (job.kind === 'pushed') return `${job.repository.id}:${job.branch}`;
    if (job.kind === 'policy-check') return `${job.repository.id}:policy`;
    if (job.kind !== 'press') return `${job.repository.id}#${job.pullRequest}`;
    const pullRequest = await pullRequestOfCheckRun(job.repository.id, job.checkRunId);
    return pullRequest === null ? `${job.repository.id}!${job.checkRunId}` : `${job.repository.id}#${pullRequest}`;
  }
}

function ring(workers: ReadonlySet<Worker>, notice: Notice): void {
  for (const worker of workers) worker.wake(notice.reviewed);
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The id itself where it is a UUID, else one made of its SHA-256 (RFC 9562, section 5.8, version 8). */
export function uuidOf(id: string): string {
  const lower = id.toLowerCase();
  if (UUID.test(lower)) return lower;
  const hex = sha256(id.toWellFormed());
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
