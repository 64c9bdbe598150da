import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { atRest, reportCode, startWorld, until, type World } from '../support/world.ts';

const INJECTION = `import { exec } from 'node:child_process';

export function list(request, response) {
  exec('ls ' + request.query.dir, (error, out) => response.send(out));
}
`;
const PLAIN = 'export const answer = 42;\n';

let world: World;
let made = 0;

beforeAll(async () => {
  world = await startWorld({ files: { 'src/plain.js': PLAIN } });
});
afterAll(() => world.close());
afterEach(() => expect(world.github.violations).toEqual([]));

/** Opens a pull request and waits for its check; where a source is down, for the word that it could not be evaluated. */
async function opened(
  files: Readonly<Record<string, string>>,
  ended: 'judged' | 'completed' = 'judged',
): Promise<{ number: number; head: string }> {
  made += 1;
  const branch = `queued-${made}`;
  const head = await world.repository.push(branch, files, { as: 'Copilot' });
  const number = await world.repository.open({ branch, title: `Change ${made}`, as: 'Copilot' });
  await world.repository[ended](head);
  return { number, head };
}

async function sign(number: number, head: string): Promise<void> {
  const { repository } = world;
  const code = reportCode(world, number);
  await repository.comment(number, `/countersign sign F1 ${code} only our scheduler calls this`, 'ben');
  const pending = await until(() => repository.checkRuns(head).find((run) => run.actions.length > 0));
  await repository.press(pending.id, pending.actions[0]?.identifier ?? '', 'ben');
  await repository.completed(head, { when: (run) => run.conclusion === 'success' });
}

async function groupEntries(): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const { body } of world.service.ports.store.ledger.entries(world.repository.ref.installationId))
    if (JSON.stringify(body).includes('mergeGroup')) found.push(body);
  return found;
}

