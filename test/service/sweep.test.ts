import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CountersignError } from '../../src/core/errors.ts';
import type { PullRequestState, RepositoryRef } from '../../src/core/host.ts';
import type { Job } from '../../src/core/job.ts';
import type { JsonValue } from '../../src/core/json.ts';
import { createSweeper, SWEEP_LIMITS, type SweepParts, sweep } from '../../src/service/sweep.ts';
import { openStage, type Stage } from './support.ts';

const REPOSITORY: RepositoryRef = { installationId: 1, id: 7, owner: 'acme', name: 'shop' };
const SOMEONE = { id: 9, login: 'maria', type: 'User' } as const;

function pull(number: number, change: Partial<PullRequestState> = {}): PullRequestState {
  return {
    number,
    state: 'open',
    merged: false,
    draft: false,
    title: 'x',
    body: '',
    author: SOMEONE,
    labels: [],
    assignees: [],
    headSha: String(number).padStart(40, 'a'),
    headRef: `b${number}`,
    headRepositoryId: 7,
    baseSha: 'b'.repeat(40),
    baseRef: 'main',
    commitCount: 1,
    ...change,
  };
}

/** A GitHub and a store of plain values: what a sweep reads, and the jobs that it sends. */
function scene(options: {
  readonly pulls: readonly PullRequestState[];
  readonly runs?: Readonly<Record<string, 'in_progress' | 'completed' | 'cancelled'>>;
  readonly reviewed?: readonly { number: number; headSha: string; baseRef?: string }[];
  readonly known?: Readonly<Record<number, 'open' | 'closed'>>;
  readonly archived?: boolean;
  readonly limit?: number;
  /** Pull requests that are open as far as the store knows, and what GitHub says of each; null: it shows none such. */
  readonly held?: Readonly<Record<number, 'open' | 'closed' | 'merged' | null>>;
}) {
  const jobs = new Map<string, { job: Job; afterMs: number }>();
  const notes = new Map<string, JsonValue>();
  const told: string[] = [];
  const asked: number[] = [];
  const review = (number: number) => options.reviewed?.find((each) => each.number === number);
  const parts = {
    api: {
      installations: async () => [{ id: 1, account: 'acme', suspended: false, permissions: {}, events: [] }],
    },
    host: {
      repositoriesOf: async () => [REPOSITORY],
      openPullRequests: async () => ({ pullRequests: options.pulls, complete: true }),
      repository: async () => ({ archived: options.archived ?? false }),
      pullRequest: async (_: RepositoryRef, number: number) => {
        asked.push(number);
        const state = options.held?.[number] ?? null;
        if (state === null) throw new CountersignError('host-refused', 'GitHub refused it: 404');
        return pull(number, { state: state === 'open' ? 'open' : 'closed', merged: state === 'merged' });
      },
      checkRuns: async (_: RepositoryRef, headSha: string) => {
        const number = options.pulls.find((each) => each.headSha === headSha)?.number ?? 0;
        const state = options.runs?.[headSha];
        if (state === undefined) return [];
        const done = state !== 'in_progress';
        return [
          {
            id: 1,
            name: 'countersign',
            headSha,
            externalId: `pr-${number}-abc`,
            status: done ? 'completed' : state,
            conclusion: state === 'cancelled' ? state : done ? 'success' : null,
            htmlUrl: null,
          },
        ];
      },
    },
    store: {
      latestReview: async (_: number, number: number) => {
        const found = review(number);
        if (found === undefined) return null;
        return { checkRunId: 5, report: { headSha: found.headSha, baseRef: found.baseRef ?? 'main' } };
      },
      pullRequest: async (_: number, number: number) => {
        const state = options.known?.[number] ?? (review(number) === undefined ? null : 'open');
        return state === null ? null : { state, openCheckRun: null };
      },
      openPullRequests: async () => Object.keys(options.held ?? {}).map(Number),
      openByRepository: async () => [],
      cached: async (key: string) => notes.get(key) ?? null,
      cache: async (key: string, value: JsonValue) => void notes.set(key, value),
      queue: {
        send: async (id: string, job: Job, { afterMs }: { afterMs: number }) => {
          if (jobs.has(id)) return 'duplicate' as const;
          jobs.set(id, { job, afterMs });
          return 'stored' as const;
        },
      },
    },
    limits: { ...SWEEP_LIMITS, reviews: options.limit ?? 500, closed: options.limit ?? 500 },
    log: (_level: string, message: string) => void told.push(message),
    now: () => 1_000_000,
  } as unknown as SweepParts;
  const numbers = () => [...jobs.values()].map(({ job }) => (job.kind === 'review' ? job.pullRequest : 0));
  const closed = () => [...jobs.values()].flatMap(({ job }) => (job.kind === 'closed' ? [job] : []));
  return { parts, jobs, notes, told, asked, numbers, closed };
}

const never = new AbortController().signal;

