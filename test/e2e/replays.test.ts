import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Delivery } from '../support/github/index.ts';
import { atRest, reportCode, startWorld, until, type World } from '../support/world.ts';

const INJECTION = `import { exec } from 'node:child_process';

export function list(request, response) {
  exec('ls ' + request.query.dir, (error, out) => response.send(out));
}
`;

let world: World;
beforeAll(async () => {
  world = await startWorld({ files: { 'package.json': '{"name":"shop","version":"1.0.0"}\n' } });
});
afterAll(async () => {
  expect(world.github.violations).toEqual([]);
  await world.close();
});

/** Everything that a delivery too many could leave behind. */
async function leftBehind(number: number, heads: readonly string[]): Promise<unknown> {
  const { repository, service } = world;
  const entries: string[] = [];
  for await (const { body } of service.ports.store.ledger.entries(repository.ref.installationId)) {
    const { pullRequest, effectKey } = body as { readonly pullRequest: number | null; readonly effectKey: string };
    if (pullRequest === number) entries.push(effectKey);
  }
  const record = await service.ports.store.pullRequest(repository.ref.id, number);
  const signOffs = await service.ports.store.signOffs(repository.ref.id, number);
  return {
    runs: heads.flatMap((head) =>
      repository.checkRuns(head).map(({ id, status, conclusion }) => [id, status, conclusion]),
    ),
    comments: repository.comments(number).map(({ id, body }) => [id, body.replace(/\d+ (?:minutes?|hours?) ago/g, '')]),
    entries,
    record,
    signOffs,
  };
}

/** Until nothing is to be done now, and no more than `delayed` jobs stand for later. */
async function quiet(delayed: number): Promise<void> {
  await expect.poll(async () => (await atRest(world.github, world.store.queue)).delayed).toBeLessThanOrEqual(delayed);
}

async function later(): Promise<number> {
  return (await world.store.queue.backlog()).delayed;
}

/** mulberry32: a small generator of which the seed is the whole state. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

test('every delivery of a pull request, each fifty times, in any order, under old ids and new ones, has one effect', async () => {
  const { repository, github } = world;
  const old = await repository.push('often', { 'src/often.js': 'export const n = 1;\n' }, { as: 'Copilot' });
  const number = await repository.open({ branch: 'often', title: 'Often', as: 'Copilot' });
  await repository.completed(old);
  const head = await repository.push('often', { 'src/often.js': INJECTION }, { as: 'Copilot' });
  const first = await repository.completed(head);
  await repository.rerequest(first.id, 'ben');
  const second = await repository.completed(head, { when: (run) => run.id !== first.id });
  await repository.rerequestSuite(head, 'ben');
  await repository.comment(number, `/countersign sign F1 ${reportCode(world, number)} only our scheduler does`, 'ben');
  const pending = await until(() => repository.checkRuns(head).find((run) => run.actions.length > 0));
  expect(pending.id).toBe(second.id);
  await repository.press(pending.id, pending.actions[0]?.identifier ?? '', 'ben');
  await repository.completed(head, { when: (run) => run.conclusion === 'success' });
  await repository.comment(number, '/countersign status', 'ben');
  await until(() => repository.comments(number).find((each) => /status/i.test(each.body) && each.author !== 'ben'));
  await quiet(Number.POSITIVE_INFINITY);

  const expected = await leftBehind(number, [old, head]);
  const delayed = await later();
  const own = [...github.deliveries];
  const kinds = new Set(own.map(({ event, action }) => `${event}.${action}`));
  for (const kind of [
    'pull_request.opened',
    'pull_request.synchronize',
    'check_run.rerequested',
    'check_run.requested_action',
    'issue_comment.created',
    'check_suite.rerequested',
  ])
    expect(kinds).toContain(kind);

  const next = random(20_261_121);
  const rounds: Delivery[] = Array.from({ length: 50 }, () => own).flat();
  const shuffled = rounds.map((delivery) => ({ delivery, at: next() })).sort((a, b) => a.at - b.at);
  const left = shuffled.values();
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (const { delivery, at } of left) {
        const status = await github.redeliver(delivery, at < 0.5 ? undefined : crypto.randomUUID());
        expect([200, 202]).toContain(status);
      }
    }),
  );
  await quiet(delayed);
  expect(await leftBehind(number, [old, head])).toEqual(expected);

  // And once more weeks later, when the queue has long forgotten their ids.
  world.later(21 * 24 * 60 * 60 * 1000);
  for (const delivery of own) await github.redeliver(delivery, crypto.randomUUID());
  await quiet(delayed);
  expect(await leftBehind(number, [old, head])).toEqual(expected);
});

test('deliveries during an outage leave one chain of tries, not one each', async () => {
  const { repository, github, service } = world;
  const head = await repository.push('outage', { 'src/outage.js': 'export const n = 1;\n' }, { as: 'Copilot' });
  const before = await later();
  const down = github.fault({ method: 'GET', path: /\/git\/trees\//, status: 503, times: 'always' });
  const number = await repository.open({ branch: 'outage', title: 'Outage', as: 'Copilot' });
  await repository.completed(head);
  const opened = github.deliveries.findLast((each) => each.event === 'pull_request' && each.action === 'opened');
  if (opened === undefined) throw new Error('the delivery is not in the log');
  for (let round = 0; round < 5; round += 1) await github.redeliver(opened, crypto.randomUUID());
  await quiet(before + 1);
  down.remove();
  await repository.completed(head, { when: (run) => run.conclusion === 'success' });
  expect(repository.checkRuns(head)).toHaveLength(1);
  expect(repository.comments(number)).toHaveLength(1);
  await expect.poll(() => service.ports.store.queue.awaitsReview(repository.ref.id, number, 600_000)).toBe(false);
});