describe('a merge group', () => {
  test('of one pull request with nothing open is green under the name that the branch requires', async () => {
    const { repository } = world;
    const { number } = await opened({ 'src/one.js': PLAIN });
    const { headSha } = await repository.queue([number], 'maria');
    const run = await repository.completed(headSha);
    expect(run).toMatchObject({ name: 'countersign', conclusion: 'success' });
    expect(run.summary).toMatch(/ledger head `\d+:[0-9a-f]{64}`/);
    expect(await groupEntries()).toMatchObject([{ type: 'review' }, { type: 'verdict' }]);
  });

  test('carries the sign-off of what stands in it unchanged, through three pull requests built on one another', async () => {
    const { repository } = world;
    const signed = await opened({ 'src/list-a.js': INJECTION });
    await sign(signed.number, signed.head);
    const second = await opened({ 'src/two.js': PLAIN });
    const third = await opened({ 'src/three.js': PLAIN });
    const one = await repository.queue([signed.number], 'maria');
    const two = await repository.queue([second.number], 'maria', { onto: one.headSha });
    const three = await repository.queue([third.number], 'maria', { onto: two.headSha });
    for (const { headSha } of [one, two, three])
      expect(await repository.completed(headSha)).toMatchObject({ conclusion: 'success' });
    const summary = repository.checkRuns(three.headSha)[0]?.summary ?? '';
    for (const { number } of [signed, second, third]) expect(summary).toContain(`Pull request ${number}: nothing open`);
    expect(summary).toContain('by **ben**');
  });

  test('of three pull requests in one step is told by the queue itself', async () => {
    const { repository } = world;
    const signed = await opened({ 'src/list-b.js': INJECTION });
    await sign(signed.number, signed.head);
    const others = [await opened({ 'src/four.js': PLAIN }), await opened({ 'src/five.js': PLAIN })];
    const { headSha } = await repository.queue(
      [signed, ...others].map(({ number }) => number),
      'maria',
    );
    expect(await repository.completed(headSha)).toMatchObject({ conclusion: 'success' });
  });

  test('is held by what only the combination brings: the code around a signed place changed', async () => {
    const { repository } = world;
    const both = (first: string, last: string) =>
      `import { exec } from 'node:child_process';\n\nexport function go(request, response) {\n  const a = ${first};\n  response.log(a);\n  response.log(a);\n  response.log(a);\n  response.log(a);\n  response.log(a);\n  ${last}\n}\n`;
    await repository.push('main', { 'src/both.js': both('1', 'response.end();') }, { as: 'maria' });
    const run = 'exec("ls " + request.query.dir, () => response.end());';
    const signed = await opened({ 'src/both.js': both('1', run) });
    await sign(signed.number, signed.head);
    const other = await opened({ 'src/both.js': both('2', 'response.end();') });
    const one = await repository.queue([other.number], 'maria');
    await repository.completed(one.headSha);
    // As git merges them: both changes in one function.
    const merged = await repository.push(
      'gh-readonly-queue/main/merged',
      { 'src/both.js': both('2', run) },
      { onto: one.headSha, mergeOf: [signed.head], as: 'maria' },
    );
    await deliverGroup(signed.number, merged, one.headSha);
    const held = await repository.completed(merged);
    expect(held.conclusion).toBe('action_required');
    expect(held.summary).toContain('src/both.js');
    expect(held.summary).toContain(`Pull request ${signed.number}: nothing open`);
  });

  test('with a commit that no member accounts for carries no sign-off at all', async () => {
    const { repository } = world;
    const signed = await opened({ 'src/list-c.js': INJECTION });
    await sign(signed.number, signed.head);
    const stray = await repository.push('stray', { 'src/stray.js': PLAIN }, { as: 'Copilot' });
    const { headSha } = await repository.queue([signed.number], 'maria', { onto: stray });
    const run = await repository.completed(headSha);
    expect(run.conclusion).toBe('action_required');
    expect(run.summary).toContain('No sign-off counts here');
    expect(run.summary).toContain('src/list-c.js');
  });

  test('built on one whose delivery never came is told by the queue', async () => {
    const { repository } = world;
    const signed = await opened({ 'src/list-d.js': INJECTION });
    await sign(signed.number, signed.head);
    const second = await opened({ 'src/six.js': PLAIN });
    const one = await repository.queue([signed.number], 'maria', { silent: true });
    const two = await repository.queue([second.number], 'maria', { onto: one.headSha });
    expect(await repository.completed(two.headSha)).toMatchObject({ conclusion: 'success' });
  });

  test('that holds a pull request which its own review holds is held, whatever an admin queued', async () => {
    const { repository } = world;
    const open = await opened({ 'src/list-e.js': INJECTION });
    const { headSha } = await repository.queue([open.number], 'maria');
    const run = await repository.completed(headSha);
    expect(run.conclusion).toBe('action_required');
    expect(run.summary).toContain(`Pull request ${open.number}: is held by its own review`);
  });

  test('is taken back when one of its pull requests is refused while it waits', async () => {
    const { repository } = world;
    const { number, head } = await opened({ 'src/list-f.js': INJECTION });
    await sign(number, head);
    const { headSha } = await repository.queue([number], 'maria');
    expect(await repository.completed(headSha)).toMatchObject({ conclusion: 'success' });
    await repository.comment(
      number,
      `/countersign refuse F1 ${reportCode(world, number)} we talk about it first`,
      'ben',
    );
    await repository.completed(headSha, { when: (run) => run.conclusion === 'action_required' });
  });

  test('stays in progress while a source is down, and turns green when it answers', async () => {
    const { repository, registry } = world;
    await registry.publish({ name: 'slow-source', version: '1.0.0' });
    await registry.backdate('slow-source', '2015-01-01T00:00:00.000Z', { '1.0.0': '2015-01-01T00:00:00.000Z' });
    const manifest = `${JSON.stringify({ name: 'shop', version: '1.0.0', dependencies: { 'slow-source': '1.0.0' } })}\n`;
    const fault = registry.fault('slow-source', 503);
    const { number } = await opened({ 'package.json': manifest }, 'completed');
    const { headSha } = await repository.queue([number], 'maria');
    const run = await until(() =>
      repository.checkRuns(headSha).find((each) => /it is tried again/.test(each.title ?? '')),
    );
    expect(run.status).toBe('in_progress');
    fault.lift();
    expect(await repository.completed(headSha)).toMatchObject({
      id: run.id,
      conclusion: 'success',
    });
  });

  test('that still cannot be evaluated at its last try fails: it is never let through, nor left hanging', async () => {
    const { repository, github } = world;
    const { number } = await opened({ 'src/ten.js': PLAIN });
    const down = github.fault({ method: 'GET', path: /\/compare\//, status: 503, times: 'always' });
    const { headSha, headRef } = await repository.queue([number], 'maria', { silent: true });
    await world.service.ports.store.queue.send(
      crypto.randomUUID(),
      {
        kind: 'merge-group',
        repository: repository.ref,
        action: 'checks-requested',
        headSha,
        headRef: `refs/heads/${headRef}`,
        baseSha: await repository.tip('main'),
        baseRef: 'refs/heads/main',
        cause: 'delivery',
        attempt: 7,
      },
      { afterMs: 0 },
    );
    const run = await repository.completed(headSha);
    down.remove();
    expect(run).toMatchObject({ conclusion: 'failure', title: 'Could not evaluate this merge group' });
  });

  test('that is destroyed ends its run, and a late delivery of it does nothing', async () => {
    const { repository, github } = world;
    const { number } = await opened({ 'src/eight.js': PLAIN });
    const held = github.fault({ method: 'POST', path: /graphql/, status: 503, times: 'always' });
    const { headSha, headRef } = await repository.queue([number], 'maria');
    await until(() => repository.checkRuns(headSha).find((run) => run.status === 'in_progress'));
    await repository.destroyGroup(headRef, 'dequeued');
    await repository.completed(headSha, { when: (run) => run.conclusion === 'cancelled' });
    held.remove();
    const asked = github.deliveries.findLast(
      (each) => each.event === 'merge_group' && each.action === 'checks_requested',
    );
    if (asked === undefined) throw new Error('the delivery is not in the log');
    await github.redeliver(asked, crypto.randomUUID());
    await atRest(github, world.store.queue);
    expect(repository.checkRuns(headSha).map((run) => run.conclusion)).toEqual(['cancelled']);
  });

  test('that is destroyed while it is judged leaves nothing in progress, and is not judged again', async () => {
    const { repository, github } = world;
    const { number } = await opened({ 'src/destroyed.js': PLAIN });
    const slow = github.fault({ method: 'POST', path: /graphql/, held: true });
    const { headSha, headRef } = await repository.queue([number], 'maria');
    await expect.poll(() => slow.waiting()).toBe(1);
    await repository.destroyGroup(headRef, 'invalidated');
    await github.settled();
    slow.remove();
    const ended = await repository.completed(headSha);
    const asked = github.deliveries.findLast((each) => each.action === 'checks_requested');
    if (asked === undefined) throw new Error('the delivery is not in the log');
    await github.redeliver(asked, crypto.randomUUID());
    await atRest(github, world.store.queue);
    // It may have been judged before the word of its end was heard: then that stands, of a commit that nobody merges.
    expect(['success', 'cancelled']).toContain(ended.conclusion);
    expect(repository.checkRuns(headSha).map(({ status }) => status)).toEqual(['completed']);
  });

  test('that is asked for fifty times has one run and is written down once', async () => {
    const { repository, github } = world;
    const { number } = await opened({ 'src/nine.js': PLAIN });
    const { headSha } = await repository.queue([number], 'maria');
    await repository.completed(headSha);
    const { delayed } = await atRest(github, world.store.queue);
    const entries = (await groupEntries()).length;
    const asked = github.deliveries.findLast((each) => each.event === 'merge_group');
    if (asked === undefined) throw new Error('the delivery is not in the log');
    await Promise.all(Array.from({ length: 50 }, () => github.redeliver(asked, crypto.randomUUID())));
    expect((await atRest(github, world.store.queue)).delayed).toBeLessThanOrEqual(delayed);
    expect(repository.checkRuns(headSha)).toHaveLength(1);
    expect(await groupEntries()).toHaveLength(entries);
  });
});

async function deliverGroup(number: number, headSha: string, baseSha: string): Promise<void> {
  const { github, repository } = world;
  const asked = github.deliveries.findLast((each) => each.event === 'merge_group');
  if (asked === undefined) throw new Error('no merge group was delivered yet');
  const payload = JSON.parse(asked.body) as Record<string, unknown>;
  await github.deliver('merge_group', {
    ...payload,
    action: 'checks_requested',
    merge_group: {
      head_sha: headSha,
      head_ref: `refs/heads/gh-readonly-queue/${repository.defaultBranch}/pr-${number}-${baseSha}`,
      base_sha: baseSha,
      base_ref: `refs/heads/${repository.defaultBranch}`,
    },
  });
}
