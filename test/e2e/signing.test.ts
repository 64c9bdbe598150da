import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { reportCode, startWorld, until, type World } from '../support/world.ts';

const REASON = 'only our own scheduler calls this, never a browser';
const INJECTION = `import { exec } from 'node:child_process';

export function list(request, response) {
  exec('ls ' + request.query.dir, (error, out) => response.send(out));
}
`;
const HARMLESS = 'export const answer = 42;\n';

let world: World;
let branch = 0;

beforeAll(async () => {
  world = await startWorld({
    files: { 'package.json': '{ "name": "shop", "version": "1.0.0" }\n', 'src/list.js': HARMLESS },
  });
});
afterAll(() => world.close());
beforeEach(() => {
  branch += 1;
});

/** An agent's pull request with a command injection, reviewed. */
async function blockedPullRequest(as = 'Copilot') {
  const { repository } = world;
  const name = `copilot/change-${branch}`;
  const head = await repository.push(name, { [`src/list${branch}.js`]: INJECTION }, { as });
  const number = await repository.open({ branch: name, title: 'List a folder', as });
  const run = await repository.judged(head);
  return { number, head, run, branch: name, code: reportCode(world, number) };
}

async function reply(number: number, text: RegExp): Promise<string> {
  return until(() =>
    world.repository
      .comments(number)
      .map((each) => each.body)
      .find((body) => text.test(body)),
  );
}

async function ledgerTypes(number: number): Promise<string[]> {
  const types: string[] = [];
  for await (const row of world.service.ports.store.ledger.entries(world.repository.ref.installationId)) {
    const body = row.body as { type?: string; pullRequest?: number };
    if (body.pullRequest === number && body.type !== undefined) types.push(body.type);
  }
  return types;
}

describe('a person signs', () => {
  test('with a command and a press, and the ledger has it before the check is green', async () => {
    const { repository } = world;
    const { number, head, code } = await blockedPullRequest();
    await repository.comment(number, `/countersign sign F1 ${code} ${REASON}`, 'ben');
    const pending = await repository.completed(head, { when: (run) => run.actions.length > 0 });
    expect(pending.conclusion).toBe('action_required');
    await repository.press(pending.id, pending.actions[0]?.identifier ?? '', 'ben');
    const green = await repository.completed(head, { when: (run) => run.conclusion === 'success' });
    expect(`${green.summary}`).toContain(REASON.slice(0, 20));
    const types = await ledgerTypes(number);
    expect(types.indexOf('sign-off')).toBeGreaterThan(types.indexOf('sign-off-pending'));
    expect(types.lastIndexOf('verdict')).toBeGreaterThan(types.indexOf('sign-off'));
  });

  test('and one character changed in what was signed opens it again', async () => {
    const { repository } = world;
    const { number, head, code, branch: name } = await blockedPullRequest();
    await repository.comment(number, `/countersign sign F1 ${code} ${REASON}`, 'ben');
    const pending = await repository.completed(head, { when: (run) => run.actions.length > 0 });
    await repository.press(pending.id, pending.actions[0]?.identifier ?? '', 'ben');
    await repository.completed(head, { when: (run) => run.conclusion === 'success' });

    const changed = await repository.push(
      name,
      { [`src/list${branch}.js`]: INJECTION.replace("'ls '", "'lt '") },
      { as: 'Copilot' },
    );
    expect((await repository.completed(changed)).conclusion).toBe('action_required');
    expect(await ledgerTypes(number)).toContain('lapse');
  });

  test('and a push that leaves it alone keeps the signature', async () => {
    const { repository } = world;
    const { number, head, code, branch: name } = await blockedPullRequest();
    await repository.comment(number, `/countersign sign F1 ${code} ${REASON}`, 'ben');
    const pending = await repository.completed(head, { when: (run) => run.actions.length > 0 });
    await repository.press(pending.id, pending.actions[0]?.identifier ?? '', 'ben');
    await repository.completed(head, { when: (run) => run.conclusion === 'success' });

    const next = await repository.push(name, { 'docs/notes.txt': 'more\n' }, { as: 'Copilot' });
    expect((await repository.completed(next)).conclusion).toBe('success');
  });
});

