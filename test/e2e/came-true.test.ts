import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { LOOK_LIMITS, lookAgain } from '../../src/review/look-again.ts';
import { startWorld, until, type World } from '../support/world.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let world: World;
let branch = 0;

beforeAll(async () => {
  world = await startWorld({ files: { 'package.json': manifest({}) } });
  for (const version of ['1.0.0', '1.1.0', '1.2.0', '1.3.0'])
    await world.registry.publish({ name: 'steady', version, manifest: { repository: 'https://code.example/steady' } });
  const old = '2019-01-01T00:00:00.000Z';
  await world.registry.backdate('steady', old, { '1.0.0': old, '1.1.0': old, '1.2.0': old, '1.3.0': old });
});
afterAll(() => world.close());
beforeEach(() => {
  branch += 1;
});

function manifest(dependencies: Readonly<Record<string, string>>): string {
  return `${JSON.stringify({ name: 'shop', version: '1.0.0', dependencies }, null, 2)}\n`;
}

async function change(dependencies: Readonly<Record<string, string>>) {
  const { repository } = world;
  const name = `copilot/change-${branch}`;
  const head = await repository.push(name, { 'package.json': manifest(dependencies) }, { as: 'Copilot' });
  const number = await repository.open({ branch: name, title: 'Add a dependency', as: 'Copilot' });
  return { number, head, run: await repository.completed(head) };
}

/** What the scheduled job does, once, and the jobs that it leaves. */
async function look(after: number) {
  world.later(after);
  const outcome = await lookAgain(world.service.ports, LOOK_LIMITS, new AbortController().signal);
  await expect.poll(() => world.service.ports.store.untold(10)).toEqual([]);
  return outcome;
}

interface Issue {
  readonly number: number;
  readonly title: string;
  readonly body: string;
}

/** Open issues that are no pull requests, as anybody sees them. */
async function issues(): Promise<readonly Issue[]> {
  const { json } = await world.github.asUser('maria', 'GET', '/repos/acme/shop/issues?state=open');
  return (json as (Issue & { pull_request?: unknown })[])
    .filter((each) => each.pull_request === undefined)
    .map(({ number, title, body }) => ({ number, title, body }));
}

async function entries() {
  const found: { purl: string; pullRequest: number | null }[] = [];
  for await (const row of world.service.ports.store.ledger.entries(world.repository.ref.installationId)) {
    const body = row.body as { type: string; pullRequest: number | null; details: { purl: string } };
    if (body.type === 'came-true' && 'purl' in body.details)
      found.push({ purl: body.details.purl, pullRequest: body.pullRequest });
  }
  return found;
}

