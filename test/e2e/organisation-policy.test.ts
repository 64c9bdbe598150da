import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Repository } from '../support/github/index.ts';
import { startWorld, type World } from '../support/world.ts';

/** One policy for a whole organisation, in its `.github` repository: who feels it, and what becomes of it. */

const INJECTION = `import { exec } from 'node:child_process';

export function list(request, response) {
  exec('ls ' + request.query.dir, (error, out) => response.send(out));
}
`;
const LAX = 'rules:\n  command-injection: { blocks: [] }\n';
const STRICT = 'rules:\n  command-injection: { blocks: [high, medium] }\n';

let world: World;
let shared: Repository;
let shop: Repository;
let site: Repository;
let count = 0;

beforeAll(async () => {
  world = await startWorld({
    files: { 'package.json': '{}\n' },
    alsoRepositories: { '.github': { 'countersign.yml': LAX }, site: { 'package.json': '{}\n' } },
    collaborators: { maria: 'admin', ben: 'write', rita: 'read', Copilot: 'write' },
  });
  shop = world.repository;
  site = world.github.repository('acme/site');
  shared = world.github.repository('acme/.github');
});
afterAll(() => world.close());

async function opened(
  repository: Repository,
  files: Readonly<Record<string, string | null>> = { 'src/list.js': INJECTION },
) {
  count += 1;
  const branch = `copilot/change-${count}`;
  const head = await repository.push(branch, files, { as: 'Copilot' });
  const number = await repository.open({ branch, title: 'A change', as: 'Copilot' });
  const run = await repository.completed(head);
  return { repository, number, head, run };
}

/** The run that GitHub goes by: the newest of the head. */
function standing({ repository, head }: { readonly repository: Repository; readonly head: string }) {
  const run = repository.checkRuns(head).at(-1);
  return { status: run?.status, conclusion: run?.conclusion };
}

const GREEN = { status: 'completed', conclusion: 'success' };
const HELD = { status: 'completed', conclusion: 'action_required' };

test('a push to it has the open pull requests of all repositories reviewed anew, by the policy of this moment', async () => {
  const [one, other] = [await opened(shop), await opened(site)];
  expect([one.run.conclusion, other.run.conclusion]).toEqual(['success', 'success']);

  await shared.push('main', { 'countersign.yml': STRICT }, { as: 'maria' });
  await expect.poll(() => [standing(one), standing(other)]).toEqual([HELD, HELD]);
  await shared.push('main', { 'countersign.yml': LAX }, { as: 'maria' });
  await expect.poll(() => [standing(one), standing(other)]).toEqual([GREEN, GREEN]);

  await shop.close(one.number, 'maria');
  await site.close(other.number, 'maria');
});

test('a floor keeps a repository from asking for less, and leaves it free to ask for more', async () => {
  await shared.push('main', { 'countersign.yml': `floor: [rules]\n${STRICT}` }, { as: 'maria' });
  await shop.push('main', { '.github/countersign.yml': LAX }, { as: 'maria' });
  await site.push(
    'main',
    { '.github/countersign.yml': 'rules:\n  eval-of-data: { blocks: [] }\nverbosity: short\n' },
    { as: 'maria' },
  );
  const [one, other] = [await opened(shop), await opened(site)];
  await expect.poll(() => [standing(one), standing(other)]).toEqual([HELD, HELD]);
  await shared.push('main', { 'countersign.yml': STRICT }, { as: 'maria' });
  await expect.poll(() => [standing(one), standing(other)]).toEqual([GREEN, HELD]);
  await shop.close(one.number, 'maria');
  await site.close(other.number, 'maria');
  await shop.push('main', { '.github/countersign.yml': null }, { as: 'maria' });
  await site.push('main', { '.github/countersign.yml': null }, { as: 'maria' });
});

test('one with a mistake in it means the strictest, and every check says where the mistake stands', async () => {
  await shared.push('main', { 'countersign.yml': `${LAX}mode: obsrve\n` }, { as: 'maria' });
  const one = await opened(shop);
  await expect.poll(() => standing(one)).toEqual(HELD);
  expect(shop.checkRun(one.run.id).summary).toMatch(/strictest.*acme\/\.github: countersign\.yml.*3:/);
  await shared.push('main', { 'countersign.yml': LAX }, { as: 'maria' });
  await expect.poll(() => standing(one)).toEqual(GREEN);
  await shop.close(one.number, 'maria');
});

test('one that vanished from sight is unknown, never a pass; its file taken away means the defaults', async () => {
  const { github } = world;
  const gone = github.fault({ path: /\/repos\/acme\/\.github(?:\/|$|\?)/, status: 404, times: 'always' });
  const one = await opened(shop, { 'docs/plain.txt': 'x\n' });
  expect(one.run).toMatchObject({ conclusion: 'action_required', title: expect.stringMatching(/^Could not evaluate/) });
  expect(one.run.summary).toMatch(/policy of the organisation acme was there before/);
  gone.remove();
  await shared.push('main', { 'countersign.yml': null }, { as: 'maria' });
  await shop.comment(one.number, '/countersign recheck', 'ben');
  await expect.poll(() => standing(one)).toEqual(GREEN);
  const other = await opened(shop);
  expect(other.run.conclusion).toBe('action_required');
});

test('a pull request that changes it is held for an admin, as one that changes a repository’s own is', async () => {
  const lax = await opened(shared, { 'countersign.yml': 'mode: observe\n' });
  expect(lax.run).toMatchObject({ name: 'countersign', conclusion: 'action_required' });
  expect(lax.run.summary).toMatch(/policy-changed.*in every repository of the organisation/);
  const elsewhere = await opened(shop, { 'countersign.yml': 'mode: observe\n' });
  expect(elsewhere.run.conclusion).toBe('success');
});

test('no request of this was foreign to GitHub', () => {
  expect(world.github.violations).toEqual([]);
});
