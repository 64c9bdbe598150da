import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { CountersignError } from '../../../src/core/errors.ts';
import type { QueuedJob } from '../../../src/core/job.ts';
import type { OperatedStore } from '../../../src/core/store.ts';
import { RETRY_LIMIT } from '../../../src/store/worker.ts';
import { closedJob, median, pressJob, reviewJob, storedReview, tookMs, until } from '../support.ts';

/** The queue, whatever the engine. Every case stops its worker, so that the next one starts with an empty queue. */
export function queueCases(
  store: () => OperatedStore,
  errors: unknown[],
  sql: (text: string) => Promise<readonly Record<string, unknown>[]>,
): void {
  async function working(
    concurrency: number,
    handler: (queued: QueuedJob, signal: AbortSignal) => Promise<void>,
    story: () => Promise<void>,
    left = 0,
  ): Promise<void> {
    const work = await store().queue.work(handler, { concurrency });
    try {
      await story();
    } finally {
      await work.stop(5_000);
    }
    expect(await store().queue.depth()).toBe(left);
  }
  const send = (id: string, pullRequest: number, afterMs = 0) =>
    store().queue.send(id, reviewJob(pullRequest, 'a'.repeat(40)), { afterMs });

  describe('queue', () => {
    it('makes one job of 50 identical deliveries at once, and none of a later one', async () => {
      const id = 'b0a5c1de-0000-4000-8000-0000000000a1';
      const answers = await Promise.all(Array.from({ length: 50 }, () => send(id, 1)));
      expect(answers.filter((answer) => answer === 'stored')).toHaveLength(1);
      expect(await send(id.toUpperCase(), 1)).toBe('duplicate');
      const seen: string[] = [];
      await working(
        4,
        async (queued) => void seen.push(queued.id),
        () => until('the job', () => seen.length === 1),
      );
      expect(await send(id, 1)).toBe('duplicate');
      expect(await store().queue.depth()).toBe(0);
      expect(seen).toEqual([id]);
    });

    it('takes ids that are no UUIDs, and keeps them apart', async () => {
      expect(await send('delivery-1', 1)).toBe('stored');
      expect(await send('delivery-1', 1)).toBe('duplicate');
      expect(await send('delivery-2', 1)).toBe('stored');
      const seen: QueuedJob[] = [];
      await working(
        1,
        async (queued) => void seen.push(queued),
        () => until('both', () => seen.length === 2),
      );
      expect(seen.map((queued) => queued.id)).toEqual(['delivery-1', 'delivery-2']);
      expect(seen[0]?.job).toEqual(reviewJob(1, 'a'.repeat(40)));
    });

    it('runs jobs of one pull request one after another, in order, and others beside them', async () => {
      const running = new Map<number, number>();
      let most = 0;
      let worst = 0;
      const order: string[] = [];
      const ids = Array.from({ length: 24 }, (_, at) => ({ id: `turn-${at}`, pullRequest: at % 4 }));
      for (const { id, pullRequest } of ids) await store().queue.send(id, closedJob(pullRequest), { afterMs: 0 });
      await working(
        8,
        async ({ id, job }) => {
          const key = 'pullRequest' in job ? job.pullRequest : -1;
          running.set(key, (running.get(key) ?? 0) + 1);
          worst = Math.max(worst, running.get(key) ?? 0);
          most = Math.max(
            most,
            [...running.values()].reduce((sum, count) => sum + count, 0),
          );
          order.push(id);
          // The first ones wait for each other: however slowly they are handed out, they run at the same time.
          await until('one of each', () => most === 4);
          await sleep(5);
          running.set(key, (running.get(key) ?? 0) - 1);
        },
        () => until('all', () => order.length === ids.length),
      );
      expect(worst, 'jobs of one pull request at the same time').toBe(1);
      expect(most, 'jobs at the same time').toBe(4);
      for (const key of [0, 1, 2, 3]) {
        const turns = order.filter((id) => Number(id.slice(5)) % 4 === key);
        expect(turns).toEqual(ids.filter(({ pullRequest }) => pullRequest === key).map(({ id }) => id));
      }
    });

    it('never runs more jobs at once than it was told', async () => {
      let now = 0;
      let most = 0;
      let done = 0;
      await Promise.all(
        Array.from({ length: 12 }, (_, at) => store().queue.send(`few-${at}`, closedJob(at), { afterMs: 0 })),
      );
      await working(
        3,
        async () => {
          now += 1;
          most = Math.max(most, now);
          await until('as many as may', () => most === 3);
          await sleep(10);
          now -= 1;
          done += 1;
        },
        () => until('all', () => done === 12),
      );
      expect(most).toBe(3);
    });

    it('starts an idle worker on a job within 100 ms', async () => {
      const started = new Map<string, number>();
      const waits: number[] = [];
      const asked: number[] = [];
      await working(
        2,
        async ({ id }) => void started.set(id, performance.now()),
        async () => {
          for (let at = 0; at < 12; at++) {
            await sleep(40);
            asked.push(await tookMs(() => store().queue.depth()));
            const sent = performance.now();
            await send(`quick-${at}`, at);
            await until('its start', () => started.has(`quick-${at}`));
            waits.push((started.get(`quick-${at}`) ?? Number.POSITIVE_INFINITY) - sent);
          }
        },
      );
      // By its own look it would come after a quarter of a second in the middle. A machine that takes long for any statement takes longer.
      expect(median(waits)).toBeLessThan(Math.max(100, 10 * median(asked)));
    });

    it('lets a press wait for the pull request that its check run belongs to', async () => {
      await store().saveReview(storedReview(70, 'r-70000001', 7001));
      let running = 0;
      let worst = 0;
      let done = 0;
      await store().queue.send('press-a', closedJob(70), { afterMs: 0 });
      await store().queue.send('press-b', pressJob(7001), { afterMs: 0 });
      await store().queue.send('press-c', pressJob(7099), { afterMs: 0 });
      const together = new Set<string>();
      await working(
        4,
        async ({ id }) => {
          if (id !== 'press-c') running += 1;
          worst = Math.max(worst, running);
          together.add(id);
          await sleep(50);
          if (id !== 'press-c') running -= 1;
          done += 1;
        },
        () => until('all', () => done === 3),
      );
      expect(worst).toBe(1);
      expect(together.size).toBe(3);
    });

    it('starts a delayed job, and one that failed, not before its time; others of the pull request go on meanwhile', async () => {
      const starts: { id: string; at: number; earlier: number | undefined }[] = [];
      const of = (id: string) => starts.filter((start) => start.id === id);
      const sent = performance.now();
      await send('later', 2, 900);
      expect(await store().queue.backlog()).toMatchObject({ waiting: 0, delayed: 1, oldestWaitingMs: null });
      await send('fails', 1);
      await send('after it', 1);
      await send('slowed', 3);
      await working(
        2,
        async ({ id, earlierStarts }) => {
          starts.push({ id, at: performance.now(), earlier: earlierStarts });
          if (of(id).length > 1) return;
          if (id === 'fails') throw new Error('a bug \u0000');
          if (id === 'slowed') throw new CountersignError('host-unavailable', 'slow down', { retryAfterMs: 1_400 });
        },
        () => until('all', () => of('fails').length === 2 && of('slowed').length === 2 && of('later').length === 1),
      );
      const waited = (id: string) => (of(id)[1]?.at ?? 0) - (of(id)[0]?.at ?? 0);
      expect((of('later')[0]?.at ?? 0) - sent).toBeGreaterThan(850);
      expect(waited('fails')).toBeGreaterThan(950);
      expect(waited('slowed')).toBeGreaterThan(1_350);
      expect(of('fails').map(({ earlier }) => earlier)).toEqual([0, 1]);
      const turns = starts.map(({ id }) => id);
      expect(turns.indexOf('after it')).toBeLessThan(turns.lastIndexOf('fails'));
    });

    it('tells a running review at once that a newer one waits, and nobody else', async () => {
      const reasons: unknown[] = [];
      const ended: string[] = [];
      const started: string[] = [];
      await working(
        3,
        async ({ id, job }, signal) => {
          started.push(id);
          if (id === 'newer') return void ended.push(id);
          // By itself the older one never ends.
          const own = job.kind === 'review' && job.pullRequest === 1 ? 600_000 : 150;
          await sleep(own, undefined, { signal }).catch(() => reasons.push(signal.reason));
          ended.push(id);
        },
        async () => {
          await send('older', 1);
          await send('other pull request', 2);
          await store().queue.send('no review', closedJob(3), { afterMs: 0 });
          await until('all started', () => started.length === 3);
          await send('retry of itself', 1, 60_000);
          await sleep(50);
          expect(reasons).toEqual([]);
          await send('newer', 1);
          await until('the newer one', () => ended.includes('newer'));
          expect(ended.indexOf('older')).toBeLessThan(ended.indexOf('newer'));
          await until('the others', () => ended.length === 4);
        },
        // The follow-up in a minute.
        1,
      );
      expect(reasons).toEqual(['superseded']);
      expect(await store().queue.backlog()).toMatchObject({ waiting: 0, delayed: 1, running: 0 });
    });

    it('lets running jobs end when it stops, and hands back what does not end', async () => {
      const ended: string[] = [];
      const reasons: unknown[] = [];
      const started: string[] = [];
      let stop = () => {};
      const stopped = new Promise<void>((resolve) => {
        stop = resolve;
      });
      await store().queue.send('short', closedJob(81), { afterMs: 0 });
      await store().queue.send('endless', closedJob(82), { afterMs: 0 });
      const work = await store().queue.work(
        async ({ id }, signal) => {
          started.push(id);
          if (id === 'short') await stopped;
          else
            await new Promise<void>((resolve) =>
              signal.addEventListener('abort', () => resolve(reasons.push(signal.reason) as never)),
            );
          if (id === 'endless') await new Promise(() => undefined);
          ended.push(id);
        },
        { concurrency: 2 },
      );
      await until('both started', () => started.length === 2);
      await store().queue.send('not started', closedJob(83), { afterMs: 0 });
      // The endless one would keep it for ever.
      const stopping = work.stop(500);
      stop();
      await stopping;
      expect(ended).toEqual(['short']);
      expect(reasons).toEqual(['stopping']);
      expect(started).not.toContain('not started');
      expect(await store().queue.backlog()).toMatchObject({ waiting: 2, running: 0 });

      const again: string[] = [];
      const next = await store().queue.work(async ({ id }) => void again.push(id), { concurrency: 2 });
      await until('both again', () => again.length === 2);
      await next.stop(1_000);
      expect(again.sort()).toEqual(['endless', 'not started']);
    });

    it('tells a run that another process took its job over, and lets its late outcome change nothing', async () => {
      const reasons: unknown[] = [];
      await store().queue.send('taken', closedJob(85), { afterMs: 0 });
      const work = await store().queue.work(
        async (_, signal) => {
          await new Promise((resolve) => signal.addEventListener('abort', resolve));
          reasons.push(signal.reason);
        },
        { concurrency: 1 },
      );
      await until('it runs', async () => (await store().queue.backlog()).running === 1);
      await sql(`UPDATE countersign_queue.job SET retry_count = retry_count + 1 WHERE state = 'active'`);
      await until('the run knows', () => reasons.length === 1);
      await work.stop(1_000);
      expect(reasons).toEqual(['lost']);
      expect(await store().queue.backlog()).toMatchObject({ waiting: 0, running: 1 });
      await sql(`UPDATE countersign_queue.job SET state = 'completed', completed_on = now() WHERE state = 'active'`);
    });

    it('keeps a job that it cannot read for a version that can, and goes on with the others', async () => {
      await store().queue.send('of the future', closedJob(86), { afterMs: 0 });
      await sql(
        `UPDATE countersign_queue.job SET data = '{"id":"of the future","job":"{\\"kind\\":\\"later\\"}"}'::jsonb WHERE state = 'created' AND data->>'id' = 'of the future'`,
      );
      await store().queue.send('of today', closedJob(86), { afterMs: 0 });
      const seen: string[] = [];
      await working(
        1,
        async ({ id }) => void seen.push(id),
        () => until('the readable one', () => seen.length === 1),
        2,
      );
      expect(seen).toEqual(['of today']);
      expect(errors.splice(0).map(String)[0]).toContain('a job of kind "later" was stored by another version');
      await sql(`UPDATE countersign_queue.job SET state = 'cancelled' WHERE data->>'id' = 'of the future'`);
    });

    it('gives a job up after its last try, and says so in its count', async () => {
      await store().queue.send('poison', closedJob(87), { afterMs: 0 });
      await sql(`UPDATE countersign_queue.job SET retry_count = ${RETRY_LIMIT} WHERE data->>'id' = 'poison'`);
      let tries = 0;
      await working(
        1,
        async () => {
          tries += 1;
          throw new Error('always');
        },
        () => until('the last try', () => tries === 1),
        1,
      );
      const rows = await sql(`SELECT state::text FROM countersign_queue.job WHERE data->>'id' = 'poison'`);
      expect(rows).toEqual([{ state: 'failed' }]);
      expect(await store().queue.send('poison', closedJob(87), { afterMs: 0 })).toBe('duplicate');
    });

    it('counts what waits and how long', async () => {
      await store().queue.send('waits', closedJob(90), { afterMs: 0 });
      await sleep(120);
      const backlog = await store().queue.backlog();
      expect(backlog).toMatchObject({ waiting: 1, running: 0 });
      expect(backlog.oldestWaitingMs).toBeGreaterThan(100);
      const done: string[] = [];
      const work = await store().queue.work(async ({ id }) => void done.push(id), { concurrency: 1 });
      await until('it ran', () => done.length === 1);
      await work.stop(1_000);
    });
  });
}
