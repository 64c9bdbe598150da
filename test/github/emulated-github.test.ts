import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { jobOf } from '../../src/github/webhooks.ts';
import type { GitHub, Repository } from '../support/github/index.ts';
import { createReferee } from '../support/github/referee.ts';
import { hostOf, startShop } from './support.ts';

interface Received {
  readonly event: string;
  readonly id: string;
  readonly genuine: boolean;
  readonly payload: Record<string, unknown>;
}

let github: GitHub;
let shop: Repository;
let receiver: Server;
let received: Received[] = [];
const secret = 'a secret of the test';

beforeAll(async () => {
  receiver = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
    received.push({
      event: String(request.headers['x-github-event']),
      id: String(request.headers['x-github-delivery']),
      genuine: request.headers['x-hub-signature-256'] === signature,
      payload: JSON.parse(body.toString('utf8')) as Record<string, unknown>,
    });
    response.writeHead(202).end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  github = await startShop({ webhookUrl: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/` });
  shop = github.repository('acme/shop');
});
afterAll(async () => {
  await github.close();
  receiver.close();
});
afterEach(async () => {
  await github.settled();
  received = [];
});

async function heard(): Promise<string[]> {
  await github.settled();
  return received.map(({ event, payload }) => `${event}.${String(payload['action'] ?? '')}`);
}
const self = { appId: 31337, slug: 'countersign' };

describe('webhooks', () => {
  test('are signed, carry UUIDs, and are ones that we understand', async () => {
    await shop.push('one', { a: '1' }, { as: 'Copilot' });
    const number = await shop.open({ branch: 'one', title: 'One', as: 'Copilot' });
    await shop.push('one', { a: '2' }, { as: 'Copilot' });
    await shop.edit(number, { title: 'Two', base: 'main' }, 'alice');
    await shop.comment(number, '/countersign status', 'alice');
    await shop.close(number, 'alice');
    await shop.reopen(number, 'alice');
    await github.settled();
    expect(received.every(({ genuine, id }) => genuine && /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(id))).toBe(true);
    const jobs = received.map(({ event, payload, id }) => jobOf(event, payload, id, self));
    expect(jobs.filter(({ kind }) => kind === 'invalid')).toEqual([]);
    // A push tells of itself, and where a pull request stands on its branch, as a synchronised one too.
    expect(jobs.flatMap((d) => (d.kind === 'job' ? [d.job.kind] : []))).toEqual([
      'pushed',
      'pushed',
      'review',
      'pushed',
      'review',
      'review',
      'command',
      'closed',
      'review',
    ]);
  });

  test('of a push carry the fresh head and the one before', async () => {
    const before = await shop.push('two', { a: '1' });
    await shop.open({ branch: 'two', title: 'Two', as: 'alice' });
    const after = await shop.push('two', { a: '2' }, { as: 'bob' });
    await github.settled();
    const pushed = received.find(({ payload }) => payload['action'] === 'synchronize');
    expect(pushed?.payload).toMatchObject({
      before,
      after,
      pull_request: { head: { sha: after } },
      sender: { login: 'bob' },
    });
  });

  test('of buttons, re-runs and merge groups come as from a browser', async () => {
    const head = await shop.push('three', { c: '1' });
    const number = await shop.open({ branch: 'three', title: 'Three', as: 'alice' });
    const host = hostOf(github);
    const run = await host.startCheckRun(shop.ref, {
      name: 'countersign',
      headSha: head,
      externalId: 'x',
      startedAt: '2026-11-21T00:00:00Z',
    });
    const actions = [{ label: 'Confirm', description: 'd', identifier: 'n-1' }];
    const output = { title: 't', summary: 's' };
    await host.updateCheckRun(shop.ref, run.id, { output, annotations: [], conclusion: 'action_required', actions });
    await github.settled();
    received = [];
    await shop.press(run.id, 'n-1', 'alice');
    await expect(shop.press(run.id, 'n-2', 'alice')).rejects.toThrow();
    await shop.rerequest(run.id, 'bob');
    await shop.rerequestSuite(head, 'bob');
    const group = await shop.queue([number], 'alice');
    await github.settled();
    const kinds = received.flatMap(({ event, payload, id }) => {
      const delivered = jobOf(event, payload, id, self);
      return delivered.kind === 'job' || delivered.kind === 'commit-job' ? [delivered.job.kind] : [];
    });
    expect(kinds).toEqual(['press', 'review', 'review', 'merge-group']);
    const tree = host.tree(shop.ref, group.headSha);
    expect((await tree.list('')).map((entry) => entry.name)).toContain('c');
  });

  test('of our own comments, touched by somebody else, can be told', async () => {
    await shop.push('four', { d: '1' });
    const number = await shop.open({ branch: 'four', title: 'Four', as: 'alice' });
    const own = await hostOf(github).createComment(shop.ref, number, 'ours');
    await github.settled();
    received = [];
    await shop.editComment(own.id, 'not ours', 'mallory');
    await shop.deleteComment(own.id, 'mallory');
    await github.settled();
    expect(received.map(({ event, payload, id }) => jobOf(event, payload, id, self))).toMatchObject([
      { job: { kind: 'comment-touched', action: 'edited', sender: { login: 'mallory' } } },
      { job: { kind: 'comment-touched', action: 'deleted' } },
    ]);
  });

  test('can be sent again, under the same id and another, and with a wrong secret', async () => {
    await shop.push('five', { e: '1' });
    await heard();
    const [first] = github.deliveries.slice(-1);
    if (!first) throw new Error('nothing was delivered');
    received = [];
    await github.redeliver(first);
    await github.redeliver(first, 'c0ffee00-0000-4000-8000-000000000000');
    await github.deliver(first.event, JSON.parse(first.body) as Record<string, unknown>, { secret: 'guessed' });
    expect(received.map(({ id, genuine }) => [id === first.id, genuine])).toEqual([
      [true, true],
      [false, true],
      [false, false],
    ]);
  });
});

describe("a person's token", () => {
  test('writes comments through the API, in their name', async () => {
    await shop.push('six', { f: '1' });
    const number = await shop.open({ branch: 'six', title: 'Six', as: 'alice' });
    const { status, json } = await github.asUser('alice', 'POST', `/repos/acme/shop/issues/${number}/comments`, {
      body: 'by token',
    });
    expect([status, json]).toMatchObject([201, { user: { login: 'alice' }, performed_via_github_app: null }]);
  });
  test('can neither make nor change a check run', async () => {
    const head = await shop.push('seven', { g: '1' });
    const run = { name: 'countersign', head_sha: head, status: 'completed', conclusion: 'success' };
    expect((await github.asUser('alice', 'POST', '/repos/acme/shop/check-runs', run)).status).toBe(403);
  });
});

test('merging lays the change on the base', async () => {
  await shop.push('eight', { 'h/new': '1', 'src/a.ts': null });
  const number = await shop.open({ branch: 'eight', title: 'Eight', as: 'alice' });
  await shop.push('main', { 'meanwhile.txt': 'm' });
  const sha = await shop.merge(number, 'alice');
  const tree = hostOf(github).tree(shop.ref, sha);
  expect((await tree.list('')).map((entry) => entry.name)).toEqual(expect.arrayContaining(['h', 'meanwhile.txt']));
  expect(await tree.read('src/a.ts')).toEqual({ state: 'missing' });
  expect(shop.pull(number)).toMatchObject({ state: 'closed', merged: true });
});

describe('the referee', () => {
  const annotation = { path: 'a', start_line: 1, end_line: 1, annotation_level: 'failure', message: 'm' };
  const action = { label: 'l', description: 'd', identifier: 'i' };
  const output = { title: 't', summary: 's' };
  test.each<[string, Record<string, unknown>]>([
    ['51 annotations', { output: { ...output, annotations: Array(51).fill(annotation) } }],
    ['four actions', { actions: [1, 2, 3, 4].map((n) => ({ ...action, identifier: `${n}` })) }],
    ['a label of 21 characters', { actions: [{ ...action, label: 'l'.repeat(21) }] }],
    ['a description of 41', { actions: [{ ...action, description: 'd'.repeat(41) }] }],
    ['an identifier of 21', { actions: [{ ...action, identifier: 'i'.repeat(21) }] }],
    ['two equal identifiers', { actions: [action, action] }],
    ['a summary of 65,536', { output: { ...output, summary: 's'.repeat(65_536) } }],
    ['a text of too many bytes', { output: { ...output, text: 'é'.repeat(40_000) } }],
    ['an output without a summary', { output: { title: 't' } }],
    ['completed without a conclusion', { status: 'completed' }],
    ['a neutral conclusion', { status: 'completed', conclusion: 'neutral' }],
    [
      'columns over several lines',
      { output: { ...output, annotations: [{ ...annotation, end_line: 2, start_column: 1 }] } },
    ],
    ['an unknown level', { output: { ...output, annotations: [{ ...annotation, annotation_level: 'error' }] } }],
    ['no line', { output: { ...output, annotations: [{ ...annotation, start_line: 0, end_line: 0 }] } }],
  ])('objects to %s', async (_name, body) => {
    const referee = await createReferee();
    const request = {
      method: 'PATCH',
      path: '/repos/o/r/check-runs/1',
      headers: { 'content-type': 'application/json' },
    };
    expect(referee.judge({ ...request, body: { ...body } })).not.toEqual([]);
    const good = {
      status: 'completed',
      conclusion: 'failure',
      output: { ...output, annotations: [annotation] },
      actions: [action],
    };
    expect(referee.judge({ ...request, body: good })).toEqual([]);
  });

  test('objects to requests that are not in the book, to missing bodies, wrong queries and empty comments', async () => {
    const referee = await createReferee();
    const judge = (method: string, path: string, body: Record<string, unknown> | null = null) =>
      referee.judge({ method, path, headers: { 'content-type': 'application/json' }, body });
    expect(judge('GET', '/repos/o/r/nowhere')).not.toEqual([]);
    expect(judge('POST', '/repos/o/r/check-runs')).not.toEqual([]);
    expect(judge('GET', '/repos/o/r/pulls?state=ajar')).not.toEqual([]);
    expect(judge('POST', '/repos/o/r/issues/1/comments', { body: ' ' })).not.toEqual([]);
    expect(judge('POST', '/repos/o/r/issues/1/comments', { body: 'x'.repeat(65_537) })).not.toEqual([]);
    expect(judge('GET', '/repos/o/r/contents/.github/countersign.yml?ref=main')).toEqual([]);
    expect(judge('GET', '/repos/o/r/git/ref/heads/feature/x')).toEqual([]);
  });
});

test('an installation makes more requests than one token is good for', async () => {
  const host = hostOf(github);
  await host.repository(shop.ref);
  const token = await github.installationToken();
  const ask = async () => {
    const response = await fetch(`${github.url}/repos/acme/shop`, { headers: { authorization: `token ${token}` } });
    await response.arrayBuffer();
    return response.status;
  };
  const statuses = new Set<number>();
  for (let i = 0; i < 54; i += 1)
    for (const status of await Promise.all(Array.from({ length: 100 }, ask))) statuses.add(status);
  expect([...statuses]).toEqual([200]);
});
