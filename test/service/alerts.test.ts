import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CountersignError } from '../../src/core/errors.ts';
import type { OperatedStore } from '../../src/core/store.ts';
import { ALERT_LIMITS, type AlertParts, createAlerter } from '../../src/service/alerts.ts';
import { scrubber } from '../../src/service/secrets.ts';
import { createSourceHealth, type SourceHealth } from '../../src/service/source-health.ts';
import { openStore } from '../../src/store/index.ts';
import { beginFolder } from '../support/data-folder.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

let store: OperatedStore;
let folder: string;
let receiver: Server;
let url: string;
let answer = 200;
let sent: Record<string, unknown>[] = [];
let clock = Date.parse('2026-11-21T00:00:00Z');
let health: SourceHealth;
let logged: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-alerts-'));
  await beginFolder(folder);
  store = await openStore({ databaseUrl: null, dataFolder: folder, now: () => clock });
  receiver = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += String(piece);
    if (answer === 200) sent.push({ ...(JSON.parse(body) as object), type: request.headers['content-type'] });
    response.writeHead(answer, answer === 302 ? { location: 'http://127.0.0.1:1/' } : {});
    response.end();
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook?token=of-the-receiver`;
});
afterAll(async () => {
  receiver.close();
  await store.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  answer = 200;
  sent = [];
  logged = [];
  // Later than anything told before is remembered.
  clock += 120 * DAY;
  health = createSourceHealth(() => clock);
});

function alerter(overrides: Partial<AlertParts> = {}) {
  return createAlerter(url, {
    store,
    health,
    limits: ALERT_LIMITS,
    log: (level, message, fields) => logged.push(JSON.stringify({ level, message, ...fields })),
    now: () => clock,
    shared: true,
    clean: scrubber(['a-secret-of-the-service']),
    ...overrides,
  });
}

describe('an operator is told', () => {
  test('of an issue that GitHub refuses, and when it could be written', async () => {
    const repository = { installationId: 1, id: 70, owner: 'acme', name: 'shop' };
    const asked = { kind: 'absent', type: 'npm', name: 'squat', version: null } as const;
    await store.remember(repository, 1, [asked]);
    await store.happened(asked, {
      at: '2026-11-01T00:00:00.000Z',
      source: 'npm',
      firstPublishedAt: null,
      advisoryIds: [],
    });
    await store.putOffTelling(70, [asked], new Date(clock + DAY).toISOString());
    const own = alerter();
    await own.look();
    expect(sent).toMatchObject([
      { alert: 'issues-refused', state: 'firing', subject: 'acme/shop', details: { packages: 1 } },
    ]);
    await store.markTold(70, [asked]);
    await own.look();
    expect(sent.slice(1)).toMatchObject([{ alert: 'issues-refused', state: 'resolved', subject: 'acme/shop' }]);
  });

  test('of a source that is down, once, once a day while it stays, and when it is back', async () => {
    const own = alerter();
    const other = alerter({ shared: false });
    health.heard('npm', false);
    await own.look();
    expect(sent).toEqual([]);
    clock += 16 * MINUTE;
    await own.look();
    await other.look();
    await own.look();
    expect(sent).toEqual([
      {
        service: 'countersign',
        version: expect.any(String),
        alert: 'source-down',
        state: 'firing',
        subject: 'npm',
        message: 'npm has not answered for 16 minutes. What needs it cannot be evaluated.',
        since: new Date(clock - 16 * MINUTE).toISOString(),
        at: new Date(clock).toISOString(),
        details: { source: 'npm' },
        type: 'application/json',
      },
    ]);
    clock += DAY;
    await own.look();
    expect(sent).toHaveLength(2);
    health.heard('npm', true);
    await own.look();
    await other.look();
    await own.look();
    expect(sent.slice(2)).toMatchObject([{ alert: 'source-down', state: 'resolved', subject: 'npm' }]);
  });

  test('that it is over, though the process that told of it is gone, once and only when that is known', async () => {
    const first = alerter({ shared: false });
    health.heard('npm', false);
    clock += 16 * MINUTE;
    await first.look();
    expect(sent).toMatchObject([{ alert: 'source-down', state: 'firing' }]);
    const since = sent[0]?.['since'];

    // Two days later a new process starts, which has not asked the source yet.
    clock += 2 * DAY;
    health = createSourceHealth(() => clock);
    const second = alerter();
    const third = alerter({ shared: false });
    await second.look();
    expect(sent).toHaveLength(1);
    health.heard('npm', true);
    await second.look();
    await third.look();
    await second.look();
    expect(sent.slice(1)).toMatchObject([{ alert: 'source-down', state: 'resolved', subject: 'npm', since }]);
  });

  test('that the queue moves again, by the process that came after a restart', async () => {
    const stuck = async () => ({ waiting: 7, delayed: 0, running: 0, failed: 0, oldestWaitingMs: 6 * MINUTE });
    await alerter({ store: { ...store, queue: { ...store.queue, backlog: stuck } } }).look();
    const next = alerter();
    await next.look();
    await next.look();
    expect(sent).toMatchObject([
      { alert: 'queue-blocked', state: 'firing' },
      { alert: 'queue-blocked', state: 'resolved' },
    ]);
  });

  test('that a job waits for too long', async () => {
    const backlog = async () => ({ waiting: 7, delayed: 0, running: 0, failed: 0, oldestWaitingMs: 6 * MINUTE });
    await alerter({ store: { ...store, queue: { ...store.queue, backlog } } }).look();
    expect(sent).toMatchObject([{ alert: 'queue-blocked', state: 'firing', details: { waiting: 7 } }]);
  });

  test('of pull requests that are held for long, and of those that could not be evaluated', async () => {
    const heldPullRequests = (asked: Parameters<OperatedStore['heldPullRequests']>[0]) => {
      expect(asked.unknownBefore).toBe(new Date(clock - 30 * MINUTE).toISOString());
      expect(asked.blockedBefore).toBe(new Date(clock - 3 * DAY).toISOString());
      return Promise.resolve([
        { repositoryId: 1, number: 2, result: 'blocked' as const, since: new Date(clock - 4 * DAY).toISOString() },
      ]);
    };
    await alerter({ store: { ...store, heldPullRequests } }).look();
    expect(sent).toMatchObject([
      { alert: 'pull-requests-held', details: { pullRequests: [{ repositoryId: 1, number: 2, result: 'blocked' }] } },
    ]);
  });

  test('that the ledger does not verify, or is shorter than it was', async () => {
    const check: OperatedStore['ledger']['check'] = async (_, [expectHead]) =>
      expectHead === undefined
        ? { state: 'verified', head: { sequence: 3, hash: 'a'.repeat(64) }, anchoredAt: null, signed: 0 }
        : { state: 'broken', sequence: 2, reason: `the expected head is not in the chain (${expectHead.slice(0, 3)})` };
    const ledger = { ...store.ledger, check, installations: async () => [42] };
    const own = alerter({ store: { ...store, ledger } });
    await own.look();
    expect(sent).toEqual([]);
    clock += DAY;
    await own.look();
    expect(sent).toMatchObject([{ alert: 'ledger-broken', subject: 'installation 42', details: { sequence: 2 } }]);
    expect(String(sent[0]?.['message'])).toContain('(3:a)');
  });

  test('that the store is away, though nobody can be asked what was told', async () => {
    const away = () => Promise.reject(new CountersignError('store-unavailable', 'The database did not answer.'));
    const gone = { ...store, cached: away, cache: away, queue: { ...store.queue, backlog: away } };
    const own = alerter({ store: gone });
    health.heard('store', false);
    clock += 16 * MINUTE;
    await own.look();
    await own.look();
    expect(sent).toMatchObject([{ alert: 'source-down', subject: 'store' }]);
  });
});

test.each([500, 302])(
  'an alert that the receiver answers with %i is sent again, and its address stands in no log',
  async (status) => {
    const own = alerter();
    health.heard('pypi', false);
    clock += 16 * MINUTE;
    answer = status;
    await own.look();
    expect(sent).toEqual([]);
    expect(logged.join()).toContain('could not be sent');
    expect(logged.join()).not.toContain('of-the-receiver');
    answer = 200;
    await own.look();
    expect(sent).toHaveLength(1);
  },
);

test('no alert carries a secret', async () => {
  const own = alerter();
  health.heard('a-secret-of-the-service ghp_0123456789abcdefghij0123456789abcdef', false);
  clock += 16 * MINUTE;
  await own.look();
  expect(JSON.stringify(sent)).not.toMatch(/a-secret-of-the-service|ghp_/);
  expect(sent).toHaveLength(1);
});
