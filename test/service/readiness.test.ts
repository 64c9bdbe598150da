import { describe, expect, test } from 'vitest';
import { diagnoseService } from '../../src/service/diagnose.ts';
import { forStrangers, readinessOf } from '../../src/service/readiness.ts';
import { createSourceHealth } from '../../src/service/source-health.ts';
import { openStage } from './support.ts';

type Store = Parameters<typeof readinessOf>[0];
const here = {
  ping: async () => undefined,
  queue: { backlog: async () => ({ oldestWaitingMs: null }) },
} as unknown as Store;

describe('what a load balancer is told', () => {
  const NOON = Date.parse('2026-03-01T12:00:00Z');

  test('a source that is down is named, with since when, and takes nothing out of service', async () => {
    const health = createSourceHealth(() => NOON);
    health.heard('npm', false);
    health.heard('github', false);
    expect(await readinessOf(here, health)).toEqual({
      ready: true,
      store: 'ok',
      queue: 'ok',
      sources: {
        state: 'degraded',
        down: [
          { source: 'npm', since: '2026-03-01T12:00:00.000Z' },
          { source: 'github', since: '2026-03-01T12:00:00.000Z' },
        ],
      },
    });
    health.heard('npm', true);
    health.heard('github', true);
    expect((await readinessOf(here, health)).sources).toEqual({ state: 'ok', down: [] });
  });

  test.each([
    ['the store', { ...here, ping: () => Promise.reject(new Error('away')) }, { store: 'down', queue: 'ok' }],
    [
      'the queue',
      { ...here, queue: { backlog: () => Promise.reject(new Error('away')) } },
      { store: 'ok', queue: 'down' },
    ],
  ])('without %s it is not ready', async (_, store, expected) => {
    const found = await readinessOf(store as unknown as Store, createSourceHealth(Date.now));
    expect(found).toMatchObject({ ready: false, ...expected });
  });

  test.each([
    [4 * 60_000, 'ok', []],
    [5 * 60_000, 'stuck', ['queue']],
  ])(
    'a queue whose oldest job waits for %i ms is told as %s, takes on work all the same, and doctor says so',
    async (oldestWaitingMs, queue, told) => {
      const waiting = { ...here, queue: { backlog: async () => ({ oldestWaitingMs }) } } as unknown as Store;
      const found = await readinessOf(waiting, createSourceHealth(Date.now));
      expect(found).toMatchObject({ ready: true, queue });
      expect(diagnoseService(found).map(({ check }) => check)).toEqual(told);
    },
  );

  test('a store that hangs is down, not waited for', async () => {
    const hanging = { ...here, ping: () => new Promise<never>(() => undefined) } as unknown as Store;
    expect(await readinessOf(hanging, createSourceHealth(Date.now))).toMatchObject({ ready: false, store: 'down' });
  });

  test('strangers learn no host of a private registry', async () => {
    const health = createSourceHealth(() => NOON);
    for (const source of ['pypi', 'packages.internal.example', 'localhost:4873']) health.heard(source, false);
    const told = forStrangers(await readinessOf(here, health));
    expect(told.sources.down.map(({ source }) => source)).toEqual(['pypi', 'a private registry', 'a private registry']);
  });
});

test('the service stays ready and says which source it has no answer from', async () => {
  const stage = await openStage();
  // No source may be asked here, which is the same to a review as a registry that is away.
  const service = await stage.start();
  try {
    const ready = async () => {
      const answer = await fetch(`${service.address}/readyz`);
      return { status: answer.status, body: await answer.json() };
    };
    expect(await ready()).toEqual({
      status: 200,
      body: { ready: true, store: 'ok', queue: 'ok', sources: { state: 'ok', down: [] } },
    });
    const files = { 'package.json': '{ "dependencies": { "left-pad": "1.3.0" } }\n' };
    const head = await stage.repository.push('asks', files, { as: 'Copilot' });
    await stage.repository.open({ branch: 'asks', title: 'Asks', as: 'Copilot' });
    await expect.poll(async () => JSON.stringify((await ready()).body)).toContain('"npm"');
    expect(await ready()).toMatchObject({ status: 200, body: { ready: true, sources: { state: 'degraded' } } });
    expect(stage.repository.checkRuns(head).some((run) => run.conclusion === 'success')).toBe(false);
  } finally {
    await service.stop();
    await stage.close();
  }
});
