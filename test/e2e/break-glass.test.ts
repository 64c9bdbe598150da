import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { StoredCheckRun } from '../support/github/types.ts';
import { reportCode, startWorld, until, type World } from '../support/world.ts';

const REASON = 'the shop is down and this is the only way back';
const INJECTION = `import { exec } from 'node:child_process';

export function list(request, response) {
  exec('ls ' + request.query.dir, (error, out) => response.send(out));
}
`;

let world: World;
let count = 0;

beforeAll(async () => {
  world = await startWorld({ files: { 'package.json': '{ "name": "shop", "version": "1.0.0" }\n' } });
});
afterAll(() => world.close());
beforeEach(() => {
  count += 1;
  world.repository.setRole('maria', 'admin');
  world.repository.setRole('ben', 'admin');
});

async function blocked(as = 'Copilot') {
  const { repository } = world;
  const branch = `copilot/glass-${count}`;
  const head = await repository.push(branch, { [`src/glass${count}.js`]: INJECTION }, { as });
  const number = await repository.open({ branch, title: 'Fix the shop', as });
  await repository.judged(head);
  return { number, head, branch, code: reportCode(world, number) };
}

type Blocked = Awaited<ReturnType<typeof blocked>>;

async function breakGlass(on: Blocked, as: string): Promise<StoredCheckRun> {
  const { repository } = world;
  await repository.comment(on.number, `/countersign break-glass ${on.code} ${REASON}`, as);
  const pending = await repository.completed(on.head, {
    when: (run) => run.actions.some((action) => action.label.includes(as)),
  });
  const button = pending.actions.find((action) => action.label.includes(as))?.identifier ?? '';
  await repository.press(pending.id, button, as);
  return pending;
}

function reply(number: number, text: RegExp): Promise<string> {
  return until(() =>
    world.repository
      .comments(number)
      .map((each) => each.body)
      .find((body) => text.test(body)),
  );
}

async function ledger(number: number): Promise<string[]> {
  const types: string[] = [];
  for await (const row of world.service.ports.store.ledger.entries(world.repository.ref.installationId)) {
    const body = row.body as { type: string; pullRequest: number | null };
    if (body.pullRequest === number) types.push(body.type);
  }
  return types;
}

describe('glass', () => {
  test('is broken by two admins with presence, said in check, comment and ledger, and closes by itself', async () => {
    const { repository } = world;
    const on = await blocked();
    const run = await breakGlass(on, 'maria');
    expect(await reply(on.number, /one of the two/)).toContain('Another admin');
    expect(repository.checkRun(run.id).conclusion).toBe('action_required');

    await breakGlass(on, 'ben');
    const green = await repository.completed(on.head, { when: (each) => each.conclusion === 'success' });
    expect(green.title).toMatch(/^Glass broken by maria and ben until \d\d:\d\d UTC; 1 finding nobody signed$/);
    const sticky = repository.comments(on.number).find((each) => each.body.includes('countersign:sticky'))?.body;
    expect(sticky).toContain('Glass broken');
    expect(sticky).toContain('Open, and let through for now');
    expect((await ledger(on.number)).filter((type) => type === 'break-glass')).toHaveLength(2);

    world.later(60 * 60 * 1000 + 5000);
    await world.service.ports.store.queue.send(
      crypto.randomUUID(),
      { kind: 'republish', repository: repository.ref, pullRequest: on.number, cause: 'expired' },
      { afterMs: 0 },
    );
    await expect.poll(() => repository.checkRun(green.id).conclusion).toBe('action_required');
    expect(await ledger(on.number)).toContain('lapse');
  });

  test('is for one commit: the next push finds it whole', async () => {
    const { repository } = world;
    const on = await blocked();
    await breakGlass(on, 'maria');
    await breakGlass(on, 'ben');
    const green = await repository.completed(on.head, { when: (each) => each.conclusion === 'success' });
    const next = await repository.push(on.branch, { 'docs/more.txt': `${count}\n` }, { as: 'Copilot' });
    expect((await repository.completed(next)).conclusion).toBe('action_required');
    expect(repository.checkRun(green.id).conclusion).toBe('action_required');
  });

  test('closes at once where somebody refuses', async () => {
    const { repository } = world;
    const on = await blocked();
    await breakGlass(on, 'maria');
    await breakGlass(on, 'ben');
    const green = await repository.completed(on.head, { when: (each) => each.conclusion === 'success' });
    await repository.comment(on.number, `/countersign refuse F1 ${on.code} this was not agreed with the team`, 'ben');
    await expect.poll(() => repository.checkRun(green.id).conclusion).toBe('action_required');
  });

  test('does not exist where there is one admin', async () => {
    world.repository.setRole('ben', 'write');
    const on = await blocked();
    await world.repository.comment(on.number, `/countersign break-glass ${on.code} ${REASON}`, 'maria');
    expect(await reply(on.number, /takes two admins/)).toBeTruthy();
  });

  test('is for admins', async () => {
    world.repository.setRole('rita', 'maintain');
    const on = await blocked();
    await world.repository.comment(on.number, `/countersign break-glass ${on.code} ${REASON}`, 'rita');
    expect(await reply(on.number, /rita, this had no effect: this needs an admin/)).toBeTruthy();
    world.repository.setRole('rita', 'read');
  });

  test('takes one admin without a hand in the change: the author may be one of two, and both may not be authors', async () => {
    const { repository } = world;
    const on = await blocked('maria');
    await repository.push(on.branch, { [`src/extra${count}.js`]: 'export const a = 1;\n' }, { as: 'ben' });
    const head = await repository.tip(on.branch);
    await repository.completed(head);
    const code = reportCode(world, on.number);
    await repository.comment(on.number, `/countersign break-glass ${code} ${REASON}`, 'maria');
    expect(await reply(on.number, /without a hand in the change/)).toBeTruthy();
  });

  test('lets no name through that does not exist', async () => {
    const { repository } = world;
    const branch = `copilot/absent-${count}`;
    const manifest = '{ "name": "shop", "version": "1.0.0", "dependencies": { "left-padding-pro": "1.0.0" } }\n';
    const head = await repository.push(branch, { 'package.json': manifest }, { as: 'Copilot' });
    const number = await repository.open({ branch, title: 'Pad', as: 'Copilot' });
    await repository.completed(head);
    await repository.comment(number, `/countersign break-glass ${reportCode(world, number)} ${REASON}`, 'maria');
    expect(await reply(number, /nobody can sign F1/)).toBeTruthy();
  });

  test('no request of this was foreign to GitHub', () => {
    expect(world.github.violations).toEqual([]);
  });
});
