import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, it } from 'vitest';
import { lockFolder } from '../../src/store/folder-lock.ts';
import { emptyFolder, removeFolder, until } from './support.ts';

const folders: string[] = [];

function folder(): string {
  const made = emptyFolder();
  folders.push(made);
  return made;
}

afterAll(() => folders.forEach(removeFolder));

const neverFails = (error: unknown) => {
  throw error;
};

/** A lock file as another process would have left it. */
function leftBy(changes: Record<string, unknown>): string {
  return JSON.stringify({
    token: 't',
    pid: 1,
    host: 'elsewhere',
    world: 'elsewhere',
    started: '1',
    beat: 3,
    ...changes,
  });
}

describe.concurrent('the lock of a data folder', () => {
  it('is had by one of many that ask at once, and leaves nothing behind', async ({ expect }) => {
    const place = folder();
    const asked = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(place, neverFails)));
    const got = asked.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    expect(got).toHaveLength(1);
    expect(JSON.parse(readFileSync(join(place, 'lock'), 'utf8'))).toMatchObject({ pid: process.pid });
    await got[0]?.release();
    expect(readdirSync(place)).toEqual([]);
    await (await lockFolder(place, neverFails)).release();
  });

  it('is had by one of many that find the lock of a dead process at once', async ({ expect }) => {
    const place = folder();
    const own = await lockFolder(place, neverFails);
    const text = readFileSync(join(place, 'lock'), 'utf8');
    await own.release();
    for (let round = 0; round < 10; round++) {
      writeFileSync(join(place, 'lock'), JSON.stringify({ ...JSON.parse(text), started: '1', token: `dead-${round}` }));
      const asked = await Promise.allSettled(Array.from({ length: 6 }, () => lockFolder(place, neverFails)));
      const got = asked.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
      expect(got.length, `round ${round}`).toBeLessThanOrEqual(1);
      await Promise.all(got.map((lock) => lock.release()));
    }
    await (await lockFolder(place, neverFails)).release();
  });

  it('is taken from a process of this boot that is gone, at once, even where its number is in use again', async ({
    expect,
  }) => {
    const place = folder();
    const own = await lockFolder(place, neverFails);
    const mine = JSON.parse(readFileSync(join(place, 'lock'), 'utf8'));
    await own.release();
    for (const left of [{ pid: 2 ** 22 }, { pid: 1 }, { pid: process.ppid }, {}]) {
      const dead = { ...mine, started: '7', token: 'dead', ...left };
      writeFileSync(join(place, 'lock'), JSON.stringify(dead));
      const began = performance.now();
      await (await lockFolder(place, neverFails)).release();
      // A stranger's is watched for four seconds.
      expect(performance.now() - began).toBeLessThan(4_000);
    }
  });

  it('is taken where the file names nobody', async ({ expect }) => {
    const place = folder();
    for (const left of ['', '{"token":', '[]', leftBy({ pid: 'x' })]) {
      writeFileSync(join(place, 'lock'), left);
      const lock = await lockFolder(place, neverFails);
      expect(JSON.parse(readFileSync(join(place, 'lock'), 'utf8'))).toMatchObject({ pid: process.pid });
      await lock.release();
    }
  });

  it('is taken from a process elsewhere that renews it no more', async ({ expect }) => {
    const place = folder();
    writeFileSync(join(place, 'lock'), leftBy({}));
    const lock = await lockFolder(place, neverFails);
    await lock.release();
    expect(existsSync(join(place, 'lock'))).toBe(false);
  });

  it('stays with a process elsewhere that goes on renewing it', async ({ expect }) => {
    const place = folder();
    let beat = 0;
    const renew = () => writeFileSync(join(place, 'lock'), leftBy({ beat: beat++ }));
    renew();
    const timer = setInterval(renew, 400);
    try {
      await expect(lockFolder(place, neverFails)).rejects.toThrow(/in use by process 1 on elsewhere/);
    } finally {
      clearInterval(timer);
    }
  });

  it('is renewed every second by its holder', async ({ expect }) => {
    const place = folder();
    const lock = await lockFolder(place, neverFails);
    const before = JSON.parse(readFileSync(join(place, 'lock'), 'utf8'));
    const beat = () => JSON.parse(readFileSync(join(place, 'lock'), 'utf8'));
    const began = performance.now();
    await until('two beats', () => beat().beat > before.beat + 1);
    expect(performance.now() - began).toBeGreaterThan(1_500);
    const after = beat();
    expect(after).toEqual({ ...before, beat: after.beat });
    await lock.release();
  });
});
