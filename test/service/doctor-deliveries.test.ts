import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { HookDelivery } from '../../src/service/app-api.ts';
import { diagnoseDeliveries } from '../../src/service/diagnose-deliveries.ts';
import { diagnoseKey, diagnoseMetrics, diagnoseToken } from '../../src/service/diagnose-keys.ts';
import { createClients } from '../../src/service/reviewing.ts';
import { readSettings } from '../../src/service/settings.ts';
import { SECRET } from '../support/world.ts';
import { openStage, type Stage } from './support.ts';

let stage: Stage;
let code = 200;
const door = createServer((request, response) => {
  request.resume().on('end', () => response.writeHead(code).end());
});
let address = '';
beforeAll(async () => {
  stage = await openStage();
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  const bound = door.address();
  address = `http://127.0.0.1:${typeof bound === 'object' && bound !== null ? bound.port : 0}/api/github/webhooks`;
});
afterAll(async () => {
  door.close();
  await stage.close();
});

function apiOf(now: () => number = Date.now) {
  const settings = readSettings({ GITHUB_API_URL: stage.github.url, LOG_LEVEL: 'fatal' });
  const credentials = { appId: stage.github.app.id, privateKey: stage.github.privateKey, webhookSecret: SECRET };
  return createClients(settings, credentials, now, () => undefined).api;
}

describe('webhooks, by what GitHub tells of its deliveries', () => {
  let count = 0;
  beforeEach(() => {
    code = 200;
    (stage.github.deliveries as unknown[]).length = 0;
    stage.github.setWebhookUrl(address);
  });
  const deliver = (id = `d-${++count}`) => stage.github.deliver('issue_comment', { action: 'created' }, { id });

  test('arrive', async () => {
    await deliver();
    expect(await diagnoseDeliveries(apiOf())).toMatchObject({ state: 'ok', fix: null });
    expect(stage.github.violations).toEqual([]);
  });

  test('were never sent, which is not known to be well or wrong', async () => {
    expect(await diagnoseDeliveries(apiOf())).toMatchObject({
      state: 'note',
      fix: expect.stringContaining('Redeliver'),
    });
  });

  test('reach nobody', async () => {
    await deliver();
    stage.github.setWebhookUrl('http://127.0.0.1:1/api/github/webhooks');
    await deliver();
    const line = await diagnoseDeliveries(apiOf());
    expect(line).toMatchObject({ state: 'wrong', found: expect.stringMatching(/^1 of the last 2 failed/) });
    expect(line.found).toContain('502 failed to connect to host (issue_comment)');
    expect(line.fix).toMatch(/start `countersign serve`/);
  });

  test.each([
    [301, /no redirect/],
    [401, /WEBHOOK_SECRET/],
    [403, /GET \/meta/],
    [404, /let POST \/api\/github\/webhooks through/],
    [413, /25 MB/],
    [500, /"store" and "queue"/],
    [504, /within ten seconds/],
    [418, /see who answered/],
  ])('are answered with %i, and the fix is for that', async (status, fix) => {
    code = status;
    await deliver();
    const line = await diagnoseDeliveries(apiOf());
    expect(line).toMatchObject({ state: 'wrong', found: expect.stringContaining(`1 × ${status}`) });
    expect(line.fix).toMatch(fix);
  });

  test('failed for a while: what arrives since makes it a note, a later try of each makes it well', async () => {
    code = 503;
    await deliver('lost');
    code = 200;
    await new Promise((resolve) => setTimeout(resolve, 5));
    await deliver();
    expect(await diagnoseDeliveries(apiOf())).toMatchObject({
      state: 'note',
      found: expect.stringContaining('since then they arrive'),
    });
    await deliver('lost');
    expect(await diagnoseDeliveries(apiOf())).toMatchObject({ state: 'ok' });
  });

  test('cannot be looked up: unknown, which is not well', async () => {
    const fault = stage.github.fault({ path: /hook\/deliveries/, status: 404, times: 9 });
    expect(await diagnoseDeliveries(apiOf())).toMatchObject({ state: 'unknown' });
    fault.remove();
  });

  test('with words of whoever answered are told on one line, and not at length', async () => {
    const one: HookDelivery = {
      guid: 'a',
      at: 0,
      event: 'push',
      code: 599,
      status: `bad\nok  all: fine ${'x'.repeat(999)}`,
    };
    const { found } = await diagnoseDeliveries({ deliveries: async () => [one] });
    expect(found).not.toContain('\n');
    expect(found.length).toBeLessThan(250);
  });
});

describe('a token of an installation', () => {
  test('lives for the hour that GitHub gives it', async () => {
    const api = apiOf();
    const [line] = await diagnoseToken(api, await api.installations());
    expect(line).toMatchObject({ check: 'installation token', state: 'ok' });
    expect(JSON.stringify(line)).not.toMatch(/gh[su]_/);
  });

  test.each([
    ['ends before it is used', -60_000, 'wrong'],
    ['lives for a day', 86_400_000, 'wrong'],
    ['has no date to compare with', null, 'unknown'],
  ])('that %s is %s', async (_, lifetime, state) => {
    const installation = { id: 1, account: 'acme', suspended: false, permissions: {}, events: [] };
    const [line] = await diagnoseToken({ tokenLifetimeMs: async () => lifetime }, [installation]);
    expect(line?.state).toBe(state);
    expect(line?.fix).toBeTruthy();
  });

  test('of a suspended installation is not asked for', async () => {
    const installation = { id: 1, account: 'acme', suspended: true, permissions: {}, events: [] };
    expect(await diagnoseToken({ tokenLifetimeMs: () => Promise.reject(new Error('asked')) }, [installation])).toEqual(
      [],
    );
  });
});

describe('the private key', () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-key-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const lineFor = (env: Record<string, string>) =>
    diagnoseKey(
      { appId: 1, privateKey: stage.github.privateKey, webhookSecret: SECRET },
      env,
      { dataFolder: folder },
      Date.now(),
    );

  test.each([
    [3, 'ok'],
    [400, 'note'],
  ])('in a file of %i days ago is %s', (days, state) => {
    const file = join(folder, 'key.pem');
    writeFileSync(file, stage.github.privateKey);
    const then = Date.now() / 1000 - days * 86_400 - 60;
    utimesSync(file, then, then);
    const line = lineFor({ PRIVATE_KEY_PATH: file });
    expect(line.state).toBe(state);
    expect(line.found).toMatch(new RegExp(`^SHA256:[A-Za-z0-9+/]{43}=, in .*, written ${days} days ago$`));
  });

  test('in the environment has an age that nobody here knows, and that is said', () => {
    const line = lineFor({ PRIVATE_KEY: stage.github.privateKey });
    expect(line).toMatchObject({ state: 'note', found: expect.stringContaining('not known') });
    expect(line.fix).toContain('fingerprints');
  });
});

test.each([
  [{}, 'note'],
  [{ COUNTERSIGN_METRICS_TOKEN: 'a-token-of-the-metrics' }, 'ok'],
  [{ COUNTERSIGN_METRICS_PORT: '9000' }, 'ok'],
])('metrics with %j are %s', (env, state) => {
  const line = diagnoseMetrics(readSettings(env));
  expect(line.state).toBe(state);
  expect(JSON.stringify(line)).not.toContain('a-token-of');
});
