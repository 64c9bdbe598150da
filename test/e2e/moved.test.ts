import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { sha256 } from '../../src/core/digest.ts';
import type { JsonValue } from '../../src/core/json.ts';
import type { OperatedStore } from '../../src/core/store.ts';
import { ALERT_LIMITS, createAlerter } from '../../src/service/alerts.ts';
import { outOfReach } from '../../src/service/out-of-reach.ts';
import { createSourceHealth } from '../../src/service/source-health.ts';
import type { Service } from '../../src/service/start.ts';
import { openStage, type Stage } from '../service/support.ts';
import type { Repository } from '../support/github/index.ts';
import { atRest, until } from '../support/world.ts';

/** Repositories that are given another name or another owner, while there is something to judge in them. */

const INJECTION = `import { exec } from 'node:child_process';

export function list(request, response) {
  exec('ls ' + request.query.dir, (error, out) => response.send(out));
}
`;
const PLAIN = 'export const answer = 42;\n';
const LAX = 'rules:\n  command-injection: { blocks: [] }\n';
const HOUR = 60 * 60 * 1000;

const PEOPLE = { maria: 'admin', ben: 'write', Copilot: 'write' } as const;
const repository = (owner: string, name: string, files = {}) =>
  ({ owner, name, files: { 'package.json': '{}\n', ...files }, collaborators: PEOPLE }) as const;

let stage: Stage;
let service: Service;
let shift = 0;
let made = 0;

beforeAll(async () => {
  const names = ['under-way', 'signed', 'held', 'waiting', 'gone', 'given', 'spare', 'private', 'again'];
  stage = await openStage(
    {},
    { offline: true },
    {
      organisations: [
        { login: 'beta', members: ['maria', 'ben'] },
        { login: 'without', members: ['maria'] },
      ],
      repositories: [
        repository('acme', '.github', { 'countersign.yml': LAX }),
        ...names.map((name) => ({ ...repository('acme', name), private: name === 'private' })),
        repository('beta', 'other'),
      ],
    },
  );
  service = await stage.start({}, () => Date.now() + shift);
  // Else the sweep of the start would have reviewed what a test waits for.
  await until(() => (stage.lines.some((line) => line.includes('swept over')) ? true : undefined));
});
afterAll(async () => {
  await service.stop();
  await stage.close();
});
beforeEach(() => {
  stage.lines.length = 0;
});

async function opened(place: Repository, files: Readonly<Record<string, string>>) {
  made += 1;
  const branch = `change-${made}`;
  const head = await place.push(branch, files, { as: 'Copilot' });
  return { head, number: await place.open({ branch, title: 'A change', as: 'Copilot' }) };
}

async function entries(installation: number, repositoryId: number) {
  const found: { readonly type: string; readonly details: Readonly<Record<string, JsonValue>> }[] = [];
  for await (const { body } of service.ports.store.ledger.entries(installation)) {
    const { repository: id, type, details } = body as unknown as { repository: number } & (typeof found)[number];
    if (id === repositoryId) found.push({ type, details });
  }
  return found;
}

async function verified(installation: number): Promise<string> {
  return (await service.ports.store.ledger.verify(installation, null)).state;
}

/** What GitHub sends of any installation has all of them looked through. */
async function swept(): Promise<void> {
  const told = () => stage.lines.filter((line) => line.includes('swept over')).length;
  const before = told();
  await stage.github.deliver('installation', {
    action: 'new_permissions_accepted',
    installation: { id: stage.repository.ref.installationId },
    sender: { id: 5001, login: 'maria', type: 'User' },
  });
  await expect.poll(told).toBeGreaterThan(before);
}

async function idle(): Promise<void> {
  await atRest(stage.github, service.ports.store.queue);
}

function standing(place: Repository, head: string) {
  return place.checkRuns(head).at(-1)?.conclusion;
}