describe('a sweep has reviewed', () => {
  test.each([
    ['a head that nobody looked at', scene({ pulls: [pull(1)] }), [1]],
    [
      'a head pushed after the last review',
      scene({ pulls: [pull(1)], reviewed: [{ number: 1, headSha: 'old' }] }),
      [1],
    ],
    [
      'a head that was given another base',
      scene({
        pulls: [pull(1, { baseRef: 'side' })],
        reviewed: [{ number: 1, headSha: pull(1).headSha }],
        runs: { [pull(1).headSha]: 'completed' },
      }),
      [1],
    ],
    [
      'what was opened again unseen, whose green was withdrawn',
      scene({
        pulls: [pull(1)],
        reviewed: [{ number: 1, headSha: pull(1).headSha }],
        known: { 1: 'closed' },
        runs: { [pull(1).headSha]: 'completed' },
      }),
      [1],
    ],
    [
      'a head whose only run was cancelled',
      scene({ pulls: [pull(1)], known: { 1: 'open' }, runs: { [pull(1).headSha]: 'cancelled' } }),
      [1],
    ],
    [
      'a head whose result the store does not know, since nobody could sign for it',
      scene({ pulls: [pull(1)], runs: { [pull(1).headSha]: 'completed' } }),
      [1],
    ],
    ['not a head that is done', scene({ pulls: [pull(1)], reviewed: [{ number: 1, headSha: pull(1).headSha }] }), []],
    [
      'not a head that could not be evaluated: its next try waits in the queue',
      scene({ pulls: [pull(1)], known: { 1: 'open' }, runs: { [pull(1).headSha]: 'completed' } }),
      [],
    ],
    ['nothing in an archived repository', scene({ pulls: [pull(1)], archived: true }), []],
    ['only so many at once, the newest first', scene({ pulls: [pull(9), pull(8), pull(7)], limit: 2 }), [9, 8]],
  ])('%s', async (_, { parts, numbers }, expected) => {
    await sweep(parts, never);
    expect(numbers()).toEqual(expected);
  });

  test('one head once, however often and by however many processes it is swept', async () => {
    const { parts, jobs } = scene({ pulls: [pull(1), pull(2)] });
    await Promise.all([sweep(parts, never), sweep(parts, never), sweep(parts, never)]);
    expect((await sweep(parts, never)).sent).toBe(0);
    expect(jobs.size).toBe(2);
  });

  test('the same head again after a day, should the first time have come to nothing', async () => {
    const { parts, notes, jobs } = scene({ pulls: [pull(1)] });
    await sweep(parts, never);
    notes.clear();
    await sweep({ ...parts, now: () => 1_000_000 + 25 * 60 * 60 * 1000 }, never);
    expect(jobs.size).toBe(2);
  });

  test('a head that is being reviewed only much later, so that it disturbs nothing', async () => {
    const { parts, jobs } = scene({ pulls: [pull(1), pull(2)], runs: { [pull(2).headSha]: 'in_progress' } });
    await sweep(parts, never);
    expect([...jobs.values()].map(({ afterMs }) => afterMs)).toEqual([SWEEP_LIMITS.settleMs, SWEEP_LIMITS.underWayMs]);
  });

  test('and no event explains its head, so that its pushers are looked up', async () => {
    const { parts, jobs } = scene({ pulls: [pull(1)] });
    await sweep(parts, never);
    expect([...jobs.values()][0]?.job).toMatchObject({ sender: null, headSha: null, cause: 'pull_request.sweep' });
  });

  test('the rest, where one repository cannot be read', async () => {
    const { parts, told } = scene({ pulls: [pull(1)] });
    const host = {
      ...parts.host,
      repositoriesOf: async () => [{ ...REPOSITORY, name: 'broken' }, REPOSITORY],
      openPullRequests: async (ref: RepositoryRef) => {
        if (ref.name === 'broken') throw new Error('no answer');
        return parts.host.openPullRequests(ref);
      },
    };
    expect(await sweep({ ...parts, host }, never)).toMatchObject({ sent: 1, failures: 1 });
    expect(told).toHaveLength(1);
  });
});

