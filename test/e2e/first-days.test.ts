import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reportCode, startWorld, until, type World, type WorldOptions } from '../support/world.ts';

/**
 * The first days of five kinds of users, step by step as a person sees them. In none of them is anybody locked out, and
 * in none is anybody buried in findings.
 */

const INJECTION = `import { exec } from 'node:child_process';

export function list(request, response) {
  exec('ls ' + request.query.dir, (error, out) => response.send(out));
}
`;
const PLAIN = 'export const answer = 42;\n';
const MANIFEST = { name: 'shop', version: '1.0.0' };
const OLD = '2015-01-01T00:00:00.000Z';

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function story(options: Partial<WorldOptions>): () => World {
  let world: World | undefined;
  beforeAll(async () => {
    world = await startWorld({ files: { 'package.json': json(MANIFEST), 'src/plain.js': PLAIN }, ...options });
  });
  afterAll(async () => {
    expect(world?.github.violations).toEqual([]);
    await world?.close();
  });
  return () => {
    if (world === undefined) throw new Error('not begun');
    return world;
  };
}

async function openedBy(world: World, as: string, branch: string, files: Readonly<Record<string, string>>, body = '') {
  const head = await world.repository.push(branch, files, { as });
  const number = await world.repository.open({ branch, title: 'A change', body, as });
  const run = await world.repository.judged(head);
  return { head, number, run };
}

const claudes = 'Lists a folder.\n\n🤖 Generated with [Claude Code](https://claude.ai/code)';

async function command(world: World, number: number, head: string, as: string, reason: string) {
  const { repository } = world;
  await repository.comment(number, `/countersign sign F1 ${reportCode(world, number)} ${reason}`, as);
  const pending = await repository.completed(head, { when: (run) => run.actions.length > 0 });
  expect(pending.actions[0]?.label).toBe(`Confirm ${as}`);
  return pending;
}

function said(world: World, number: number, text: RegExp): Promise<string> {
  return until(() =>
    world.repository
      .comments(number)
      .map((each) => each.body)
      .find((body) => text.test(body)),
  );
}

describe('an owner alone, whose agent opens pull requests under the owner’s account', () => {
  const world = story({ owner: 'maria', collaborators: {} });

  test('sees one finding, signs it with presence, and merges; what is harmless is green at once', async () => {
    const { repository } = world();
    const { head, number, run } = await openedBy(
      world(),
      'maria',
      'claude/list',
      { 'src/list.js': INJECTION },
      claudes,
    );
    expect(run).toMatchObject({ conclusion: 'action_required', title: 'Blocked: 1 finding to sign or fix' });
    expect(await said(world(), number, /coding agent claude/)).toContain('/countersign sign F1 r-');
    const pending = await command(world(), number, head, 'maria', 'I run this tool on my own machine only');
    expect(await said(world(), number, /one step is left/)).toContain('press *Confirm*');
    await repository.press(pending.id, pending.actions[0]?.identifier ?? '', 'maria');
    const green = await repository.completed(head, { when: (each) => each.conclusion === 'success' });
    expect(green.title).toBe('1 finding signed by maria');
    await repository.merge(number, 'maria');

    const next = await openedBy(world(), 'maria', 'claude/plain', { 'src/more.js': PLAIN }, claudes);
    expect(next.run).toMatchObject({ conclusion: 'success', title: 'Nothing to sign' });
    expect(await said(world(), next.number, /Nothing to sign/)).not.toMatch(/\n.*\n/);
  });

  test('cannot be signed for by a token alone: without the press nothing happens', async () => {
    const { head, number } = await openedBy(world(), 'maria', 'claude/two', { 'src/two.js': INJECTION }, claudes);
    await command(world(), number, head, 'maria', 'written by an agent that holds my token');
    expect(
      world()
        .repository.checkRuns(head)
        .map((each) => each.conclusion),
    ).toEqual(['action_required']);
  });
});

describe('the same owner, with an idle second collaborator', () => {
  const world = story({ owner: 'maria', collaborators: { ben: 'write' } });

  test('is not locked out by somebody who never answers', async () => {
    const { repository } = world();
    const { head, number } = await openedBy(world(), 'maria', 'claude/list', { 'src/list.js': INJECTION }, claudes);
    const pending = await command(world(), number, head, 'maria', 'only I call this, from a cron job');
    await repository.press(pending.id, pending.actions[0]?.identifier ?? '', 'maria');
    const green = await repository.completed(head, { when: (each) => each.conclusion === 'success' });
    expect(green.title).toBe('1 finding signed by maria');
  });
});

