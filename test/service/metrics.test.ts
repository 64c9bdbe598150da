import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PackageEvidence } from '../../src/core/evidence.ts';
import type { QueueBacklog } from '../../src/core/store.ts';
import { packageFile } from '../../src/package-root.ts';
import type { Ports } from '../../src/ports.ts';
import { createMetrics } from '../../src/service/metrics.ts';
import { readSettings } from '../../src/service/settings.ts';
import { SECRET } from '../support/world.ts';
import { openStage, type Stage } from './support.ts';

const QUIET: QueueBacklog = { waiting: 3, delayed: 2, running: 1, failed: 0, oldestWaitingMs: 4_500 };

function metricsOver(backlog: () => Promise<QueueBacklog>) {
  return createMetrics(
    { queue: { backlog } } as Parameters<typeof createMetrics>[0],
    () => 5_000,
    () => undefined,
  );
}

describe('metrics', () => {
  test('say how long the queue is and how old its oldest job', async () => {
    const text = await metricsOver(async () => QUIET).text();
    expect(text).toContain('countersign_queue_jobs{state="waiting"} 3');
    expect(text).toContain('countersign_queue_oldest_waiting_seconds 4.5');
    expect(text).toContain('countersign_up 1');
  });

  test('show no old figures where the store does not answer', async () => {
    let away = false;
    const metrics = metricsOver(async () => {
      if (away) throw new Error('away');
      return QUIET;
    });
    await metrics.text();
    away = true;
    const text = await metrics.text();
    expect(text).toContain('countersign_up 0');
    expect(text).not.toContain('countersign_queue_jobs{');
  });

  test('take no word from a header that nobody signed', async () => {
    const metrics = metricsOver(async () => QUIET);
    metrics.delivery('pull_request', 'job');
    for (let index = 0; index < 50; index += 1) metrics.delivery(`made-up-${index}`, 'ignored');
    const text = await metrics.text();
    expect(text).toContain('countersign_deliveries_total{event="pull_request",outcome="job"} 1');
    expect(text).toContain('countersign_deliveries_total{event="other",outcome="ignored"} 50');
    expect(text).not.toContain('made-up');
  });

  test('count verdicts, sign-offs, what sources answered, and what is left of GitHub', async () => {
    const metrics = metricsOver(async () => QUIET);
    const found = [
      { source: 'npm', registryEntry: { state: 'known' }, advisories: { state: 'notApplicable' } },
      { source: 'npm', registryEntry: { state: 'unavailable' }, advisories: { state: 'notApplicable' } },
      { source: 'git', registryEntry: { state: 'notApplicable' }, advisories: { state: 'notApplicable' } },
    ] as unknown as PackageEvidence[];
    const ports = metrics.watch({
      evidence: { gather: async () => found, advisories: async () => [], registryHosts: [] },
      inspector: { inspect: async () => ({}), close: async () => undefined },
      host: { snapshot: async () => ({}), updateCheckRun: async () => undefined },
      store: { ledger: { append: async () => ({ sequence: 1, hash: 'x' }) } },
      changes: async () => ({}),
    } as unknown as Ports);
    await ports.evidence.gather([], { baseNames: new Set(), signal: new AbortController().signal });
    type Entry = Parameters<Ports['store']['ledger']['append']>[1];
    await ports.store.ledger.append(1, { type: 'verdict', details: { conclusion: 'success' } } as unknown as Entry);
    await ports.store.ledger.append(1, { type: 'sign-off', details: {} } as unknown as Entry);
    metrics.request({ installationId: 7, route: 'GET /', status: 200, ms: 20, remaining: 4321 });
    const text = await metrics.text();
    expect(text).toContain('countersign_verdicts_total{conclusion="success"} 1');
    expect(text).toContain('countersign_signoffs_total{type="sign-off"} 1');
    expect(text).toContain('countersign_source_answers_total{source="npm",state="unavailable"} 1');
    expect(text).toContain('countersign_source_last_failure_timestamp_seconds{source="npm"} 5');
    expect(text).not.toContain('source="git"');
    expect(text).toContain('countersign_github_quota_remaining{installation="7"} 4321');
    expect(text).toContain('countersign_review_stage_seconds_count{stage="evidence"} 1');
  });
});