test('given to another owner: judged by the policy of the new one, in its chain, which names the old one', async () => {
  const place = stage.github.repository('acme/signed');
  const { id, installationId: old } = place.ref;
  const { head, number } = await opened(place, { 'src/list.js': INJECTION });
  expect((await place.completed(head)).conclusion).toBe('success');

  place.transfer('beta');
  const { installationId } = place.ref;
  expect(installationId).not.toBe(old);
  // Green by the old owner's policy is green no more: the new one has none that allows it.
  await expect.poll(() => standing(place, head)).toBe('action_required');
  expect(await service.ports.store.pullRequest(id, number)).toMatchObject({ state: 'open', headSha: head });

  const [left, came] = [await entries(old, id), await entries(installationId, id)];
  expect(left.at(-1)).toMatchObject({ type: 'transfer', details: { to: installationId } });
  expect(came[0]).toMatchObject({ type: 'transfer', details: { from: old } });
  expect(String(came[0]?.details['fromHead'])).toMatch(/^\d+:[0-9a-f]{64}$/);
  expect(came.map(({ type }) => type)).toEqual(expect.arrayContaining(['review', 'verdict']));
  expect([await verified(old), await verified(installationId)]).toEqual(['verified', 'verified']);

  // And a sign-off there is one like any other, though the check run was made before the move.
  const code = /\br-[0-9a-z]{8}\b/.exec(place.comments(number)[0]?.body ?? '')?.[0];
  await place.comment(number, `/countersign sign F1 ${code} only our scheduler does this`, 'ben');
  await expect.poll(() => place.checkRuns(head).at(-1)?.actions.length).toBe(1);
  const run = place.checkRuns(head).at(-1);
  await place.press(run?.id ?? 0, run?.actions[0]?.identifier ?? '', 'ben');
  await expect.poll(() => standing(place, head)).toBe('success');
  expect((await entries(installationId, id)).map(({ type }) => type)).toContain('sign-off');
});

test('given away between a command and its press: the press counts where the repository is by then', async () => {
  const place = stage.github.repository('acme/waiting');
  // Its own policy holds, so that the report is the same under either owner.
  await place.push(
    'main',
    { '.github/countersign.yml': 'rules:\n  command-injection: { blocks: [high, medium] }\n' },
    { as: 'maria' },
  );
  const { head, number } = await opened(place, { 'src/list.js': INJECTION });
  expect((await place.completed(head)).conclusion).toBe('action_required');
  const code = /\br-[0-9a-z]{8}\b/.exec(place.comments(number)[0]?.body ?? '')?.[0];
  await place.comment(number, `/countersign sign F1 ${code} only our scheduler does this`, 'ben');
  await expect.poll(() => place.checkRuns(head).at(-1)?.actions.length).toBe(1);
  const run = place.checkRuns(head).at(-1);

  place.transfer('beta');
  await place.press(run?.id ?? 0, run?.actions[0]?.identifier ?? '', 'ben');
  const answered = () =>
    standing(place, head) === 'success' ||
    place.comments(number).some(({ body }) => /lapsed|newer report|no longer/i.test(body));
  await expect.poll(answered).toBe(true);
  expect(await verified(place.ref.installationId)).toBe('verified');
});

