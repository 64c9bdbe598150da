import { describe, expect, test } from 'vitest';
import type { HistoryCommit } from '../../src/core/host.ts';
import type { MergeGroupJob } from '../../src/core/job.ts';
import { accountFor, aheadOf, type Contribution, chainOf, lastOf } from '../../src/review/group-members.ts';

const sha = (name: string): string => Buffer.from(name).toString('hex').padEnd(40, '0').slice(0, 40);

function commit(name: string, parents: readonly string[], message = name): HistoryCommit {
  return { sha: sha(name), parents: parents.map(sha), message, authorEmail: 'a@example.com' };
}

function member(number: number, head: string, messages: readonly string[] = [head]): Contribution {
  const commits = messages.map((message) => ({ sha: sha(message), message, authorEmail: 'a@example.com' }));
  return { number, headSha: sha(head), commits };
}

describe('a commit of a group is accounted for', () => {
  test("by a merge of a member's head", () => {
    const history = [commit('work', ['root']), commit('merge', ['root', 'work'])];
    expect(accountFor(history, sha('merge'), [member(1, 'work')])).toEqual({ unexplained: [], seen: new Set([1]) });
  });

  test('by the number at the end of a squashed subject, once for each pull request', () => {
    const one = commit('squash', ['root'], 'Do the work (#1)\n\nBody (#9)');
    expect(accountFor([one], one.sha, [member(1, 'work')]).unexplained).toEqual([]);
    const second = commit('extra', ['squash'], 'Do more (#1)');
    expect(accountFor([one, second], second.sha, [member(1, 'work')]).unexplained).toEqual([second.sha]);
  });

  test('by the commit that it repeats, where the queue rebases, as often as that was made', () => {
    const again = commit('copy', ['root'], 'work');
    expect(accountFor([again], again.sha, [member(1, 'work')]).unexplained).toEqual([]);
    const twice = commit('copy of the copy', ['copy'], 'work');
    expect(accountFor([again, twice], twice.sha, [member(1, 'work')]).unexplained).toEqual([twice.sha]);
  });
});

describe('a commit of a group is not accounted for', () => {
  test('by a merge that brings in something else beside', () => {
    const history = [commit('stray', ['root']), commit('work', ['root']), commit('octopus', ['root', 'work', 'stray'])];
    const found = accountFor(history, sha('octopus'), [member(1, 'work')]);
    expect(found.unexplained).toEqual([sha('stray'), sha('octopus')]);
  });

  test('by a message that names a member, off the line of the merges', () => {
    const history = [commit('hidden', ['root'], 'Nothing to see (#1)'), commit('merge', ['root', 'hidden'])];
    expect(accountFor(history, sha('merge'), [member(1, 'work')]).unexplained).toEqual([sha('hidden'), sha('merge')]);
  });

  test('by a head that was pushed over since', () => {
    const history = [commit('old', ['root']), commit('merge', ['root', 'old'])];
    const found = accountFor(history, sha('merge'), [member(1, 'new')]);
    expect(found).toEqual({ unexplained: [sha('old'), sha('merge')], seen: new Set() });
  });
});

function job(overrides: Partial<MergeGroupJob> = {}): MergeGroupJob {
  return {
    kind: 'merge-group',
    repository: { installationId: 1, id: 2, owner: 'acme', name: 'shop' },
    action: 'checks-requested',
    headSha: sha('head'),
    headRef: `refs/heads/gh-readonly-queue/main/pr-7-${sha('base')}`,
    baseSha: sha('root'),
    baseRef: 'refs/heads/main',
    cause: 'delivery',
    attempt: 0,
    ...overrides,
  };
}

describe("the name of a group's ref", () => {
  test.each([
    ['of the convention tells the pull request', {}, 7],
    [
      'tells it for a branch with slashes too',
      { headRef: `refs/heads/gh-readonly-queue/release/v1/pr-8-${sha('b')}`, baseRef: 'refs/heads/release/v1' },
      8,
    ],
    ['of another branch tells nothing', { baseRef: 'refs/heads/other' }, null],
    ['of a branch that only looks like it tells nothing', { headRef: 'refs/heads/main/pr-7-x' }, null],
    [
      'with more behind the SHA tells nothing',
      { headRef: `refs/heads/gh-readonly-queue/main/pr-7-${sha('b')}9` },
      null,
    ],
  ])('%s', (_, overrides, expected) => {
    expect(lastOf(job(overrides))).toBe(expected);
  });
});

describe('the chain of a group', () => {
  const nothing = async () => null;

  test('ends where its history leaves the branch', async () => {
    expect(await chainOf(job(), sha('root'), null, nothing)).toEqual({ numbers: [7], gap: null });
  });

  test('goes through the groups that are known', async () => {
    const known = async (at: string) =>
      at === sha('below') ? { pullRequest: 6, baseSha: sha('root'), baseRef: 'refs/heads/main' } : null;
    const chain = await chainOf(job({ baseSha: sha('below') }), sha('root'), null, known);
    expect(chain).toEqual({ numbers: [6, 7], gap: null });
  });

  test('has a gap where a group is unknown, is of another branch, or the queue says otherwise', async () => {
    const below = job({ baseSha: sha('below') });
    expect((await chainOf(below, sha('root'), null, nothing)).gap).toMatch(/nothing is known/);
    const other = async () => ({ pullRequest: 6, baseSha: sha('root'), baseRef: 'refs/heads/side' });
    expect((await chainOf(below, sha('root'), null, other)).gap).toMatch(/another branch/);
    const entries = [{ pullRequest: 9, headSha: sha('head'), baseSha: sha('root') }];
    expect((await chainOf(job(), sha('root'), entries, nothing)).gap).toMatch(/names pull request 9/);
  });

  test('does not run in circles', async () => {
    const circle = async () => ({ pullRequest: 6, baseSha: sha('below'), baseRef: 'refs/heads/main' });
    expect((await chainOf(job({ baseSha: sha('below') }), sha('root'), null, circle)).gap).toMatch(/too many/);
  });
});

test('who waits ahead in the queue is told by its order', () => {
  const entries = [3, 5, 7, 9].map((pullRequest) => ({ pullRequest, headSha: null, baseSha: null }));
  expect(aheadOf(sha('head'), 7, entries)).toEqual([3, 5]);
  expect(aheadOf(sha('head'), 8, entries)).toEqual([]);
  expect(aheadOf(sha('head'), 7, null)).toEqual([]);
});