describe('a name that an agent invented', () => {
  test('is remembered, found when somebody registers it, and told in one issue and the ledger', async () => {
    const { number, run } = await change({ 'react-invented-hooks': '^1.0.0' });
    expect(run.conclusion).toBe('failure');
    expect(await look(2 * HOUR)).toMatchObject({ names: 1, happened: 0 });
    expect(await issues()).toEqual([]);

    await world.registry.publish({ name: 'react-invented-hooks', version: '1.0.0' });
    expect(await look(DAY)).toMatchObject({ names: 1, happened: 1, told: 1 });
    const [issue] = await issues();
    expect(issue?.title).toBe('Packages that pull requests asked for have come true');
    expect(issue?.body).toContain('npm `react-invented-hooks` exists now');
    expect(issue?.body).toContain(`pull request ${number}`);
    expect(await entries()).toEqual([{ purl: 'pkg:npm/react-invented-hooks', pullRequest: number }]);

    // Nothing is left to look at, and nothing is said twice.
    expect(await look(30 * DAY)).toMatchObject({ names: 0, happened: 0, told: 0 });
    expect(await issues()).toEqual([issue]);
    expect(await entries()).toHaveLength(1);
  });

  test('that comes true later is added to the same issue', async () => {
    const before = await issues();
    await change({ 'vue-invented-store': '^1.0.0' });
    await world.registry.publish({ name: 'vue-invented-store', version: '1.0.0' });
    await look(2 * HOUR);
    const [issue, ...more] = await issues();
    expect(more).toEqual([]);
    expect(issue?.number).toBe(before[0]?.number);
    expect(issue?.body).toContain('vue-invented-store');
    expect(issue?.body).toContain('react-invented-hooks');
  });

  test('is told in a new issue, and only what is new, where somebody closed the old one', async () => {
    const [before] = await issues();
    await world.github.asUser('maria', 'PATCH', `/repos/acme/shop/issues/${before?.number}`, { state: 'closed' });
    await change({ 'svelte-invented-form': '^1.0.0' });
    await world.registry.publish({ name: 'svelte-invented-form', version: '1.0.0' });
    await look(2 * HOUR);
    const [issue, ...more] = await issues();
    expect(more).toEqual([]);
    expect(issue?.number).not.toBe(before?.number);
    expect(issue?.body).toContain('svelte-invented-form');
    expect(issue?.body).not.toContain('react-invented-hooks');
  });

  test('with a name made to be read as markup is shown as text', async () => {
    const hostile = '@maria/$(id)';
    await change({ [hostile]: '^1.0.0', 'see-https-evil.example': '1.0.0' });
    await world.registry.publish({ name: 'see-https-evil.example', version: '1.0.0' });
    await look(2 * HOUR);
    const body = (await issues())[0]?.body ?? '';
    expect(body).toContain('`see-https-evil.example`');
    expect(body).not.toMatch(/(?<!`)@maria/);
  });

  test('is told by the next look where a process ended right after it was seen', async () => {
    const { number } = await change({ 'solid-invented-router': '^1.0.0' });
    const asked = { kind: 'absent', type: 'npm', name: 'solid-invented-router', version: null } as const;
    const at = new Date(world.service.ports.now()).toISOString();
    await world.service.ports.store.happened(asked, { at, source: 'npm', firstPublishedAt: null, advisoryIds: [] });
    expect(await look(0)).toMatchObject({ told: 1 });
    const told = (await entries()).filter(({ purl }) => purl === 'pkg:npm/solid-invented-router');
    expect(told).toEqual([{ purl: 'pkg:npm/solid-invented-router', pullRequest: number }]);
    expect((await issues())[0]?.body).toContain('solid-invented-router');
  });

  test('is not forgotten while the registry is down', async () => {
    await change({ 'angular-invented-grid': '^1.0.0' });
    await world.registry.publish({ name: 'angular-invented-grid', version: '1.0.0' });
    const { store, now } = world.service.ports;
    world.later(2 * HOUR);
    const silent = {
      store,
      now,
      evidence: {
        ...world.service.ports.evidence,
        gather: async () => [],
        advisories: async () => [],
      },
    };
    await lookAgain(silent, LOOK_LIMITS, new AbortController().signal);
    expect(await entries()).not.toContainEqual(expect.objectContaining({ purl: 'pkg:npm/angular-invented-grid' }));
    await look(DAY);
    expect(await entries()).toContainEqual(expect.objectContaining({ purl: 'pkg:npm/angular-invented-grid' }));
  });
});

describe('an issue that GitHub refuses', () => {
  test.each([
    [410, 'Issues has been disabled in this repository.'],
    [403, 'Resource not accessible by integration'],
  ])(
    'with %i is told to the ledger and the operator, tried again later, and then stands there once',
    async (status, message) => {
      const { github, store } = world;
      const name = `refused-invented-${status}`;
      const before = await issues();
      const purl = `pkg:npm/${name}`;
      await change({ [name]: '^1.0.0' });
      await world.registry.publish({ name, version: '1.0.0' });
      const refused = github.fault({
        path: /\/issues(?:\?|\/\d+$|$)/,
        status,
        body: JSON.stringify({ message }),
        times: 'always',
      });
      await look(2 * HOUR);
      expect(await entries()).toContainEqual(expect.objectContaining({ purl }));
      await expect.poll(() => store.refusedTellings(10)).toMatchObject([{ packages: 1 }]);
      expect(await refusals()).toEqual([{ purls: [purl], refused: expect.stringContaining(`${status}`) }]);

      // Not at every look, and always the same words in the ledger.
      const asked = refused.hits();
      expect(await look(0)).toMatchObject({ told: 0 });
      expect(await look(2 * HOUR)).toMatchObject({ told: 1 });
      await expect.poll(() => refused.hits()).toBeGreaterThan(asked);
      expect(await refusals()).toHaveLength(1);

      refused.remove();
      expect(await look(7 * DAY)).toMatchObject({ told: 1 });
      await expect.poll(() => store.refusedTellings(10)).toEqual([]);
      const [issue, ...more] = await issues();
      expect(more).toEqual([]);
      expect(issue?.number).toBe(before[0]?.number);
      expect(issue?.body.split(name)).toHaveLength(2);
      refusedBefore += 1;
    },
  );

  let refusedBefore = 0;
  async function refusals() {
    const found: { purls: unknown; refused: unknown }[] = [];
    for await (const row of world.store.ledger.entries(world.repository.ref.installationId)) {
      const { type, details } = row.body as { type: string; details: Record<string, unknown> };
      if (type === 'came-true' && 'refused' in details)
        found.push({ purls: details['purls'], refused: details['refused'] });
    }
    return found.slice(refusedBefore);
  }
});

describe('a version that was merged', () => {
  test('and turns out to be malware is told; one that was never merged is not', async () => {
    const { repository } = world;
    const merged = await change({ steady: '1.2.0' });
    expect(merged.run.conclusion).toBe('success');
    await repository.merge(merged.number, 'maria');
    await until(() =>
      repository.checkRuns(merged.head).some((run) => run.conclusion !== 'success') ? true : undefined,
    );
    branch += 1;
    await change({ steady: '1.3.0' });

    await look(2 * HOUR);
    expect((await issues())[0]?.body).not.toContain('malware');
    await world.deny('npm:steady:1.2.0');
    await world.deny('npm:steady:1.3.0');
    await look(DAY);
    const [issue] = await issues();
    expect(issue?.body).toContain('1 merged version is malware');
    expect(issue?.body).toContain('npm `steady@1.2.0` is malware');
    expect(issue?.body).not.toContain('steady@1.3.0');
    expect(await entries()).toContainEqual({ purl: 'pkg:npm/steady@1.2.0', pullRequest: merged.number });
    await look(30 * DAY);
    expect(await issues()).toEqual([issue]);
    expect((await entries()).filter(({ purl }) => purl === 'pkg:npm/steady@1.2.0')).toHaveLength(1);
  });

  test('is watched from the push on, where the delivery of the closing is lost', async () => {
    const { github, repository } = world;
    const lost = await change({ steady: '1.1.0' });
    expect(lost.run.conclusion).toBe('success');
    const address = github.webhookUrl();
    github.setWebhookUrl(null);
    await repository.merge(lost.number, 'maria');
    await github.settled();
    github.setWebhookUrl(address);
    const push = github.deliveries.findLast(({ event }) => event === 'push');
    if (push === undefined) throw new Error('a merge is a push');
    await github.redeliver(push);
    await world.deny('npm:steady:1.1.0');
    await expect
      .poll(async () => {
        await look(DAY);
        return (await issues())[0]?.body ?? '';
      })
      .toContain('npm `steady@1.1.0` is malware');
  });
});

describe('a cooldown', () => {
  test('that ends wakes its review by itself, once, and the check follows', async () => {
    const { repository } = world;
    const { now } = world.service.ports;
    // However long the machine takes to get there, the review finds two seconds left.
    const goOn = world.stopClock();
    const born = new Date(now() - 14 * DAY + 2_000).toISOString();
    for (const version of ['1.0.0', '1.1.0', '1.2.0', '1.3.0'])
      await world.registry.publish({ name: 'young', version, manifest: { repository: 'https://code.example/young' } });
    await world.registry.backdate('young', born, { '1.0.0': born, '1.1.0': born, '1.2.0': born, '1.3.0': born });
    const { head, number, run } = await change({ young: '1.2.0' });
    expect(run.conclusion).not.toBe('success');
    goOn();
    const green = await repository.completed(head, {
      when: (each) => each.conclusion === 'success',
      timeoutMs: 20_000,
    });
    expect(Date.parse(`${green.completedAt}`)).toBeGreaterThan(Date.parse(born) + 14 * DAY);
    expect(repository.checkRuns(head).map((each) => each.status)).toEqual(['completed', 'completed']);
    expect(repository.comments(number).filter((each) => each.body.includes('countersign:sticky'))).toHaveLength(1);
  });
});

test('what we sent to GitHub meanwhile is what GitHub describes', () => {
  expect(world.github.violations).toEqual([]);
});
