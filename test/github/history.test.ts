import { afterAll, beforeAll, expect, test } from 'vitest';
import type { GitHubHost } from '../../src/github/host.ts';
import type { GitHub, Repository } from '../support/github/index.ts';
import { hostOf, startShop } from './support.ts';

let github: GitHub;
let shop: Repository;
let host: GitHubHost;

beforeAll(async () => {
  github = await startShop();
  shop = github.repository('acme/shop');
  host = hostOf(github);
});
afterAll(() => github.close());

function requests(): number {
  return github.appRequests().filter(({ path }) => path.includes('/git/')).length;
}

test('a branch of ten commits costs its directories once, and the next push only what is new', async () => {
  const branch = 'topic';
  for (let index = 0; index < 10; index += 1)
    await shop.push(branch, { [`src/part${index % 3}/file.ts`]: `export const a = ${index};\n` }, { as: 'Copilot' });
  const number = await shop.open({ branch, title: 'T', as: 'Copilot' });
  const pull = await host.pullRequest(shop.ref, number);
  const { commits } = await host.commits(shop.ref, number);
  expect(commits).toHaveLength(10);
  expect(commits.map(({ parents }) => parents.length)).toEqual(Array(10).fill(1));

  github.clearLog();
  const mergeBase = await host.mergeBase(shop.ref, pull.baseSha, pull.headSha);
  const [, history] = await Promise.all([
    host.snapshot(shop.ref, mergeBase, pull.headSha),
    host.history(shop.ref, commits),
  ]);
  expect(history.files.map(({ path }) => path)).toEqual(
    Array.from({ length: 10 }, (_, index) => `src/part${index % 3}/file.ts`),
  );
  expect(history.unread).toEqual([]);
  // For each commit its root, `src` and one part; of the merge base its root and `src`; nothing twice.
  expect(requests()).toBeLessThanOrEqual(10 * 3 + 2);

  await shop.push(branch, { 'src/part0/file.ts': 'export const a = "last";\n' }, { as: 'Copilot' });
  const next = await host.commits(shop.ref, number);
  github.clearLog();
  await host.history(shop.ref, next.commits);
  expect(requests()).toBeLessThanOrEqual(3);
});

test('a merge of the base brings nothing of its own', async () => {
  await shop.push('side', { 'own.ts': 'own' }, { as: 'Copilot' });
  const base = await shop.push('main', { 'late/base.ts': 'from the base' }, { as: 'alice' });
  const merge = await shop.push('side', { 'late/base.ts': 'from the base' }, { as: 'Copilot', mergeOf: [base] });
  const number = await shop.open({ branch: 'side', title: 'T', as: 'Copilot' });
  const { commits } = await host.commits(shop.ref, number);
  const merged = commits.find(({ sha }) => sha === merge);
  expect(merged?.parents).toHaveLength(2);
  const { files } = await host.history(shop.ref, commits);
  expect(files.map(({ path }) => path)).toEqual(['own.ts']);
  expect(github.violations).toEqual([]);
});
