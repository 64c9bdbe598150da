import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { atRest, reportCode, startWorld, until, type World } from '../support/world.ts';

const INJECTION = `import { exec } from 'node:child_process';

export function list(request, response) {
  exec('ls ' + request.query.dir, (error, out) => response.send(out));
}
`;
const PLAIN = 'export const answer = 42;\n';
const GUARD = `export function middleware(request) {
  if (!request.cookies.get('session')) return Response.redirect(new URL('/login', request.url));
}
`;
const MANIFEST = { name: 'shop', version: '1.0.0', dependencies: {} };

let world: World;

beforeAll(async () => {
  world = await startWorld({
    files: { 'package.json': json(MANIFEST), 'src/plain.js': PLAIN, 'middleware.ts': GUARD },
  });
  await world.registry.publish({ name: 'well-aged', version: '1.0.0' });
  await world.registry.backdate('well-aged', '2015-01-01T00:00:00.000Z', { '1.0.0': '2015-01-01T00:00:00.000Z' });
});
afterAll(() => world.close());

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

describe('a green on one base', () => {
  test('has another name than the one that main requires', async () => {
    const { repository } = world;
    await repository.push('side', { 'side.txt': 'x\n' }, { as: 'maria' });
    const head = await repository.push('to-side', { 'src/a.js': PLAIN }, { as: 'Copilot' });
    await repository.open({ branch: 'to-side', base: 'side', title: 'A', as: 'Copilot' });
    await repository.completed(head, { name: 'countersign / other base' });
    expect(repository.checkRuns(head).filter((run) => run.name === 'countersign')).toEqual([]);
  });

  test('is withdrawn when the pull request is given another base', async () => {
    const { repository } = world;
    await repository.push('side2', { 'side2.txt': 'x\n' }, { as: 'maria' });
    const head = await repository.push('retarget', { 'src/b.js': PLAIN }, { as: 'Copilot' });
    const number = await repository.open({ branch: 'retarget', title: 'B', as: 'Copilot' });
    const green = await repository.completed(head);
    expect(green.conclusion).toBe('success');
    await repository.edit(number, { base: 'side2' }, 'Copilot');
    await repository.completed(head, { name: 'countersign / other base' });
    await expect.poll(() => repository.checkRun(green.id).conclusion).toBe('action_required');
  });

  test('is withdrawn when the branch moves on: pushed back, it is not there before it is looked at', async () => {
    const { repository } = world;
    const head = await repository.push('moving', { 'src/moving.js': PLAIN }, { as: 'Copilot' });
    await repository.open({ branch: 'moving', title: 'M', as: 'Copilot' });
    const green = await repository.completed(head);
    expect(green.conclusion).toBe('success');
    const next = await repository.push('moving', { 'src/moving.js': `${PLAIN}\n` }, { as: 'Copilot' });
    await repository.completed(next);
    expect(repository.checkRun(green.id).conclusion).toBe('action_required');
  });

  test('is withdrawn when the pull request closes', async () => {
    const { repository } = world;
    const head = await repository.push('closing', { 'src/c.js': PLAIN }, { as: 'Copilot' });
    const number = await repository.open({ branch: 'closing', title: 'C', as: 'Copilot' });
    const green = await repository.completed(head);
    await repository.close(number, 'Copilot');
    await expect.poll(() => repository.checkRun(green.id).conclusion).toBe('action_required');
    await repository.reopen(number, 'Copilot');
    await expect.poll(() => repository.checkRuns(head).some((run) => run.conclusion === 'success')).toBe(true);
  });
});

test('two pull requests of one commit carry the worse of their verdicts', async () => {
  const { repository, github } = world;
  const head = await repository.push('twin-one', { 'src/twin.js': INJECTION }, { as: 'Copilot' });
  await github.asUser('maria', 'POST', '/repos/acme/shop/git/refs', { ref: 'refs/heads/twin-two', sha: head });
  const one = await repository.open({ branch: 'twin-one', title: 'One', as: 'Copilot' });
  await repository.completed(head);
  const two = await repository.open({ branch: 'twin-two', title: 'Two', as: 'Copilot' });
  await expect.poll(() => repository.comments(two).length).toBe(1);

  async function sign(number: number): Promise<void> {
    const code = reportCode(world, number);
    await repository.comment(number, `/countersign sign F1 ${code} only our scheduler calls this function`, 'ben');
    const pending = await until(() =>
      repository.checkRuns(head).find((run) => run.actions.length > 0 && run.summary?.includes(code)),
    );
    await repository.press(pending.id, pending.actions[0]?.identifier ?? '', 'ben');
    await expect.poll(() => repository.comments(number).some((each) => /ben signed/.test(each.body))).toBe(true);
  }

  await sign(one);
  expect(repository.checkRuns(head).map((run) => run.conclusion)).not.toContain('success');
  await sign(two);
  await expect.poll(() => repository.checkRuns(head).some((run) => run.conclusion === 'success')).toBe(true);
});

describe('a source that is down', () => {
  test('leaves the check unfinished business, and it is tried again until it answers', async () => {
    const { repository, registry } = world;
    await registry.publish({ name: 'late-answer', version: '1.0.0' });
    await registry.backdate('late-answer', '2015-01-01T00:00:00.000Z', { '1.0.0': '2015-01-01T00:00:00.000Z' });
    const fault = registry.fault('late-answer', 503);
    const head = await repository.push(
      'down',
      { 'package.json': json({ ...MANIFEST, dependencies: { 'late-answer': '1.0.0' } }) },
      { as: 'Copilot' },
    );
    await repository.open({ branch: 'down', title: 'D', as: 'Copilot' });
    const run = await repository.completed(head);
    expect(run.conclusion).toBe('action_required');
    expect(run.title).toMatch(/^Could not evaluate/);
    fault.lift();
    const green = await repository.completed(head, {
      when: (each) => each.conclusion === 'success',
      timeoutMs: 25_000,
    });
    expect(green.id).toBe(run.id);
  });
});

