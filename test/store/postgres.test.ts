import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEngine } from '../../src/store/engine.ts';
import { assembleStore } from '../../src/store/index.ts';
import { type PostgresServer, postgresMissing, startPostgres } from '../support/postgres.ts';
import { killChildren, startChild } from './children.ts';
import { closedJob, median, open, type Place, tookMs, until } from './support.ts';

describe.skipIf(postgresMissing !== null)('a PostgreSQL database', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(async () => {
    await killChildren();
    await server?.stop();
  });

  const placeOf = (databaseUrl: string): Place => ({ databaseUrl, dataFolder: '/nowhere/at/all' });

  it('is brought to this version by six stores, two of them in processes of their own, that start at once', async () => {
    const errors: unknown[] = [];
    const place = placeOf(await server.createDatabase());
    const others = [startChild(place, 'hold'), startChild(place, 'hold')];
    const stores = await Promise.all([1, 2, 3, 4].map(() => open(place, () => Date.now(), errors)));
    await until('the other processes', () => others.every((other) => other.said.length > 0));
    expect(others.map((other) => other.said)).toEqual([['open'], ['open']]);
    const seen: string[] = [];
    const works = await Promise.all(
      stores.map((store) => store.queue.work(async ({ id }) => void seen.push(id), { concurrency: 2 })),
    );
    const sends = await Promise.all(
      stores.flatMap((store) =>
        Array.from({ length: 20 }, (_, at) => store.queue.send(`d${at}`, closedJob(at), { afterMs: 0 })),
      ),
    );
    expect(sends.filter((answer) => answer === 'stored')).toHaveLength(20);
    await until('all jobs', () => seen.length >= 20);
    await Promise.all(works.map((work) => work.stop(1_000)));
    expect(new Set(seen).size).toBe(20);
    expect(seen).toHaveLength(20);
    await Promise.all(stores.map((store) => store.close()));
    expect(errors).toEqual([]);
  });

  it('gives the jobs of one pull request to one process at a time', async () => {
    const errors: unknown[] = [];
    const place = placeOf(await server.createDatabase());
    const stores = await Promise.all([1, 2, 3].map(() => open(place, () => Date.now(), errors)));
    let running = 0;
    let worst = 0;
    let done = 0;
    const sender = stores[0];
    for (let at = 0; at < 60; at++) await sender?.queue.send(`one-${at}`, closedJob(1), { afterMs: 0 });
    const works = await Promise.all(
      stores.map((store) =>
        store.queue.work(
          async () => {
            running += 1;
            worst = Math.max(worst, running);
            await sleep(3);
            running -= 1;
            done += 1;
          },
          { concurrency: 4 },
        ),
      ),
    );
    await until('all jobs', () => done === 60);
    expect(worst).toBe(1);
    await Promise.all(works.map((work) => work.stop(1_000)));
    await Promise.all(stores.map((store) => store.close()));
    expect(errors).toEqual([]);
  });

  it('tells the workers of other processes of new work, and of newer reviews, without waiting for their next look', async () => {
    const errors: unknown[] = [];
    const place = placeOf(await server.createDatabase());
    const [sender, worker] = await Promise.all([1, 2].map(() => open(place, () => Date.now(), errors)));
    const starts: number[] = [];
    const reasons: unknown[] = [];
    const work = await worker?.queue.work(
      async ({ job }, signal) => {
        starts.push(performance.now());
        if (job.kind === 'closed') return;
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        reasons.push(signal.reason);
      },
      { concurrency: 2 },
    );
    const waits: number[] = [];
    const asked: number[] = [];
    await sleep(400);
    for (let at = 0; at < 7; at++) {
      asked.push(await tookMs(() => sender?.queue.depth()));
      const sent = performance.now();
      await sender?.queue.send(`far-${at}`, closedJob(at), { afterMs: 0 });
      await until('its start', () => starts.length === at + 1);
      waits.push((starts.at(-1) ?? 0) - sent);
    }
    // By its own look it would come after a quarter of a second in the middle. A machine that takes long for any statement takes longer.
    expect(median(waits)).toBeLessThan(Math.max(150, 10 * median(asked)));
    const review = {
      kind: 'review',
      repository: { installationId: 1, id: 77, owner: 'o', name: 'n' },
      pullRequest: 500,
      cause: 'x',
      sender: null,
      headSha: null,
      beforeSha: null,
      attempt: 0,
    } as const;
    await sender?.queue.send('older', review, { afterMs: 0 });
    await until('the review', () => starts.length === 8);
    await sender?.queue.send('newer', review, { afterMs: 0 });
    await until('the older one ended', () => reasons.length === 1);
    // Superseding comes by itself, and may come before the newer one is handed out.
    await until('the newer review', () => starts.length === 9);
    await work?.stop(50);
    expect(reasons).toEqual(['superseded', 'stopping']);
    await Promise.all([sender?.close(), worker?.close()]);
    expect(errors).toEqual([]);
  });

  it('that is away is refused in one clear sentence without the password', async () => {
    const reach = (databaseUrl: string) => open(placeOf(databaseUrl), () => 0, []);
    const away = reach('postgres://app:hunter2@127.0.0.1:1/db');
    await expect(away).rejects.toMatchObject({
      code: 'store-unavailable',
      message:
        'The PostgreSQL database at 127.0.0.1:1/db cannot be reached (ECONNREFUSED): check DATABASE_URL and that the server runs.',
    });
    const good = await server.createDatabase();
    await expect(reach(good.replace(/t\d+$/, 'nosuch'))).rejects.toThrow(/has no database at 127\.0\.0\.1:\d+\/nosuch/);
    await expect(reach(good.replace('countersign:sesame', 'who:hunter2'))).rejects.toThrow(
      /refused the user or its password/,
    );
    for (const wrong of ['hunter2', 'mysql://u:hunter2@h/db', 'postgres://u:hunter2@h:notaport/db', '']) {
      const error: unknown = await reach(wrong).catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: 'bad-configuration' });
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error ?? {}))).not.toContain('hunter2');
    }
  });

  it('whose user may not make tables, or that a newer version has used, is refused in one sentence', async () => {
    const databaseUrl = await server.createDatabase();
    await server.query(databaseUrl, 'CREATE ROLE visitor LOGIN');
    const asVisitor = placeOf(databaseUrl.replace('countersign:sesame', 'visitor:sesame'));
    await expect(open(asVisitor, () => 0, [])).rejects.toMatchObject({
      code: 'store-unavailable',
      message: expect.stringMatching(/could not be made ready \(permission denied .*must be allowed to create schemas/),
    });
    await (await open(placeOf(databaseUrl), () => 0, [])).close();
    await server.query(
      databaseUrl,
      "INSERT INTO countersign.kysely_migration (name, timestamp) VALUES ('9999-later', '2030-01-01T00:00:00Z')",
    );
    await expect(open(placeOf(databaseUrl), () => 0, [])).rejects.toMatchObject({
      code: 'store-unavailable',
      message: expect.stringMatching(/that a newer Countersign has used needs that version/),
    });
  });

  it('keeps no lock after the start, and ends a transaction whose process froze in it', async () => {
    const databaseUrl = await server.createDatabase();
    const engine = await openEngine({ databaseUrl, dataFolder: '/nowhere/at/all', onError: () => undefined });
    const store = await assembleStore(engine, { now: () => 0, sign: null, onError: () => undefined });
    const locks = await sql<{ held: string }>`
      SELECT count(*) AS held FROM pg_locks WHERE locktype = 'advisory' AND granted`.execute(engine.db);
    expect(locks.rows[0]?.held).toBe('0');
    const frozen = await sql<{ setting: string }>`
      SELECT setting FROM pg_settings WHERE name = 'idle_in_transaction_session_timeout'`.execute(engine.db);
    expect(Number(frozen.rows[0]?.setting)).toBe(60_000);
    await store.close();
  });

  it('may go away and come back: calls say so meanwhile, work goes on by itself, nothing is lost', async () => {
    const errors: unknown[] = [];
    const place = placeOf(await server.createDatabase());
    const store = await open(place, () => Date.now(), errors);
    const ended: string[] = [];
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const work = await store.queue.work(
      async ({ id }) => {
        if (id === 'through') await gate;
        ended.push(id);
      },
      { concurrency: 2 },
    );
    await store.queue.send('through', closedJob(1), { afterMs: 0 });
    await until('it runs', async () => (await store.queue.backlog()).running === 1);
    await server.crash();
    await expect(store.claimEffect('k')).rejects.toMatchObject({ code: 'store-unavailable' });
    await expect(store.queue.send('lost?', closedJob(2), { afterMs: 0 })).rejects.toMatchObject({
      code: 'store-unavailable',
    });
    await expect(store.ledger.head(1)).rejects.toMatchObject({ code: 'store-unavailable' });
    await expect(store.ping()).rejects.toMatchObject({ code: 'store-unavailable' });
    release();
    await until('the handler ended', () => ended.length === 1);
    await server.start();
    await until('the database is back', () =>
      store.ping().then(
        () => true,
        () => false,
      ),
    );
    expect(await store.queue.send('after', closedJob(2), { afterMs: 0 })).toBe('stored');
    await until('work goes on', () => ended.includes('after'));
    await until('the outcome of the first is stored', async () => (await store.queue.depth()) === 0);
    expect(ended).toEqual(['through', 'after']);
    await work.stop(1_000);
    await store.close();
    expect(errors.length).toBeGreaterThan(0);
    expect(errors.length, 'an outage is told, and not over and over').toBeLessThan(30);
    expect(errors.map(String).join('\n')).not.toContain('sesame');
  });
});
