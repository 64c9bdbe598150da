import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, it } from 'vitest';
import { postgresMissing, startPostgres } from '../support/postgres.ts';
import { killChildren, startChild } from './children.ts';
import { closedJob, emptyFolder, open, type Place, removeFolder, until } from './support.ts';

const folder = emptyFolder();

afterAll(async () => {
  await killChildren();
  removeFolder(folder);
});

const TURNS = ['open', 'start job-1', 'end job-1', 'start job-2', 'end job-2'];

/** Side by side: most of the time here is spent waiting for a silence to be long enough. */
describe.concurrent('data folders and killed processes', () => {
  it('after kill -9 a data folder, which belongs to one process, is free again, and its job is started again and finished once', async ({
    expect,
  }) => {
    const errors: unknown[] = [];
    const now = () => Date.now();
    const place: Place = { databaseUrl: null, dataFolder: join(folder, 'new', 'data') };
    const store = await open(place, now, errors);
    expect(statSync(place.dataFolder).mode & 0o777).toBe(0o700);
    await expect(open(place, now, errors), 'not even the same process twice').rejects.toThrow(/is in use/);
    await store.queue.send('job-1', closedJob(1), { afterMs: 0 });
    await store.queue.send('job-2', closedJob(1), { afterMs: 0 });
    await store.close();
    expect(readdirSync(place.dataFolder)).toEqual(['database']);
    await expect(store.ping()).rejects.toMatchObject({ code: 'store-unavailable' });
    await expect(store.queue.send('x', closedJob(1), { afterMs: 0 })).rejects.toMatchObject({
      code: 'store-unavailable',
    });

    const first = startChild(place, 'hang');
    await until('the job to start', () => first.has('start job-1'));
    await expect(open(place, now, errors)).rejects.toMatchObject({
      code: 'store-unavailable',
      message: expect.stringMatching(
        /^The data folder \S+ is in use by process \d+ on \S+: stop that one first, or set DATABASE_URL [^.]*\.$/,
      ),
    });
    await first.kill();
    expect(existsSync(join(place.dataFolder, 'lock')), 'the killed process left its lock').toBe(true);
    const second = startChild(place, 'work');
    await until('the restart', () => second.has('open'));
    await until('resumed work in under 15 s', () => second.has('start job-1'), 15_000);
    await until('both jobs', () => second.has('end job-2'));
    // The outcome is stored a moment after the handler ends.
    await until('the outcomes', () => second.has('idle'));
    expect(second.said).toEqual([...TURNS, 'idle']);
    await second.kill();
    const last = await open(place, now, errors);
    expect(await last.queue.backlog()).toMatchObject({ waiting: 0, delayed: 0, running: 0, failed: 0 });
    await last.close();
    expect(errors).toEqual([]);
  });

  it.skipIf(postgresMissing !== null)(
    'after kill -9 the job of a PostgreSQL worker is started again elsewhere in under 15 s, in its old turn, and finished once',
    async ({ expect }) => {
      const server = await startPostgres();
      const place: Place = { databaseUrl: await server.createDatabase(), dataFolder: '/nowhere/at/all' };
      const store = await open(place, () => Date.now(), []);
      await store.queue.send('job-1', closedJob(1), { afterMs: 0 });
      const first = startChild(place, 'hang');
      await until('the job to start', () => first.has('start job-1'));
      await store.queue.send('job-2', closedJob(1), { afterMs: 0 });
      await first.kill();
      const second = startChild(place, 'work');
      await until('the restart', () => second.has('open'));
      await until('resumed work in under 15 s', () => second.has('start job-1'), 15_000);
      await until('both jobs', () => second.has('end job-2'));
      await until('the outcomes', () => second.has('idle'));
      expect(second.said).toEqual([...TURNS, 'idle']);
      expect(await store.queue.depth()).toBe(0);
      await second.kill();
      await store.close();
      await server.stop();
    },
  );

  it('a data folder is refused where it is a file', async ({ expect }) => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    await expect(open({ databaseUrl: null, dataFolder: file }, () => 0, [])).rejects.toThrow(/it must be a folder/);
  });

  it('a data folder is refused where its database is none, without leaving a lock; its rights are tightened first', async ({
    expect,
  }) => {
    const loose = join(folder, 'loose');
    mkdirSync(loose);
    chmodSync(loose, 0o755);
    writeFileSync(join(loose, 'database'), 'not a database');
    await expect(open({ databaseUrl: null, dataFolder: loose }, () => 0, [])).rejects.toMatchObject({
      code: 'store-unavailable',
    });
    expect(statSync(loose).mode & 0o777).toBe(0o700);
    expect(readdirSync(loose)).toEqual(['database']);
  });
});