describe('what cannot be read', () => {
  test.each([
    [
      'a manifest that stops in the middle',
      'package.json',
      '{ "name": "shop", "dependencies": { "a": "1.0.0"',
      /package\.json/,
    ],
    [
      'a lockfile with merge markers',
      'package-lock.json',
      '{\n<<<<<<< ours\n  "lockfileVersion": 3\n}\n',
      /package-lock\.json/,
    ],
    ['a source file with a NUL byte', 'src/nul.js', 'const a = 1;\u0000\n', /binary/],
  ])('%s is said and holds the merge', async (_, path, content, told) => {
    const { repository } = world;
    const branch = `unread-${path.replace(/\W/g, '-')}`;
    const head = await repository.push(branch, { [path]: content }, { as: 'Copilot' });
    await repository.open({ branch, title: 'E', as: 'Copilot' });
    const run = await repository.completed(head);
    expect(run.conclusion).toBe('action_required');
    expect(run.annotations.some((each) => each.title?.includes('not-evaluated') && told.test(each.message))).toBe(true);
  });
});

test('a scope that the base routes elsewhere is asked of nobody else, and says so', async () => {
  const { repository, registry } = world;
  await repository.push('main', { '.npmrc': '@acme:registry=https://npm.acme.example/\n' }, { as: 'maria' });
  const head = await repository.push(
    'private',
    { 'package.json': json({ ...MANIFEST, dependencies: { '@acme/billing': '1.0.0' } }), '.npmrc': '' },
    { as: 'Copilot' },
  );
  await repository.open({ branch: 'private', title: 'P', as: 'Copilot' });
  const run = await repository.completed(head);
  expect(run.conclusion).not.toBe('success');
  expect(run.annotations.some((each) => each.title?.includes('not-evaluated'))).toBe(true);
  expect(registry.requests.filter((each) => each.includes('acme'))).toEqual([]);
});

test.each([
  ['deleted', {}],
  ['renamed to what nobody runs', { 'middleware.bak.ts': GUARD }],
  ['renamed to what is no code', { 'middleware.ts.off': GUARD }],
])('a guard that the framework runs by its name is held when it is %s', async (how, files) => {
  const { repository } = world;
  const branch = `guard-${how.replaceAll(' ', '-')}`;
  const head = await repository.push(branch, { 'middleware.ts': null, ...files }, { as: 'Copilot' });
  await repository.open({ branch, title: 'Tidy up', as: 'Copilot' });
  const run = await repository.completed(head);
  expect(run.conclusion).toBe('action_required');
  expect(run.annotations.some((each) => each.title?.includes('security-check-removed'))).toBe(true);
});

test('a guard that moves to where the framework runs it as well is not held', async () => {
  const { repository } = world;
  const moved = { 'middleware.ts': null, 'src/proxy.ts': GUARD.replace('function middleware', 'function proxy') };
  const head = await repository.push('guard-moved', moved, { as: 'Copilot' });
  await repository.open({ branch: 'guard-moved', title: 'Follow the framework', as: 'Copilot' });
  const run = await repository.completed(head);
  expect(run.annotations).toEqual([]);
  expect(run.conclusion).toBe('success');
});

test('a change of our own policy is held for an admin, whoever wrote it', async () => {
  const { repository } = world;
  const head = await repository.push('policy', { '.github/countersign.yml': 'mode: observe\n' }, { as: 'maria' });
  const number = await repository.open({ branch: 'policy', title: 'F', as: 'maria' });
  const run = await repository.completed(head);
  expect(run.name).toBe('countersign');
  expect(run.conclusion).toBe('action_required');
  const code = /\br-[0-9a-z]{8}\b/.exec(`${run.summary}${run.text}`)?.[0] ?? '';
  await repository.comment(number, `/countersign sign F1 ${code} we want to observe for a week first`, 'ben');
  await expect
    .poll(() => repository.comments(number).some((each) => /admin/.test(each.body) && /ben/.test(each.body)))
    .toBe(true);
});

/** What is put off for later, once nothing waits or runs: jobs of the pull requests before this one come to their end first. */
async function delayedAtRest(): Promise<number> {
  return (await atRest(world.github, world.store.queue)).delayed;
}

test('a delivery that comes again, and again under another id, changes nothing', async () => {
  const { repository, github } = world;
  const head = await repository.push('again', { 'src/again.js': INJECTION }, { as: 'Copilot' });
  const number = await repository.open({ branch: 'again', title: 'G', as: 'Copilot' });
  await repository.completed(head);
  const opened = github.deliveries.find((each) => each.event === 'pull_request' && each.body.includes(head));
  if (opened === undefined) throw new Error('the delivery is not in the log');
  const before = { delayed: await delayedAtRest(), ...said() };
  await Promise.all(Array.from({ length: 10 }, () => github.redeliver(opened)));
  await Promise.all(Array.from({ length: 10 }, () => github.redeliver(opened, crypto.randomUUID())));
  expect({ delayed: await delayedAtRest(), ...said() }).toEqual(before);

  function said() {
    return { runs: repository.checkRuns(head).length, comments: repository.comments(number).length };
  }
});

test('no request that any of this made is foreign to GitHub', () => {
  expect(world.github.violations).toEqual([]);
});
