import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, statfsSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Service } from '../../src/service/start.ts';
import { type PostgresServer, postgresMissing, startPostgres } from '../support/postgres.ts';
import { startSlowProxy } from '../support/slow-proxy.ts';
import { openStage, type Stage } from './support.ts';

const PLAIN = 'export const n = 1;\n';

async function opened(stage: Stage, name: string): Promise<string> {
  const head = await stage.repository.push(name, { [`src/${name}.js`]: PLAIN }, { as: 'Copilot' });
  await stage.repository.open({ branch: name, title: name, as: 'Copilot' });
  return head;
}

/** Until it takes on work again. */
async function ready({ address }: Service): Promise<void> {
  await expect.poll(() => fetch(`${address}/readyz`).then(({ status }) => status)).toBe(200);
}

/** `npm run soak outage` leaves the database away for a minute. */
describe.skipIf(postgresMissing !== null)('a database that goes away under load', () => {
  let postgres: PostgresServer;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres.stop());

  test('loses nothing that was taken on, refuses what cannot be stored, and goes on by itself', async () => {
    const stage = await openStage();
    try {
      const service = await stage.start({ DATABASE_URL: await postgres.createDatabase() });
      stage.github.setLatency(60);
      const taken: string[] = [];
      for (let index = 0; index < 4; index += 1) taken.push(await opened(stage, `before-${index}`));
      await stage.github.settled();
      await postgres.crash();
      await opened(stage, 'during');
      await stage.github.settled();
      const refused = stage.github.deliveries.filter(({ event }) => event === 'pull_request').at(-1);
      expect(refused?.status).toBeGreaterThanOrEqual(500);
      expect(await fetch(`${service.address}/healthz`).then(({ status }) => status)).toBe(200);
      expect(await fetch(`${service.address}/readyz`).then(({ status }) => status)).toBe(503);
      await postgres.start();
      for (const head of taken) {
        expect(await stage.repository.completed(head)).toMatchObject({ conclusion: 'success' });
        expect(stage.repository.checkRuns(head)).toHaveLength(1);
      }
      await ready(service);
      const after = await opened(stage, 'after');
      await stage.repository.completed(after);
      await service.stop();
    } finally {
      await stage.close();
    }
  });
});

describe.skipIf(postgresMissing !== null)('a database that is slow', () => {
  /** Of every answer: a review makes some dozens of statements. Milliseconds. */
  const DELAY = 60;

  test('makes reviews slow, not wrong: each is done once, and the service stays ready', async () => {
    const postgres = await startPostgres();
    const stage = await openStage();
    const proxy = await startSlowProxy(await postgres.createDatabase());
    try {
      const service = await stage.start({ DATABASE_URL: proxy.url });
      proxy.setDelay(DELAY);
      const heads: string[] = [];
      for (let index = 0; index < 4; index += 1) heads.push(await opened(stage, `slow-${index}`));
      await stage.github.settled();
      expect(await fetch(`${service.address}/readyz`).then(({ status }) => status)).toBe(200);
      for (const head of heads) {
        expect(await stage.repository.completed(head)).toMatchObject({ conclusion: 'success' });
        expect(stage.repository.checkRuns(head)).toHaveLength(1);
      }
      expect(stage.github.deliveries.map(({ status }) => status)).not.toContain(null);
      // What runs ends, and is put down as done, on the slow way too.
      await service.stop();
    } finally {
      await proxy.close();
      await stage.close();
      await postgres.stop();
    }
  });
});

