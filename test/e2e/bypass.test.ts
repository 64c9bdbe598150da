import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Json } from '../support/github/types.ts';
import { atRest, startWorld, type World } from '../support/world.ts';

const INJECTION = `import { exec } from 'node:child_process';

export function list(request, response) {
  exec('ls ' + request.query.dir, (error, out) => response.send(out));
}
`;
const PLAIN = 'export const answer = 42;\n';
/** The look after which a commit without a pull request is told; the two before it wait for GitHub's index. */
const LAST_LOOK = 2;

let world: World;
let rules: readonly Json[];
let count = 0;

beforeAll(async () => {
  world = await startWorld({ files: { 'package.json': '{ "name": "shop", "version": "1.0.0" }\n' } });
  rules = [
    {
      type: 'required_status_checks',
      parameters: { required_status_checks: [{ context: 'countersign', integration_id: world.github.app.id }] },
    },
  ];
  world.repository.setRules(rules);
});
afterAll(() => world.close());
beforeEach(() => {
  count += 1;
});

interface Entry {
  readonly type: string;
  readonly pullRequest: number | null;
  readonly headSha: string | null;
  readonly reason: string | null;
}

async function bypasses(): Promise<Entry[]> {
  const found: Entry[] = [];
  for await (const row of world.service.ports.store.ledger.entries(world.repository.ref.installationId)) {
    const body = row.body as unknown as Entry;
    if (body.type === 'bypass') found.push(body);
  }
  return found;
}

async function issues(): Promise<{ readonly number: number; readonly title: string; readonly body: string }[]> {
  const { json } = await world.github.asUser('maria', 'GET', '/repos/acme/shop/issues?state=open');
  return (json as Json[])
    .filter((each) => String(each['title']).includes('without a green'))
    .map((each) => ({ number: Number(each['number']), title: String(each['title']), body: String(each['body']) }));
}

/** The last look at a push, as the queue would start it after the wait. */
async function lastLook(): Promise<void> {
  await world.github.settled();
  const delivery = world.github.deliveries.findLast(
    (each) => each.event === 'push' && /"ref":"refs\/heads\/main"/.test(each.body),
  );
  const body = JSON.parse(delivery?.body ?? '{}') as {
    before: string;
    after: string;
    forced: boolean;
    sender: { id: number; login: string; type: string };
  };
  const { before, after, forced, sender } = body;
  const { queue } = world.service.ports.store;
  await queue.send(
    crypto.randomUUID(),
    {
      kind: 'pushed',
      repository: world.repository.ref,
      branch: 'main',
      before,
      after,
      forced,
      sender,
      attempt: LAST_LOOK,
    },
    { afterMs: 0 },
  );
  await quiet();
}

async function quiet(): Promise<void> {
  await atRest(world.github, world.store.queue);
}

async function pullRequest(content: string) {
  const branch = `copilot/way-in-${count}`;
  await world.repository.push(branch, { [`src/a${count}.js`]: PLAIN }, { as: 'Copilot' });
  const head = await world.repository.push(branch, { [`src/way${count}.js`]: content }, { as: 'Copilot' });
  const number = await world.repository.open({ branch, title: 'A way in', as: 'Copilot' });
  return { head, number };
}

describe('what was green', () => {
  test.each(['merge', 'squash', 'rebase'] as const)('raises no alarm when it is merged by %s', async (how) => {
    const before = await bypasses();
    const { head, number } = await pullRequest(PLAIN);
    expect((await world.repository.completed(head)).conclusion).toBe('success');
    await world.repository.merge(number, 'maria', how);
    await lastLook();
    expect(await bypasses()).toEqual(before);
    expect(await issues()).toEqual([]);
  });

  test('raises none either while GitHub has not linked the commit yet: the first looks only wait', async () => {
    const before = await bypasses();
    await world.repository.push('main', { [`docs/soon${count}.txt`]: 'x\n' }, { as: 'maria' });
    await quiet();
    expect(await bypasses()).toEqual(before);
  });
});