describe('a sweep finds what was closed unseen', () => {
  const ended = (number: number, merged: boolean) => ({
    kind: 'closed',
    repository: REPOSITORY,
    pullRequest: number,
    headSha: pull(number).headSha,
    merged,
    sender: null,
  });

  test('and has it closed here, merged or not', async () => {
    const { parts, closed } = scene({ pulls: [pull(1)], held: { 1: 'open', 2: 'merged', 3: 'closed' } });
    expect(await sweep(parts, never)).toMatchObject({ closed: 2 });
    expect(closed()).toEqual([ended(2, true), ended(3, false)]);
  });

  test('once a day, however many processes sweep', async () => {
    const { parts, closed } = scene({ pulls: [], held: { 2: 'merged' } });
    await Promise.all([sweep(parts, never), sweep(parts, never)]);
    await sweep(parts, never);
    expect(closed()).toHaveLength(1);
  });

  test('and leaves alone what is open all the same, or not shown, without asking for it every hour', async () => {
    const { parts, closed, asked } = scene({ pulls: [], held: { 4: 'open', 5: null, 6: 'merged' } });
    await sweep(parts, never);
    await sweep(parts, never);
    expect(closed()).toEqual([ended(6, true)]);
    expect(asked).toEqual([4, 5, 6, 6]);
  });

  test('asking GitHub for so many at most, in an archived repository too', async () => {
    const held = { 1: 'merged', 2: 'merged', 3: 'merged' } as const;
    const { parts, closed } = scene({ pulls: [], held, limit: 2, archived: true });
    await sweep(parts, never);
    expect(closed().map(({ pullRequest }) => pullRequest)).toEqual([1, 2]);
  });

  test('not where GitHub does not answer: nothing is taken for closed', async () => {
    const { parts, closed } = scene({ pulls: [], held: { 2: 'merged' } });
    const host = {
      ...parts.host,
      pullRequest: async () => Promise.reject(new CountersignError('host-unavailable', 'GitHub answered 502')),
    };
    expect(await sweep({ ...parts, host }, never)).toMatchObject({ failures: 1 });
    expect(closed()).toEqual([]);
    await sweep(parts, never);
    expect(closed()).toHaveLength(1);
  });
});

describe('sweeps come', () => {
  const options = { everyMs: 3_600_000, awayMs: 30_000, retryMs: 10, log: () => undefined };

  test('when GitHub or the store is back after an outage, and not after a hiccup', async () => {
    const runs: string[] = [];
    let now = 0;
    const sweeper = createSweeper(async (_, why) => void runs.push(why), { ...options, now: () => now });
    sweeper.heard('github', false);
    now += 5_000;
    sweeper.heard('github', true);
    sweeper.heard('store', false);
    now += 20_000;
    sweeper.heard('store', false);
    now += 20_000;
    sweeper.heard('store', true);
    await sweeper.stop();
    expect(runs).toEqual(['outage']);
  });

  test('one after another, and again soon after a failure', async () => {
    let runs = 0;
    let atOnce = 0;
    let most = 0;
    const sweeper = createSweeper(
      async () => {
        runs += 1;
        atOnce += 1;
        most = Math.max(most, atOnce);
        await new Promise((resolve) => setTimeout(resolve, 20));
        atOnce -= 1;
        if (runs === 1) throw new Error('GitHub is away');
      },
      { ...options, now: () => 0 },
    );
    sweeper.start('start');
    sweeper.start('outage');
    await expect.poll(() => runs).toBeGreaterThanOrEqual(3);
    await sweeper.stop();
    expect(most).toBe(1);
  });
});

describe('against GitHub', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage.close());

  test('a pull request opened while the service was down is reviewed after its start, and never twice', async () => {
    const { github, repository } = stage;
    const first = await stage.start();
    const seen = await repository.push('seen', { 'src/a.js': 'export const a = 1;\n' }, { as: 'Copilot' });
    await repository.open({ branch: 'seen', title: 'Seen', as: 'Copilot' });
    await repository.completed(seen);
    await first.stop();

    github.setWebhookUrl(null);
    const head = await repository.push('missed', { 'src/b.js': 'export const b = 1;\n' }, { as: 'Copilot' });
    await repository.open({ branch: 'missed', title: 'Missed', as: 'Copilot' });
    expect(repository.checkRuns(head)).toEqual([]);

    const second = await stage.start();
    expect((await repository.completed(head)).conclusion).toBe('success');
    await second.stop();
    const third = await stage.start();
    const sweeps = () => stage.lines.filter((line) => line.includes('swept over'));
    await expect.poll(() => sweeps().length).toBe(3);
    expect(JSON.parse(sweeps().at(-1) ?? '{}')).toMatchObject({ why: 'start', pullRequests: 2, sent: 0 });
    await third.stop();
    expect(repository.checkRuns(head)).toHaveLength(1);
    expect(repository.checkRuns(seen)).toHaveLength(1);
    expect(github.violations).toEqual([]);
  });

  test('a merge whose delivery is lost is found after the start, and its green is withdrawn', async () => {
    const { github, repository } = stage;
    const service = await stage.start();
    const head = await repository.push('unseen', { 'src/c.js': 'export const c = 1;\n' }, { as: 'Copilot' });
    const number = await repository.open({ branch: 'unseen', title: 'Unseen', as: 'Copilot' });
    expect((await repository.completed(head)).conclusion).toBe('success');
    expect(await service.ports.store.openPullRequests(repository.ref.id)).toContain(number);
    github.setWebhookUrl(null);
    await repository.merge(number, 'maria');
    await service.stop();

    const again = await stage.start();
    await expect.poll(() => repository.checkRuns(head)[0]?.conclusion).toBe('action_required');
    await expect.poll(() => again.ports.store.openPullRequests(repository.ref.id)).not.toContain(number);
    await again.stop();
    expect(github.violations).toEqual([]);
  });
});