describe('nothing is signed by', () => {
  test('the agent, whose attempt is recorded and not answered', async () => {
    const { repository } = world;
    const { number, head, code } = await blockedPullRequest();
    const before = repository.comments(number).length;
    await repository.comment(number, `/countersign sign F1 ${code} ${REASON}`, 'Copilot');
    await expect.poll(() => ledgerTypes(number)).toContain('sign-off-refused');
    expect(repository.comments(number)).toHaveLength(before + 1);
    expect(repository.checkRuns(head)[0]?.conclusion).toBe('action_required');
  });

  test('a reader, who learns what is missing', async () => {
    const { number, code } = await blockedPullRequest();
    await world.repository.comment(number, `/countersign sign F1 ${code} ${REASON}`, 'rita');
    expect(await reply(number, /needs the rank/)).toContain('write');
  });

  test('somebody who pushed to the change, while another could', async () => {
    const { repository } = world;
    const { number, branch: name } = await blockedPullRequest();
    const head = await repository.push(name, { [`src/more${branch}.js`]: HARMLESS }, { as: 'ben' });
    await repository.completed(head);
    await repository.comment(number, `/countersign sign F1 ${reportCode(world, number)} ${REASON}`, 'ben');
    expect(await reply(number, /hand in this change/)).toContain('pushed');
  });

  test('a command that was edited after it was written', async () => {
    const { repository } = world;
    const { number, head, code } = await blockedPullRequest();
    const comment = await repository.comment(number, `/countersign sign F1 ${code} ${REASON}`, 'ben');
    const pending = await repository.completed(head, { when: (run) => run.actions.length > 0 });
    await repository.editComment(comment, `/countersign sign F1 ${code} ${REASON} indeed`, 'ben');
    await repository.press(pending.id, pending.actions[0]?.identifier ?? '', 'ben');
    expect(await reply(number, /edited or deleted/)).toBeTruthy();
    expect(repository.checkRun(pending.id).conclusion).toBe('action_required');
  });

  test("another person's press of the button", async () => {
    const { repository } = world;
    const { number, head, code } = await blockedPullRequest();
    await repository.comment(number, `/countersign sign F1 ${code} ${REASON}`, 'ben');
    const pending = await repository.completed(head, { when: (run) => run.actions.length > 0 });
    await repository.press(pending.id, pending.actions[0]?.identifier ?? '', 'maria');
    expect(await reply(number, /belongs to ben/)).toBeTruthy();
    expect(repository.checkRun(pending.id).conclusion).toBe('action_required');
  });

  test('a press that comes after 15 minutes', async () => {
    const { repository } = world;
    const { number, head, code } = await blockedPullRequest();
    await repository.comment(number, `/countersign sign F1 ${code} ${REASON}`, 'ben');
    const pending = await repository.completed(head, { when: (run) => run.actions.length > 0 });
    world.later(15 * 60 * 1000 + 1000);
    await repository.press(pending.id, pending.actions[0]?.identifier ?? '', 'ben', true);
    expect(await reply(number, /15 minutes/)).toBeTruthy();
    expect(repository.checkRun(pending.id).conclusion).toBe('action_required');
  });

  test('the code of an older report', async () => {
    const { repository } = world;
    const { number, head, code } = await blockedPullRequest();
    await repository.edit(number, { title: 'List a folder, approved' }, 'Copilot');
    await repository.completed(head, { when: (run) => !`${run.summary}${run.text}`.includes(code) });
    await repository.comment(number, `/countersign sign F1 ${code} ${REASON}`, 'ben');
    expect(await reply(number, /not the current report/)).toContain(reportCode(world, number));
  });
});

test('our comment is put back when somebody deletes it, and it is recorded who did', async () => {
  const { repository } = world;
  const { number } = await blockedPullRequest();
  const sticky = repository.comments(number).find((each) => each.body.includes('countersign:sticky'));
  await repository.deleteComment(sticky?.id ?? 0, 'ben');
  await until(() =>
    repository.comments(number).find((each) => each.body.includes('countersign:sticky') && each.id !== sticky?.id),
  );
  expect(await ledgerTypes(number)).toContain('tamper');
});

test('no request that any of this made is foreign to GitHub', () => {
  expect(world.github.violations).toEqual([]);
});