/** A small disk of its own: only root may mount one. */
function smallDisk(megabytes: number): { readonly path: string; remove(): void } | null {
  if (process.getuid?.() !== 0) return null;
  const path = mkdtempSync(join(tmpdir(), 'countersign-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path], { stdio: 'pipe' });
  } catch (error) {
    if (!(error instanceof Error && 'status' in error)) throw error;
    rmSync(path, { recursive: true });
    return null;
  }
  return {
    path,
    remove() {
      // Lazily: a service that a failed test left running still holds it.
      execFileSync('umount', ['--lazy', path]);
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** Leaves no room, also where somebody else writes at the same time. Answers the file that takes it. */
function fillUp(path: string): string {
  const ballast = join(path, 'ballast');
  const file = openSync(ballast, 'w');
  try {
    const { bavail, bsize } = statfsSync(path);
    for (let block = bavail * bsize; block >= 1; block = Math.floor(block / 2)) {
      try {
        while (writeSync(file, Buffer.alloc(block)) === block);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
      }
    }
  } finally {
    closeSync(file);
  }
  return ballast;
}

const disk = smallDisk(120);
const serverDisk = postgresMissing === null ? smallDisk(220) : null;
if (disk === null) console.log('the test with a full disk is skipped: only root may mount a small one');
afterAll(() => {
  disk?.remove();
  serverDisk?.remove();
});

test.skipIf(disk === null)(
  'a disk that is full is said to be, and with room again everything is reviewed, whatever came meanwhile',
  async () => {
    if (disk === null) return;
    const stage = await openStage();
    const data = join(disk.path, 'data');
    mkdirSync(data);
    try {
      const service = await stage.start({ COUNTERSIGN_DATA: data });
      const first = await opened(stage, 'room');
      await stage.repository.completed(first);

      const ballast = fillUp(disk.path);
      const { store } = service.ports;
      const later = new Date(Date.now() + 3_600_000).toISOString();
      // What the database has room for already is taken first.
      const fill = async (): Promise<never> => {
        for (let index = 0; ; index += 1)
          await store.cache(`ballast-${index}`, randomBytes(500_000).toString('hex'), later);
      };
      await expect(fill()).rejects.toMatchObject({
        code: 'store-unavailable',
        message: expect.stringContaining('full'),
      });
      const during = await opened(stage, 'full');
      await stage.github.settled();
      unlinkSync(ballast);
      await ready(service);
      const late = await opened(stage, 'late');
      expect(await stage.repository.completed(late)).toMatchObject({ conclusion: 'success' });
      await service.stop();
      // Where its delivery was refused, it is found by the sweep of the next start, as after any outage.
      const next = await stage.start({ COUNTERSIGN_DATA: data });
      expect(await stage.repository.completed(during)).toMatchObject({ conclusion: 'success' });
      await next.stop();
    } finally {
      await stage.close();
    }
  },
);

test.skipIf(serverDisk === null)(
  'a PostgreSQL whose disk is full refuses what it cannot keep, and with room again everything is reviewed once',
  async () => {
    if (serverDisk === null) return;
    const postgres = await startPostgres({ below: serverDisk.path });
    const stage = await openStage();
    try {
      const databaseUrl = await postgres.createDatabase();
      const service = await stage.start({ DATABASE_URL: databaseUrl });
      const before = await opened(stage, 'room');
      await stage.repository.completed(before);
      const ballast = fillUp(serverDisk.path);
      const { store } = service.ports;
      const later = new Date(Date.now() + 3_600_000).toISOString();
      // Pages that are there already are written first, and so is the log that has been set aside.
      const fill = async (): Promise<never> => {
        for (let index = 0; ; index += 1)
          await store.cache(`ballast-${index}`, randomBytes(500_000).toString('hex'), later);
      };
      await expect(fill()).rejects.toMatchObject({ code: 'store-unavailable' });
      const during = await opened(stage, 'full');
      await stage.github.settled();
      expect(stage.repository.checkRuns(during).map(({ conclusion }) => conclusion)).not.toContain('success');

      unlinkSync(ballast);
      // Where even its log found no room, PostgreSQL ends itself, and whoever runs it starts it again.
      await postgres.start();
      await ready(service);
      const after = await opened(stage, 'late');
      expect(await stage.repository.completed(after)).toMatchObject({ conclusion: 'success' });
      await service.stop();
      const next = await stage.start({ DATABASE_URL: databaseUrl });
      for (const head of [before, during, after]) {
        expect(await stage.repository.completed(head)).toMatchObject({ conclusion: 'success' });
        expect(stage.repository.checkRuns(head)).toHaveLength(1);
      }
      await next.stop();
    } finally {
      await stage.close();
      await postgres.stop();
    }
  },
);

test('what was signed with another secret is refused, and found by the sweep of the next start', async () => {
  const stage = await openStage();
  try {
    const service = await stage.start();
    const { github, repository } = stage;
    const head = await repository.push('rotated', { 'src/rotated.js': PLAIN }, { as: 'Copilot' });
    github.setWebhookUrl(null);
    await repository.open({ branch: 'rotated', title: 'Rotated', as: 'Copilot' });
    await github.settled();
    const missed = github.deliveries.findLast(({ event }) => event === 'pull_request');
    github.setWebhookUrl(`${service.address}/api/github/webhooks`);
    const status = await github.deliver('pull_request', JSON.parse(missed?.body ?? '{}') as Record<string, unknown>, {
      secret: 'the-secret-that-was-before-the-rotation',
    });
    expect([400, 401]).toContain(status);
    expect(repository.checkRuns(head)).toEqual([]);
    await service.stop();
    const next = await stage.start();
    expect(await repository.completed(head)).toMatchObject({ conclusion: 'success' });
    await next.stop();
  } finally {
    await stage.close();
  }
});

describe('a clock that jumps', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage.close());

  test.each([
    ['a year ahead', 365 * 86_400_000],
    ['a year back', -365 * 86_400_000],
  ])('%s in the middle of a review changes no verdict and hangs nothing', async (name, jump) => {
    let shift = 0;
    const service = await stage.start({}, () => Date.now() + shift);
    stage.github.setLatency(100);
    const head = await opened(stage, `jump-${name.replaceAll(' ', '-')}`);
    await expect.poll(() => stage.github.appRequests().length).toBeGreaterThan(0);
    shift = jump;
    expect(await stage.repository.completed(head)).toMatchObject({ conclusion: 'success' });
    const again = await opened(stage, `later-${name.replaceAll(' ', '-')}`);
    expect(await stage.repository.completed(again)).toMatchObject({ conclusion: 'success' });
    stage.github.setLatency(0);
    await service.stop();
  });
});

test('SIGTERM under load: what runs ends or is handed back within 30 seconds, and nothing is lost', async () => {
  const stage = await openStage();
  try {
    const service = await stage.start({ COUNTERSIGN_CONCURRENCY: '4' });
    stage.github.setLatency(150);
    const heads: string[] = [];
    for (let index = 0; index < 10; index += 1) heads.push(await opened(stage, `load-${index}`));
    await stage.github.settled();
    const started = performance.now();
    await service.stop();
    expect(performance.now() - started).toBeLessThan(30_000);
    stage.github.setLatency(0);
    const next = await stage.start();
    for (const head of heads) {
      expect(await stage.repository.completed(head)).toMatchObject({ conclusion: 'success' });
      expect(stage.repository.checkRuns(head)).toHaveLength(1);
    }
    await next.stop();
  } finally {
    await stage.close();
  }
});