test('an advisory source is heard of too, unless it never gives any, and nobody of a review that was stopped', async () => {
  const heard: [string, boolean][] = [];
  const down = { state: 'unavailable', source: 'osv', reason: 'answered 503', transient: true };
  const found = [
    { source: 'npm', registryEntry: { state: 'known' }, advisories: down },
    { source: 'npm', registryEntry: { state: 'known' }, advisories: { ...down, source: 'none', transient: false } },
  ];
  const store = { queue: { backlog: async () => QUIET } } as unknown as Parameters<typeof createMetrics>[0];
  const metrics = createMetrics(
    store,
    () => 5_000,
    (source, answered) => heard.push([source, answered]),
  );
  const { evidence } = metrics.watch({
    evidence: {
      gather: async () => found,
      advisories: async () => [{ state: 'absent', source: 'osv' }],
      registryHosts: [],
    },
    inspector: { inspect: async () => ({}), close: async () => undefined },
    host: { snapshot: async () => ({}), updateCheckRun: async () => undefined },
    store: { ledger: { append: async () => ({ sequence: 1, hash: 'x' }) } },
    changes: async () => ({}),
  } as unknown as Ports);
  await evidence.gather([], { baseNames: new Set(), signal: AbortSignal.abort() });
  expect(heard).toEqual([]);
  await evidence.gather([], { baseNames: new Set(), signal: new AbortController().signal });
  await evidence.advisories([], new AbortController().signal);
  expect(heard).toEqual([
    ['npm', true],
    ['osv', false],
    ['npm', true],
    ['osv', true],
  ]);
});

test('looks at remembered packages are counted by what came of them', async () => {
  const metrics = metricsOver(async () => QUIET);
  metrics.look({ names: 5, versions: 7, happened: 2, unanswered: 3, told: 1 }, { absent: 40, version: 900 });
  const text = await metrics.text();
  expect(text).toContain('countersign_watch_looks_total{outcome="happened"} 2');
  expect(text).toContain('countersign_watch_looks_total{outcome="unanswered"} 3');
  expect(text).toContain('countersign_watch_looks_total{outcome="nothing"} 7');
  expect(text).toContain('countersign_watched_packages{kind="absent"} 40');
  expect(text).toContain('countersign_watched_packages{kind="version"} 900');
});

