import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CheckAnnotation, CheckRunStart } from '../../src/core/host.ts';
import type { GitHubHost } from '../../src/github/host.ts';
import type { GitHub, Repository } from '../support/github/index.ts';
import { hostOf, startShop } from './support.ts';

let github: GitHub;
let host: GitHubHost;
let shop: Repository;

beforeAll(async () => {
  github = await startShop();
  host = hostOf(github);
  shop = github.repository('acme/shop');
});
afterAll(async () => {
  expect(github.violations).toEqual([]);
  await github.close();
});

const output = { title: 'Title', summary: 'Summary' };

function annotations(count: number, from = 1): CheckAnnotation[] {
  return Array.from({ length: count }, (_, i) => ({
    path: 'src/a.ts',
    startLine: from + i,
    endLine: from + i,
    startColumn: 1,
    endColumn: 5,
    level: 'failure' as const,
    title: `Finding ${from + i}`,
    message: 'What and why.',
  }));
}

let next = 0;
async function start(externalId = `review-${next}`): Promise<CheckRunStart> {
  next += 1;
  const headSha = await shop.push(`check-${next}`, { n: String(next) });
  return { name: 'countersign', headSha, externalId, startedAt: '2026-11-21T00:00:00Z', output };
}

describe('a check run', () => {
  test('is in progress at once and completed with its conclusion, annotations and buttons', async () => {
    const begun = await start();
    const run = await host.startCheckRun(shop.ref, begun);
    expect(run).toMatchObject({ status: 'in_progress', conclusion: null, externalId: begun.externalId });
    const action = { label: 'Confirm alice', description: 'Signs F1', identifier: 'n-123' };
    await host.updateCheckRun(shop.ref, run.id, {
      output: { ...output, text: 'Details' },
      annotations: annotations(2),
      conclusion: 'action_required',
      completedAt: '2026-11-21T00:01:00Z',
      actions: [action],
    });
    expect(shop.checkRun(run.id)).toMatchObject({
      status: 'completed',
      conclusion: 'action_required',
      title: 'Title',
      text: 'Details',
      actions: [action],
    });
    expect(shop.checkRun(run.id).annotations.map((a) => a.title)).toEqual(['Finding 1', 'Finding 2']);
    expect(await host.checkRun(shop.ref, run.id)).toMatchObject({ status: 'completed', conclusion: 'action_required' });
    expect(await host.checkRun(shop.ref, 123456)).toBeNull();
  });

  test('started twice for one review is one run', async () => {
    const begun = await start();
    const first = await host.startCheckRun(shop.ref, begun);
    const second = await hostOf(github).startCheckRun(shop.ref, begun);
    expect(second.id).toBe(first.id);
    const other = await host.startCheckRun(shop.ref, { ...begun, externalId: 'another review' });
    expect(other.id).not.toBe(first.id);
    expect((await host.checkRuns(shop.ref, begun.headSha)).map((r) => r.id)).toEqual([other.id, first.id]);
  });

  test('with 120 annotations sends them fifty at a time and concludes with the last', async () => {
    const run = await host.startCheckRun(shop.ref, await start());
    github.clearLog();
    await host.updateCheckRun(shop.ref, run.id, {
      output,
      annotations: annotations(120),
      conclusion: 'failure',
      actions: [],
    });
    const sent = github.appRequests().map(({ body }) => {
      const sentOutput = body?.['output'] as { annotations: unknown[] } | undefined;
      return [sentOutput?.annotations.length, body?.['status'] ?? null];
    });
    expect(sent).toEqual([
      [50, null],
      [50, null],
      [20, 'completed'],
    ]);
    expect(shop.checkRun(run.id).annotations).toHaveLength(120);
  });

  test('updated again shows each annotation once, from another process too', async () => {
    const run = await host.startCheckRun(shop.ref, await start());
    const update = { output, annotations: annotations(60), conclusion: 'action_required' as const, actions: [] };
    await host.updateCheckRun(shop.ref, run.id, update);
    await host.updateCheckRun(shop.ref, run.id, update);
    await hostOf(github).updateCheckRun(shop.ref, run.id, { ...update, annotations: annotations(61) });
    const shown = shop.checkRun(run.id).annotations.map((a) => a.start_line);
    expect(shown).toEqual(Array.from({ length: 61 }, (_, i) => i + 1));
  });

  test('of another App is not ours', async () => {
    const begun = await start();
    const run = await host.startCheckRun(shop.ref, begun);
    const theirs = (json: unknown) => {
      const list = json as { check_runs: Record<string, unknown>[] };
      return { ...list, check_runs: list.check_runs.map((one) => ({ ...one, app: { id: 1 } })) };
    };
    github.fault({ path: /check-runs/, method: 'GET', change: theirs });
    expect(await host.checkRuns(shop.ref, begun.headSha)).toEqual([]);
    expect((await host.checkRuns(shop.ref, begun.headSha)).map((r) => r.id)).toEqual([run.id]);
  });

  test('whose text is too long is cut, and says how much is left out', async () => {
    const run = await host.startCheckRun(shop.ref, await start());
    await host.updateCheckRun(shop.ref, run.id, {
      output: { title: 't'.repeat(300), summary: 'é'.repeat(40_000), text: 'x'.repeat(65_535) },
      annotations: [{ ...annotations(1)[0], title: 'T'.repeat(300), endLine: 9 } as CheckAnnotation],
      conclusion: 'failure',
      actions: [],
    });
    const shown = shop.checkRun(run.id);
    expect(shown.summary).toMatch(/cut here: \d+ of 80000 bytes/);
    expect(shown.summary).not.toContain('�');
    expect(shown.text).toHaveLength(65_535);
  });

  test('with a button that GitHub would refuse is our bug, not a silent cut', async () => {
    const run = await host.startCheckRun(shop.ref, await start());
    const action = { label: 'x'.repeat(21), description: 'd', identifier: 'i' };
    const update = { output, annotations: [], conclusion: 'success' as const, actions: [action] };
    await expect(host.updateCheckRun(shop.ref, run.id, update)).rejects.toThrow(RangeError);
  });
});

describe('when the connection breaks', () => {
  test.each(['before', 'after'] as const)('%s a run was made, there is one run', async (reset) => {
    const begun = await start();
    github.fault({ method: 'POST', path: /check-runs/, reset });
    const run = await host.startCheckRun(shop.ref, begun);
    expect(shop.checkRuns(begun.headSha).map((r) => r.id)).toEqual([run.id]);
  });

  test.each(['before', 'after'] as const)('%s annotations arrived, each is shown once', async (reset) => {
    const run = await host.startCheckRun(shop.ref, await start());
    github.fault({ method: 'PATCH', path: /check-runs/, reset });
    await host.updateCheckRun(shop.ref, run.id, {
      output,
      annotations: annotations(70),
      conclusion: 'failure',
      actions: [],
    });
    expect(shop.checkRun(run.id).annotations.map((a) => a.start_line)).toEqual(
      Array.from({ length: 70 }, (_, i) => i + 1),
    );
    expect(shop.checkRun(run.id).conclusion).toBe('failure');
  });

  test('around a comment, it is not written twice: the caller is told', async () => {
    await shop.push('c', { c: 'c' });
    const number = await shop.open({ branch: 'c', title: 'C', as: 'alice' });
    github.fault({ method: 'POST', path: /comments/, reset: 'after' });
    await expect(host.createComment(shop.ref, number, '<!-- m --> once')).rejects.toMatchObject({
      code: 'host-unavailable',
    });
    expect(await host.ownComments(shop.ref, number, '<!-- m -->')).toHaveLength(1);
  });
});