describe('an entry, and one issue that is kept up to date,', () => {
  test('tell of a pull request that was merged while it was held', async () => {
    const { head, number } = await pullRequest(INJECTION);
    await world.repository.completed(head);
    await world.repository.merge(number, 'maria');
    await lastLook();
    const found = (await bypasses()).filter((each) => each.pullRequest === number);
    expect(found).toMatchObject([{ reason: 'merged while it was blocked', headSha: head }]);
    const [issue] = await issues();
    expect(issue?.body).toContain(`pull request ${number}`);
    expect(issue?.body).toContain('1 finding open');
  });

  test('tell of a pull request that was merged before anybody reviewed it', async () => {
    const { github, repository } = world;
    github.setWebhookUrl(null);
    const { number } = await pullRequest(PLAIN);
    await github.settled();
    github.setWebhookUrl(`${world.service.address}/api/github/webhooks`);
    await repository.merge(number, 'ben');
    await quiet();
    expect((await bypasses()).find((each) => each.pullRequest === number)?.reason).toBe(
      'merged before it was reviewed',
    );
  });

  test('tell of commits that were pushed without any pull request, once', async () => {
    await world.repository.push('main', { 'src/direct.js': INJECTION }, { as: 'ben' });
    await lastLook();
    await lastLook();
    const found = (await bypasses()).filter((each) => each.pullRequest === null);
    expect(found).toMatchObject([{ reason: 'pushed without a pull request' }]);
    const open = await issues();
    expect(open).toHaveLength(1);
    expect(open[0]?.body).toMatch(/a push to `main` .* by ben/);
  });

  test('tell of a branch that was rewritten', async () => {
    const onto = await world.repository.tip('main');
    await world.repository.push('main', { 'src/rewritten.js': PLAIN }, { as: 'maria', onto });
    await lastLook();
    expect((await bypasses()).at(-1)?.reason).toBe('the branch was rewritten by a forced push');
    expect(await issues()).toHaveLength(1);
  });

  test('and a new issue only once the last is closed', async () => {
    const [last] = await issues();
    await world.github.asUser('maria', 'PATCH', `/repos/acme/shop/issues/${last?.number}`, { state: 'closed' });
    await lastLook();
    expect(await issues()).toEqual([]);
    await world.repository.push('main', { 'src/again.js': PLAIN }, { as: 'ben' });
    await lastLook();
    const open = await issues();
    expect(open).toHaveLength(1);
    expect(open[0]?.number).not.toBe(last?.number);
    expect(open[0]?.body.match(/^- /gm)).toHaveLength(1);
  });

  test('but no issue where neither the rules nor the policy ask for the check', async () => {
    world.repository.setRules([]);
    const [last] = await issues();
    const before = (await bypasses()).length;
    await world.repository.push('main', { 'src/unasked.js': PLAIN }, { as: 'ben' });
    await lastLook();
    expect(await bypasses()).toHaveLength(before + 1);
    expect((await issues())[0]?.body).toBe(last?.body);
  });
});

describe('a green pull request that is merged by hand', () => {
  /** Pushed to main, where the pull request then counts as merged: its merge, with these files beside its own. */
  async function mergedByHand(
    files: Record<string, string | null>,
    how: 'by hand' | 'by the merge endpoint' = 'by hand',
  ) {
    const { repository } = world;
    const own = `src/way${count}.js`;
    const branch = `copilot/by-hand-${count}`;
    const head = await repository.push(branch, { [own]: PLAIN }, { as: 'Copilot' });
    const number = await repository.open({ branch, title: 'A way in', as: 'Copilot' });
    expect((await repository.completed(head)).conclusion).toBe('success');
    if (how === 'by hand') {
      await repository.push('main', { [own]: PLAIN, ...files }, { as: 'ben', mergeOf: [head] });
    } else {
      const beyond = await repository.push(`${branch}-and-more`, files, { as: 'ben', onto: head });
      await repository.push(
        'main',
        { [own]: PLAIN, ...files },
        {
          as: 'ben',
          mergeOf: [beyond],
          verified: true,
          committer: { name: 'GitHub', email: 'noreply@github.com' },
        },
      );
    }
    expect(repository.pull(number).merged).toBe(true);
    await lastLook();
    return (await bypasses()).filter((each) => each.pullRequest === number);
  }

  test('as it is raises no alarm, also where the base went on, or already held a part of it', async () => {
    expect(await mergedByHand({})).toEqual([]);
    count += 100;
    await world.repository.push(
      'main',
      { [`src/way${count}.js`]: PLAIN, 'docs/on.txt': `${count}\n` },
      { as: 'maria' },
    );
    expect(await mergedByHand({})).toEqual([]);
  });

  test.each([
    ['a file that nobody reviewed', { 'src/smuggled.js': INJECTION }],
    ['a file that the base lost in it', { 'package.json': null }],
  ])('with %s is told like any other bypass', async (_, files) => {
    world.repository.setRules(rules);
    const found = await mergedByHand(files);
    expect(found).toMatchObject([{ reason: 'merged with another content than was reviewed' }]);
    expect((await issues())[0]?.body).toMatch(
      new RegExp(`pull request ${found[0]?.pullRequest} to .main. .* by ben: merged with another content`),
    );
  });

  test('of a branch that goes on after what was reviewed is told, although GitHub made the merge', async () => {
    expect(await mergedByHand({ 'src/beyond.js': INJECTION }, 'by the merge endpoint')).toMatchObject([
      { reason: 'merged with another content than was reviewed' },
    ]);
  });
});

test('a push to a branch that nobody guards asks GitHub nothing', async () => {
  await quiet();
  world.github.clearLog();
  await world.repository.push('feature', { 'src/feature.js': PLAIN }, { as: 'ben' });
  await quiet();
  expect(world.github.appRequests()).toEqual([]);
});

test('no request of this was foreign to GitHub', () => {
  expect(world.github.violations).toEqual([]);
});