test('given away while a review runs: it ends in the new place, and never green on what the old one read', async () => {
  const place = stage.github.repository('acme/under-way');
  const slow = stage.github.fault({ path: /under-way\/git\/blobs\//, held: true });
  const { head } = await opened(place, { 'src/list.js': INJECTION });
  await expect.poll(() => slow.waiting()).toBe(1);
  place.transfer('beta');
  slow.remove();
  const conclusions = new Set<unknown>();
  await expect
    .poll(() => {
      const conclusion = standing(place, head);
      conclusions.add(conclusion);
      return conclusion === 'action_required' && /finding/i.test(place.checkRuns(head).at(-1)?.title ?? '');
    })
    .toBe(true);
  expect(conclusions).not.toContain('success');
  expect(place.checkRuns(head).filter(({ status }) => status !== 'completed')).toEqual([]);
});

test('given away with a job waiting under the old name: the job follows it', async () => {
  const place = stage.github.repository('acme/given');
  const before = place.ref;
  const { head, number } = await opened(place, { 'src/plain.js': PLAIN });
  await place.completed(head);
  place.transfer('beta');
  await service.ports.store.queue.send(crypto.randomUUID(), reviewOf(before, number), { afterMs: 0 });
  const told = () => stage.lines.find((line) => line.includes('in another place by now'));
  await expect.poll(told).toContain(`"installationId":${place.ref.installationId}`);
});

test('given to an owner without the App: nothing turns green, and the operator is told when a second sweep misses it', async () => {
  const place = stage.github.repository('acme/gone');
  const { id } = place.ref;
  const { head, number } = await opened(place, { 'src/plain.js': PLAIN });
  await place.completed(head);
  place.transfer('without');
  const next = await place.push('change-of-the-new-owner', { 'src/next.js': PLAIN }, { as: 'maria' });
  await service.ports.store.queue.send(crypto.randomUUID(), reviewOf({ ...place.ref, owner: 'acme' }, number), {
    afterMs: 0,
  });

  const store = service.ports.store as OperatedStore;
  const sent: { readonly alert: string; readonly state: string; readonly subject: string }[] = [];
  const alerts = await receiver((body) => sent.push(body));
  const alerter = createAlerter(alerts.url, {
    store,
    health: createSourceHealth(() => 0),
    limits: ALERT_LIMITS,
    log: () => undefined,
    now: () => Date.now() + shift,
    shared: true,
    clean: (text) => text,
  });
  const own = () => sent.filter(({ alert }) => alert === 'repository-out-of-reach');

  await swept();
  await alerter.look();
  // GitHub may list it a moment late at its new owner: one miss is none.
  expect(own()).toEqual([]);
  shift += HOUR;
  await swept();
  await alerter.look();
  await alerter.look();
  expect(own()).toMatchObject([{ state: 'firing', subject: 'acme/gone' }]);
  expect(place.checkRuns(next)).toEqual([]);

  // After a week it counts as taken away on purpose.
  shift += 7 * 24 * HOUR;
  await swept();
  await alerter.look();
  expect(await outOfReach(store)).toEqual([]);
  expect(await store.openPullRequests(id)).toEqual([]);
  expect(own().at(-1)).toMatchObject({ state: 'resolved', subject: 'acme/gone' });
  await alerts.close();
});

test('a private one that was given away answers 404 under its old name, and is found all the same', async () => {
  const place = stage.github.repository('acme/private');
  const before = place.ref;
  const { head, number } = await opened(place, { 'src/plain.js': PLAIN });
  await place.completed(head);
  stage.github.setWebhookUrl(null);
  place.transfer('beta');
  const next = await place.push('change-unseen', { 'src/list.js': INJECTION }, { as: 'Copilot' });
  const unseen = await place.open({ branch: 'change-unseen', title: 'Unseen', as: 'Copilot' });
  await stage.github.settled();
  stage.github.setWebhookUrl(`${service.address}/api/github/webhooks`);
  await service.ports.store.queue.send(crypto.randomUUID(), reviewOf(before, unseen), { afterMs: 0 });
  expect((await place.completed(next)).conclusion).toBe('action_required');
  expect(standing(place, head)).toBe('success');

  // A command that was on its way is not taken for one whose comment was deleted.
  const words = '/countersign status';
  stage.github.setWebhookUrl(null);
  const asked = await place.comment(unseen, words, 'ben');
  await stage.github.settled();
  stage.github.setWebhookUrl(`${service.address}/api/github/webhooks`);
  const replies = place.comments(unseen).length;
  const sender = { id: 5002, login: 'ben', type: 'User' } as const;
  const said = { commentId: asked, sender, bodyDigest: sha256(words) };
  const command = { kind: 'command', repository: before, pullRequest: unseen, ...said } as const;
  await service.ports.store.queue.send(crypto.randomUUID(), command, { afterMs: 0 });
  await expect.poll(() => place.comments(unseen).length).toBe(replies + 1);
  expect(number).toBeLessThan(unseen);
});

test('renamed, and another one created under the old name: neither is judged with what is known of the other', async () => {
  const place = stage.github.repository('acme/held');
  const other = stage.github.repository('acme/spare');
  const before = place.ref;
  const { head, number } = await opened(place, { 'src/list.js': INJECTION });
  await place.completed(head);
  place.rename('kept');
  other.rename('held');
  expect(other.ref).toMatchObject({ owner: before.owner, name: before.name });

  const asked = { kind: 'absent', type: 'npm', name: 'squatted', version: null } as const;
  const event = { at: new Date().toISOString(), source: 'npm', firstPublishedAt: null, advisoryIds: [] };
  await service.ports.store.remember(before, number, [asked]);
  await service.ports.store.happened(asked, event);
  // A change of the same number, in the repository that has the name now.
  const theirs = await opened(other, { 'src/plain.js': PLAIN });
  expect(theirs.number).toBe(number);
  expect((await other.completed(theirs.head)).conclusion).toBe('success');
  // What was to be done for the first one under that name is done there, and leaves the second one alone.
  const runs = other.checkRuns(theirs.head).length;
  const comments = other.comments(theirs.number).length;
  for (const job of [reviewOf(before, number), republishOf(before, number), cameTrueOf(before)])
    await service.ports.store.queue.send(crypto.randomUUID(), job, { afterMs: 0 });
  const told = () => stage.lines.filter((line) => line.includes('in another place by now')).length;
  await expect.poll(told).toBe(3);
  await idle();
  const issues = stage.github.log.filter(({ method, path }) => method === 'POST' && path.endsWith('/issues'));
  // The emulator's own names: those that the two were made with.
  expect(issues.map(({ path }) => path)).toEqual(['/repos/acme/held/issues']);
  expect(other.checkRuns(theirs.head)).toHaveLength(runs);
  expect(other.comments(theirs.number)).toHaveLength(comments);
  expect(standing(other, theirs.head)).toBe('success');
  expect(place.checkRuns(head).at(-1)?.status).toBe('completed');

  const [mine, their] = await Promise.all(
    [place, other].map(({ ref }) => service.ports.store.latestReview(ref.id, number)),
  );
  expect([mine?.report.headSha, their?.report.headSha]).toEqual([head, theirs.head]);
  expect(await entries(before.installationId, other.ref.id)).not.toEqual([]);
  expect((await entries(before.installationId, other.ref.id)).map(({ type }) => type)).not.toContain('transfer');
});

test('of an owner who sent the App away and installed it again: goes on under the new number', async () => {
  const place = stage.github.repository('acme/again');
  const before = place.ref;
  const { head } = await opened(place, { 'src/plain.js': PLAIN });
  await place.completed(head);
  const installation = stage.github.reinstall('acme');
  const { head: next, number } = await opened(place, { 'src/next.js': PLAIN });
  expect((await place.completed(next)).conclusion).toBe('success');
  await service.ports.store.queue.send(crypto.randomUUID(), republishOf(before, number), { afterMs: 0 });
  const told = () => stage.lines.find((line) => line.includes('in another place by now'));
  await expect.poll(told).toContain(`"installationId":${installation}`);
  expect((await entries(installation, before.id))[0]).toMatchObject({
    type: 'transfer',
    details: { from: before.installationId },
  });
  expect(await verified(installation)).toBe('verified');
});

/** Where alerts arrive. */
async function receiver(heard: (body: { alert: string; state: string; subject: string }) => void) {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += String(piece);
    heard(JSON.parse(body) as { alert: string; state: string; subject: string });
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return { url, close: async () => void server.close() };
}

function reviewOf(place: Repository['ref'], pullRequest: number) {
  const asked = { sender: null, headSha: null, beforeSha: null, attempt: 0 } as const;
  return { kind: 'review', repository: place, pullRequest, cause: 'retry', ...asked } as const;
}

function republishOf(place: Repository['ref'], pullRequest: number) {
  return { kind: 'republish', repository: place, pullRequest, cause: 'expired' } as const;
}

function cameTrueOf(place: Repository['ref']) {
  return { kind: 'came-true', repository: place } as const;
}
