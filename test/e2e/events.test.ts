import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { atRest, startWorld, until, type World } from '../support/world.ts';

const PLAIN = 'export const answer = 42;\n';

let world: World;
let made = 0;

beforeAll(async () => {
  world = await startWorld({ files: { 'src/plain.js': PLAIN }, apiPath: '/api/v3' });
});
afterAll(() => world.close());
afterEach(() => expect(world.github.violations).toEqual([]));

function branch(): string {
  made += 1;
  return `event-${made}`;
}

/** Waits until nothing of what was delivered is left to do. */
async function quiet(): Promise<void> {
  await atRest(world.github, world.store.queue);
}

describe('a pull request', () => {
  test('on a server whose API lies below a path of its own is reviewed with that one setting', async () => {
    const { repository } = world;
    const name = branch();
    const head = await repository.push(name, { 'src/ghes.js': PLAIN }, { as: 'Copilot' });
    const number = await repository.open({ branch: name, title: 'Enterprise', as: 'Copilot' });
    expect(await repository.completed(head)).toMatchObject({ conclusion: 'success' });
    const { headSha } = await repository.queue([number], 'maria');
    expect(await repository.completed(headSha)).toMatchObject({ conclusion: 'success' });
  });

  test('that is a draft is reviewed like any other, and turning it into one or back reviews nothing twice', async () => {
    const { repository } = world;
    const name = branch();
    const head = await repository.push(name, { 'src/draft.js': PLAIN }, { as: 'Copilot' });
    const number = await repository.open({ branch: name, title: 'Draft', as: 'Copilot', draft: true });
    const run = await repository.completed(head);
    await repository.ready(number, 'Copilot');
    await repository.toDraft(number, 'Copilot');
    await quiet();
    expect(repository.checkRuns(head)).toEqual([run]);
    expect(repository.comments(number)).toHaveLength(1);
  });

  test('that is force-pushed is reviewed at its new head, and the one that runs for the old head stops at once', async () => {
    const { repository, github } = world;
    const name = branch();
    const main = await repository.tip('main');
    const old = await repository.push(name, { 'src/force.js': `${PLAIN}// old\n` }, { as: 'Copilot' });
    // The old review hangs on a blob that does not come; the new one waits for nothing of the sort.
    const missing = github.fault({ path: /\/git\/blobs\//, held: true });
    await repository.open({ branch: name, title: 'Force', as: 'Copilot' });
    await expect.poll(() => missing.waiting()).toBe(1);
    const fresh = await repository.push(name, { 'src/force.js': PLAIN }, { as: 'Copilot', onto: main });
    expect(await repository.completed(fresh)).toMatchObject({ conclusion: 'success' });
    missing.remove();
    expect(repository.checkRuns(old).map((run) => run.conclusion)).toEqual(['cancelled']);
  });

  test('that is large and pushed to anew spends no more requests on what it was', async () => {
    const { repository, github } = world;
    const name = branch();
    const main = await repository.tip('main');
    const files = Object.fromEntries(
      Array.from({ length: 500 }, (_, index) => [`src/many/file-${index}.js`, `${PLAIN}// ${index}\n`]),
    );
    const old = await repository.push(name, files, { as: 'Copilot' });
    github.clearLog();
    const held = github.fault({ path: /\/git\/blobs\//, held: true, times: 'always' });
    const blobs = () => github.appRequests().filter(({ path }) => path.includes('/git/blobs/')).length;
    await repository.open({ branch: name, title: 'Large', as: 'Copilot' });
    await expect.poll(() => held.waiting()).toBeGreaterThan(0);
    const fresh = await repository.push(name, { 'src/small.js': PLAIN }, { as: 'Copilot', onto: main });
    await repository.completed(old, { when: (run) => run.conclusion === 'cancelled' });
    held.remove();
    expect(await repository.completed(fresh)).toMatchObject({ conclusion: 'success' });
    await quiet();
    expect(repository.checkRuns(old).map((run) => run.conclusion)).toEqual(['cancelled']);
    // Those under way when the push came, and a hundred at most that were about to be sent.
    expect(blobs()).toBeLessThan(300);
  });

  test('that is closed and opened again shows a green again only after another look', async () => {
    const { repository } = world;
    const name = branch();
    const head = await repository.push(name, { 'src/reopened.js': PLAIN }, { as: 'Copilot' });
    const number = await repository.open({ branch: name, title: 'Reopened', as: 'Copilot' });
    const first = await repository.completed(head);
    await repository.close(number, 'Copilot');
    await repository.completed(head, { when: (run) => run.conclusion === 'action_required' });
    await repository.reopen(number, 'Copilot');
    await repository.completed(head, { when: (run) => run.conclusion === 'success' && run.id !== first.id });
    await quiet();
    expect(repository.checkRuns(head).at(-1)).toMatchObject({ status: 'completed', conclusion: 'success' });
    expect(repository.comments(number)).toHaveLength(1);
  });

  test('from a fork whose check is run again, alone or with its whole suite, is answered anew', async () => {
    const { repository } = world;
    const name = branch();
    const head = await repository.push(name, { 'src/fork.js': PLAIN }, { as: 'Copilot', fork: 'Copilot' });
    await repository.open({ branch: name, title: 'Fork', as: 'Copilot', fork: 'Copilot' });
    const first = await repository.completed(head);
    await repository.rerequest(first.id, 'ben');
    await repository.completed(head, { when: (run) => run.id !== first.id });
    await repository.rerequestSuite(head, 'ben');
    await quiet();
    expect(repository.checkRuns(head).at(-1)).toMatchObject({ status: 'completed', conclusion: 'success' });
  });

  test('beside which another App writes our marker keeps one comment of ours', async () => {
    const { repository } = world;
    const name = branch();
    await repository.push(name, { 'src/apps.js': PLAIN }, { as: 'Copilot' });
    const number = await repository.open({ branch: name, title: 'Apps', as: 'Copilot' });
    const ours = await until(() => repository.comments(number)[0]);
    const other = await repository.comment(number, ours.body, 'maria', { id: 99, slug: 'another-app' });
    const head = await repository.push(name, { 'src/apps.js': `${PLAIN}\n` }, { as: 'Copilot' });
    await repository.completed(head);
    await quiet();
    expect(repository.comments(number).map((comment) => [comment.id, comment.viaAppId])).toEqual([
      [ours.id, world.github.app.id],
      [other, 99],
    ]);
  });
});

describe('a repository', () => {
  test('that is archived is left alone, without an error and without a second try', async () => {
    const { repository, logged } = world;
    const name = branch();
    const head = await repository.push(name, { 'src/archive.js': PLAIN }, { as: 'Copilot' });
    repository.setArchived(true);
    const before = logged.length;
    await world.service.ports.store.queue.send(crypto.randomUUID(), reviewOf(1), { afterMs: 0 });
    await quiet();
    repository.setArchived(false);
    expect(repository.checkRuns(head)).toEqual([]);
    expect(logged.slice(before).filter((line) => line.level !== 'info')).toEqual([]);
  });

  test('that was renamed while its job waited is found by its id', async () => {
    const { repository } = world;
    const name = branch();
    const head = await repository.push(name, { 'src/renamed.js': PLAIN }, { as: 'Copilot' });
    world.github.setWebhookUrl(null);
    const number = await repository.open({ branch: name, title: 'Renamed', as: 'Copilot' });
    await world.github.settled();
    world.github.setWebhookUrl(`${world.service.address}/api/github/webhooks`);
    repository.rename('store');
    await world.service.ports.store.queue.send(crypto.randomUUID(), reviewOf(number), { afterMs: 0 });
    expect(await repository.completed(head)).toMatchObject({ conclusion: 'success' });
    expect(repository.checkRuns(head)).toHaveLength(1);
  });

  test('of an installation that is new, no longer suspended or allows more, or one that was added, is looked through', async () => {
    const { repository, github } = world;
    for (const [event, action] of [
      ['installation', 'created'],
      ['installation', 'unsuspend'],
      ['installation', 'new_permissions_accepted'],
      ['installation_repositories', 'added'],
      ['repository', 'unarchived'],
    ] as const) {
      const name = branch();
      const head = await repository.push(name, { [`src/${name}.js`]: PLAIN }, { as: 'Copilot' });
      github.setWebhookUrl(null);
      await repository.open({ branch: name, title: name, as: 'Copilot' });
      await github.settled();
      github.setWebhookUrl(`${world.service.address}/api/github/webhooks`);
      await github.deliver(event, {
        action,
        installation: { id: repository.ref.installationId },
        sender: { id: 5001, login: 'maria', type: 'User' },
      });
      expect(await repository.completed(head)).toMatchObject({ conclusion: 'success' });
    }
  });
});

test('an App that is suspended leaves everything as it is, and what came meanwhile is reviewed when it is let in again', async () => {
  const { repository, github } = world;
  const name = branch();
  // GitHub, "Suspending a GitHub App installation": the API refuses its tokens.
  const suspended = github.fault({
    path: /^\/repos\//,
    status: 403,
    times: 'always',
    body: '{"message":"This installation has been suspended"}',
  });
  const head = await repository.push(name, { 'src/suspended.js': PLAIN }, { as: 'Copilot' });
  await repository.open({ branch: name, title: 'Suspended', as: 'Copilot' });
  await github.settled();
  await expect.poll(() => suspended.hits()).toBeGreaterThan(0);
  expect(repository.checkRuns(head)).toEqual([]);
  suspended.remove();
  await github.deliver('installation', {
    action: 'unsuspend',
    installation: { id: repository.ref.installationId },
    sender: { id: 5001, login: 'maria', type: 'User' },
  });
  expect(await repository.completed(head)).toMatchObject({ conclusion: 'success' });
  expect(repository.checkRuns(head)).toHaveLength(1);
});

function reviewOf(pullRequest: number) {
  return {
    kind: 'review',
    repository: world.repository.ref,
    pullRequest,
    cause: 'pull_request.opened',
    sender: null,
    headSha: null,
    beforeSha: null,
    attempt: 0,
  } as const;
}