describe('a team of three with Copilot', () => {
  const world = story({});

  test('one of them updates the branch, and may still sign; who pushes code of their own may not', async () => {
    const { repository } = world();
    const { number } = await openedBy(world(), 'Copilot', 'copilot/list', { 'src/list.js': INJECTION });
    await repository.push('main', { 'docs/news.txt': 'x\n' }, { as: 'maria' });
    const base = await repository.tip('main');
    const head = await repository.push(
      'copilot/list',
      { 'docs/news.txt': 'x\n' },
      { as: 'ben', mergeOf: [base], verified: true },
    );
    await repository.completed(head);
    const pending = await command(world(), number, head, 'ben', 'only our own scheduler calls this');
    await repository.press(pending.id, pending.actions[0]?.identifier ?? '', 'ben');
    expect((await repository.completed(head, { when: (each) => each.conclusion === 'success' })).title).toBe(
      '1 finding signed by ben',
    );

    const other = await openedBy(world(), 'Copilot', 'copilot/other', { 'src/other.js': INJECTION });
    const pushed = await repository.push('copilot/other', { 'src/mine.js': PLAIN }, { as: 'ben' });
    await repository.completed(pushed);
    await repository.comment(
      other.number,
      `/countersign sign F1 ${reportCode(world(), other.number)} this one is mine`,
      'ben',
    );
    expect(await said(world(), other.number, /hand in this change/)).toContain('Somebody else who may sign has to');
    const theirs = await command(world(), other.number, pushed, 'maria', 'looked at it together with ben');
    await repository.press(theirs.id, theirs.actions[0]?.identifier ?? '', 'maria');
    await repository.completed(pushed, { when: (each) => each.conclusion === 'success' });
  });
});

describe('Dependabot on a busy repository', () => {
  const world = story({});

  test('ten bumps of settled packages are ten greens of one line each', async () => {
    const { registry, repository } = world();
    const names = Array.from({ length: 10 }, (_, index) => `settled-package-${index}`);
    for (const name of names) {
      await registry.publish({ name, version: '1.0.0' });
      await registry.publish({ name, version: '1.0.1' });
      await registry.backdate(name, OLD, { '1.0.0': OLD, '1.0.1': OLD });
    }
    const dependencies = Object.fromEntries(names.map((name) => [name, '1.0.0']));
    await repository.push('main', { 'package.json': json({ ...MANIFEST, dependencies }) }, { as: 'maria' });
    const runs = [];
    for (const name of names) {
      const bumped = { ...dependencies, [name]: '1.0.1' };
      const files = { 'package.json': json({ ...MANIFEST, dependencies: bumped }) };
      runs.push(await openedBy(world(), 'dependabot[bot]', `dependabot/npm_and_yarn/${name}`, files));
    }
    expect(runs.map(({ run }) => run.conclusion)).toEqual(names.map(() => 'success'));
    expect(runs.flatMap(({ run }) => run.annotations)).toEqual([]);
    for (const { number } of runs) {
      const own = repository.comments(number).filter((each) => each.viaAppId !== null);
      expect(own).toHaveLength(1);
      expect(own[0]?.body.trim().split('\n')).toHaveLength(2);
    }
  });
});

describe('a company behind a proxy that strips dates, with advisories out of reach', () => {
  const world = story({});

  test('gets one finding for all that its proxy never tells, and a colleague signs it', async () => {
    const { registry, repository } = world();
    const names = ['billing-core', 'billing-views', 'billing-tools'];
    for (const name of names) {
      await registry.publish({ name, version: '1.0.0' });
      await registry.edit(name, (packument) => {
        packument['time'] = { '1.0.0': new Date().toISOString() };
      });
    }
    const dependencies = Object.fromEntries(names.map((name) => [name, '1.0.0']));
    const files = { 'package.json': json({ ...MANIFEST, dependencies }) };
    const { head, number, run } = await openedBy(world(), 'ben', 'billing', files);
    expect(run.conclusion).toBe('action_required');
    expect(run.title, run.summary ?? '').toBe('Blocked: 1 finding to sign or fix');
    const sticky = await said(world(), number, /not-evaluated/);
    for (const name of names) expect(sticky).toContain(name);
    const pending = await command(world(), number, head, 'maria', 'our own packages, published by our pipeline');
    await repository.press(pending.id, pending.actions[0]?.identifier ?? '', 'maria');
    await repository.completed(head, { when: (each) => each.conclusion === 'success' });
  });
});
