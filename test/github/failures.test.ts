import { generateKeyPairSync } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { CountersignError } from '../../src/core/errors.ts';
import { createHost, type GitHubHost } from '../../src/github/host.ts';
import type { ObservedRequest, RequestLimits } from '../../src/github/request.ts';
import type { Fault, GitHub, Repository } from '../support/github/index.ts';
import { clientsOf, hostOf, optionsOf, settled, startShop } from './support.ts';

let github: GitHub;
let host: GitHubHost;
let shop: Repository;
let removals: (() => void)[] = [];

beforeAll(async () => {
  github = await startShop();
  shop = github.repository('acme/shop');
});
afterAll(async () => {
  expect(github.violations).toEqual([]);
  await github.close();
});
afterEach(() => {
  for (const remove of removals) remove();
  removals = [];
});

/** A host that no earlier failure has told to wait. */
function broken(fault: Fault, requests: Partial<RequestLimits> = {}): ReturnType<GitHub['fault']> {
  host = hostOf(github, requests);
  const set = github.fault({ times: 'always', path: /\/repos\//, ...fault });
  removals.push(set.remove);
  return set;
}

describe('worth another try', () => {
  test.each<[string, Fault]>([
    ['500', { status: 500 }],
    ['502 with a page', { status: 502, body: '<html>Bad gateway</html>' }],
    ['503', { status: 503 }],
    ['a reset connection', { reset: 'before' }],
    ['an answer of another shape', { status: 200, body: '{"hello":"world"}' }],
    ['a cut body', { status: 200, body: '{"id":1' }],
  ])('%s is unavailable', async (_name, fault) => {
    broken(fault);
    await expect(host.pullRequest(shop.ref, 1)).rejects.toMatchObject({ code: 'host-unavailable' });
  });

  test('silence is unavailable', async () => {
    const set = broken({ held: true }, { timeoutMs: 100 });
    await expect(host.pullRequest(shop.ref, 1)).rejects.toMatchObject({ code: 'host-unavailable' });
    expect(set.waiting()).toBeGreaterThan(0);
  });

  test('a read that fails once or twice succeeds', async () => {
    const set = broken({ status: 502, times: 2 });
    expect((await host.permission(shop.ref, 'alice')).rank).toBe('admin');
    expect(set.hits()).toBe(2);
  });

  test('a read is not tried for ever', async () => {
    const set = broken({ status: 502 });
    await expect(host.permission(shop.ref, 'alice')).rejects.toBeInstanceOf(CountersignError);
    expect(set.hits()).toBe(3);
  });

  test('a write is sent once', async () => {
    const set = broken({ status: 502, method: 'POST' });
    await expect(host.createComment(shop.ref, 1, 'x')).rejects.toMatchObject({ code: 'host-unavailable' });
    expect(set.hits()).toBe(1);
  });
});

describe('refused', () => {
  test.each([403, 404, 410, 422, 451])('%i is final and tried once', async (status) => {
    const set = broken({ status });
    await expect(host.permission(shop.ref, 'alice')).rejects.toMatchObject({ code: 'host-refused' });
    // A token that GitHub no longer takes is renewed once.
    expect(set.hits()).toBe(status === 401 ? 2 : 1);
  });

  test('says what was asked and what GitHub said', async () => {
    broken({ status: 403, body: '{"message":"Resource not accessible by integration"}' });
    await expect(host.permission(shop.ref, 'alice')).rejects.toThrow(
      /GET \/repos\/acme\/shop\/collaborators\/.*403.*Resource not accessible/,
    );
  });
});

describe('limits', () => {
  test('a secondary limit with Retry-After says how long, and nothing more is sent meanwhile', async () => {
    let now = 1_000_000;
    const limited = {
      status: 403,
      body: '{"message":"You have exceeded a secondary rate limit"}',
      headers: { 'retry-after': '30' },
    };
    const patient = hostOf(github, {}, () => now);
    const set = github.fault({ ...limited, path: /permission/, times: 1 });
    await expect(patient.permission(shop.ref, 'alice')).rejects.toMatchObject({
      code: 'host-unavailable',
      retryAfterMs: 30_000,
    });
    await expect(patient.permission(shop.ref, 'alice')).rejects.toMatchObject({
      code: 'host-unavailable',
      retryAfterMs: 30_000,
    });
    expect(set.hits()).toBe(1);
    now += 30_001;
    expect((await patient.permission(shop.ref, 'alice')).rank).toBe('admin');
  });

  test('a short wait is kept within the call', async () => {
    broken({ status: 429, headers: { 'retry-after': '1' }, times: 1 });
    expect((await host.permission(shop.ref, 'alice')).rank).toBe('admin');
  });

  test('the primary limit waits for its reset', async () => {
    const now = 2_000_000_000_000;
    host = hostOf(github, {}, () => now);
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(now / 1000 + 600) };
    github.fault({ status: 403, headers, path: /permission/ });
    await expect(host.permission(shop.ref, 'alice')).rejects.toMatchObject({
      code: 'host-unavailable',
      retryAfterMs: 601_000,
    });
  });
});

test('every request is told to whoever observes, failures too, without its parameters', async () => {
  const seen: ObservedRequest[] = [];
  host = createHost(clientsOf(github), { ...optionsOf(github), observe: (request) => seen.push(request) });
  github.fault({ path: /permission/, status: 502 });
  await host.permission(shop.ref, 'alice');
  const route = 'GET /repos/{owner}/{repo}/collaborators/{username}/permission';
  expect(seen).toMatchObject([
    { route, status: 502, installationId: shop.ref.installationId },
    { route, status: 200, remaining: 4999 },
  ]);
  expect(JSON.stringify(seen)).not.toContain('alice');
});

test('a token that ran out in mid-review is renewed', async () => {
  host = hostOf(github);
  await host.repository(shop.ref);
  github.expireTokens();
  expect((await host.permission(shop.ref, 'alice')).rank).toBe('admin');
});

test('a key that GitHub does not know is a refusal', async () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  host = hostOf({ ...github, privateKey: pem });
  await expect(host.repository(shop.ref)).rejects.toMatchObject({ code: 'host-refused' });
});