test('the dashboard asks for no metric that there is not, and every metric stands in docs/operations.md', async () => {
  const text = await metricsOver(async () => QUIET).text();
  const names = new Set([...text.matchAll(/^# TYPE (\w+)/gm)].map((match) => match[1] ?? ''));
  const dashboard = readFileSync(packageFile('docs', 'grafana.json'), 'utf8');
  const asked = [...dashboard.matchAll(/countersign_\w+/g)].map(([name]) => name.replace(/_(?:bucket|count|sum)$/, ''));
  expect(asked.length).toBeGreaterThan(10);
  expect(asked.filter((name) => !names.has(name))).toEqual([]);
  const operations = readFileSync(packageFile('docs', 'operations.md'), 'utf8');
  expect([...names].filter((name) => !operations.includes(name))).toEqual([]);
});

describe('metrics are not public:', () => {
  test('a port that others reach needs a token', () => {
    const env = { COUNTERSIGN_METRICS_PORT: '9100', COUNTERSIGN_METRICS_HOST: '0.0.0.0' };
    expect(() => readSettings(env)).toThrow(/COUNTERSIGN_METRICS_TOKEN/);
    expect(readSettings({ ...env, COUNTERSIGN_METRICS_TOKEN: 'x'.repeat(16) }).metrics.port).toBe(9100);
  });

  test('a token that can be guessed is refused', () => {
    expect(() => readSettings({ COUNTERSIGN_METRICS_TOKEN: 'short' })).toThrow(/COUNTERSIGN_METRICS_TOKEN/);
  });
});

describe('a serving process at its most talkative', () => {
  const TOKEN = 'metrics-token-planted-here';
  const PLANTED = `ghp_${'Zq9'.repeat(12)}`;
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage.close());

  test('tells no secret in its log or its metrics, whatever fails', async () => {
    const { github, repository, folder } = stage;
    const child = spawn(process.execPath, [packageFile('src', 'main.ts'), 'serve'], {
      env: {
        PATH: process.env['PATH'],
        COUNTERSIGN_DATA: folder,
        PORT: '0',
        GITHUB_API_URL: github.url,
        LOG_LEVEL: 'trace',
        APP_ID: String(github.app.id),
        PRIVATE_KEY: github.privateKey,
        WEBHOOK_SECRET: SECRET,
        COUNTERSIGN_OSV: 'off',
        COUNTERSIGN_DENY_LIST: '/dev/null',
        COUNTERSIGN_METRICS_TOKEN: TOKEN,
        COUNTERSIGN_METRICS_PORT: '0',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let told = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (piece) => {
        told += String(piece);
      });
    }
    try {
      await expect.poll(() => told).toMatch(/countersign serves at/);
      const address = /serves at (\S+)/.exec(told)?.[1] ?? '';
      const side = /"address":"([^"]+)\/metrics"/.exec(told)?.[1] ?? '';
      github.setWebhookUrl(`${address}/api/github/webhooks`);

      github.fault({ path: /\/pulls\/\d+/, status: 500, times: 1, body: `{"message":"${PLANTED} ${SECRET}"}` });
      const head = await repository.push('b', { 'src/a.js': `export const a = '${PLANTED}';\n` }, { as: 'Copilot' });
      await repository.open({ branch: 'b', title: `Use ${PLANTED}`, body: SECRET, as: 'Copilot' });
      await repository.completed(head);
      await github.deliver('pull_request', { action: 'opened' }, { secret: 'a-wrong-secret-of-some-length' });
      await github.deliver('pull_request', { action: 'opened', token: PLANTED });
      github.expireTokens();
      github.fault({ path: /./, reset: 'before', times: 3 });
      const second = await repository.push('c', { 'src/c.js': 'export const c = 1;\n' }, { as: 'Copilot' });
      await repository.open({ branch: 'c', title: 'C', as: 'Copilot' });
      await repository.completed(second, { timeoutMs: 20_000, when: (run) => run.conclusion === 'success' });

      expect((await fetch(`${address}/metrics`)).status).toBe(401);
      expect((await fetch(`${address}/metrics`, { headers: { authorization: `Bearer ${TOKEN}x` } })).status).toBe(401);
      expect((await fetch(`${side}/metrics`)).status).toBe(401);
      const answer = await fetch(`${address}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } });
      const text = await answer.text();
      expect(text).toMatch(/countersign_deliveries_total\{event="pull_request",outcome="job"\} 2/);
      expect(text).toMatch(/countersign_webhook_answers_total\{status="40[01]"\} 1/);
      expect(text).toMatch(/countersign_verdicts_total\{conclusion="success"\} [12]/);
      expect((await fetch(`${side}/readyz`)).status).toBe(200);
      expect((await fetch(`${side}/api/github/webhooks`, { method: 'POST', body: '{}' })).status).toBe(404);

      const keyLine = github.privateKey.split('\n')[3] ?? 'no key';
      for (const secret of [SECRET, TOKEN, PLANTED, keyLine, 'eyJ', 'PRIVATE KEY', await github.installationToken()]) {
        expect(told.includes(secret), secret.slice(0, 12)).toBe(false);
        expect(text.includes(secret), secret.slice(0, 12)).toBe(false);
      }
      expect(told).toMatch(/"delivery":/);
    } finally {
      const gone = once(child, 'close');
      child.kill('SIGTERM');
      await gone;
    }
  });
});

test('without token and port there is no /metrics at all', async () => {
  const stage = await openStage();
  const service = await stage.start();
  try {
    expect((await fetch(`${service.address}/metrics`)).status).toBe(404);
  } finally {
    await service.stop();
    await stage.close();
  }
});