test('comments are written without pauses between them', async () => {
  host = hostOf(github);
  await shop.push('fast', { p: 'p' });
  const number = await shop.open({ branch: 'fast', title: 'P', as: 'alice' });
  const started = performance.now();
  for (const body of ['one', 'two', 'three']) await host.createComment(shop.ref, number, body);
  // Octokit's own throttling would take three seconds from each to the next.
  expect(performance.now() - started).toBeLessThan(6_000);
});

test('a branch that went away between two requests is a refusal', async () => {
  host = hostOf(github);
  await expect(host.mergeBase(shop.ref, 'e'.repeat(40), 'f'.repeat(40))).rejects.toMatchObject({
    code: 'host-refused',
  });
  await expect(host.mergeBase(shop.ref, 'main...evil', 'f'.repeat(40))).rejects.toMatchObject({ code: 'host-refused' });
});

test('an archived repository refuses, and says so', async () => {
  shop.setArchived(true);
  host = hostOf(github);
  expect((await host.repository(shop.ref)).archived).toBe(true);
  await expect(host.createComment(shop.ref, 1, 'x')).rejects.toThrow(/archived/);
  shop.setArchived(false);
});

test('no more requests run at once than allowed', async () => {
  host = hostOf(github, { concurrency: 3 });
  await host.repository(shop.ref);
  const held = github.fault({ path: /permission/, held: true, times: 'always' });
  const answers = Promise.all(Array.from({ length: 12 }, () => host.permission(shop.ref, 'alice')));
  for (let turn = 1; turn <= 4; turn += 1) {
    await expect.poll(() => held.hits()).toBe(3 * turn);
    await settled(held);
    expect(held.waiting()).toBe(3);
    held.release();
  }
  await answers;
  held.remove();
});
