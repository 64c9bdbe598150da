import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { run as ledgerCommand } from '../../src/commands/ledger.ts';
import type { OperatedLedger } from '../../src/core/store.ts';
import { ruleStats, signerStats } from '../../src/report/ledger-text.ts';
import { exportLine } from '../../src/store/export.ts';
import { tokenOf } from '../support/github/tokens.ts';
import { atRest, reportCode, startWorld, until, type World } from '../support/world.ts';

const REASON = 'only our own scheduler calls this, never a browser';
const DAY = 24 * 60 * 60 * 1000;

function injection(name: string): string {
  return `import { exec } from 'node:child_process';

export function ${name}(request, response) {
  exec('ls ' + request.query.dir, (error, out) => response.send(out));
}
`;
}

function redirect(name: string): string {
  return `import express from 'express';
const app = express();
app.get('/${name}', (request, response) => {
  eval(request.query.code);
});
`;
}

let world: World;
let count = 0;

beforeAll(async () => {
  world = await startWorld({ files: { 'package.json': '{ "name": "shop", "version": "1.0.0" }\n' } });
});
afterAll(() => world.close());
beforeEach(() => {
  count += 1;
});

async function blocked(content: string) {
  const { repository } = world;
  const branch = `copilot/talk-${count}`;
  const head = await repository.push(branch, { [`src/talk${count}.js`]: content }, { as: 'Copilot' });
  const number = await repository.open({ branch, title: 'Talk', as: 'Copilot' });
  await repository.judged(head);
  return { number, head, branch, code: reportCode(world, number) };
}

type Blocked = Awaited<ReturnType<typeof blocked>>;

async function sign(on: Blocked, as: string, reason = REASON) {
  const { repository } = world;
  await repository.comment(on.number, `/countersign sign all ${on.code} ${reason}`, as);
  const pending = await repository.completed(on.head, { when: (run) => run.actions.length > 0 });
  await repository.press(pending.id, pending.actions[0]?.identifier ?? '', as);
  return repository.completed(on.head, { when: (run) => run.conclusion === 'success' });
}

function reply(number: number, text: RegExp): Promise<string> {
  return until(() =>
    world.repository
      .comments(number)
      .map((each) => each.body)
      .find((body) => text.test(body)),
  );
}

async function quiet(): Promise<void> {
  await atRest(world.github, world.store.queue);
}

const ours = (number: number) => world.repository.comments(number).filter((each) => each.viaAppId !== null);

describe('a command where none counts', () => {
  const place = {
    'in a review': (number: number, body: string, login: string, id: number) =>
      ['pull_request_review', { action: 'submitted', review: { id, body }, ...envelope(number, login) }] as const,
    'on a line': (number: number, body: string, login: string, id: number) =>
      [
        'pull_request_review_comment',
        { action: 'created', comment: { id, body }, ...envelope(number, login) },
      ] as const,
  };
  function envelope(number: number, login: string) {
    const delivery = JSON.parse(world.github.deliveries.at(-1)?.body ?? '{}') as Record<string, unknown>;
    const id = { Copilot: 198_982_749, ben: 5002, otto: 5999 }[login];
    return {
      pull_request: { number },
      repository: delivery['repository'],
      installation: delivery['installation'],
      sender: { id, login, type: login === 'Copilot' ? 'Bot' : 'User' },
    };
  }

  test.each(Object.entries(place))(
    '%s gets one reply that says where to write it, and signs nothing',
    async (_, say) => {
      const on = await blocked(injection(`list${count}`));
      const before = ours(on.number).length;
      const [event, payload] = say(on.number, `/countersign sign F1 ${on.code} ${REASON}`, 'ben', 70 + count);
      await world.github.deliver(event, payload);
      await world.github.deliver(event, payload);
      expect(await reply(on.number, /count only as a comment of their own/)).toBeTruthy();
      await quiet();
      expect(ours(on.number)).toHaveLength(before + 1);
      expect(await world.service.ports.store.signOffs(world.repository.ref.id, on.number)).toEqual([]);
    },
  );

  test('by a machine gets none', async () => {
    const on = await blocked(injection(`list${count}`));
    const before = ours(on.number).length;
    const [event, payload] = place['in a review'](on.number, '/countersign status', 'Copilot', 70 + count);
    await world.github.deliver(event, payload);
    await quiet();
    expect(ours(on.number)).toHaveLength(before);
  });
});

describe('a command that is typed wrongly', () => {
  test.each([
    ['/countersign sing F1', 'no such command'],
    ['/countersign sign F1 because', 'report code'],
    ['/countersign sign', 'names no finding'],
    ['/countersign', 'One command per comment'],
    ['/countersign break-glass now', 'report code'],
  ])('%s gets one helpful reply', async (text, told) => {
    const on = await blocked(injection(`list${count}`));
    const before = ours(on.number).length;
    await world.repository.comment(on.number, text, 'ben');
    expect(await reply(on.number, new RegExp(told))).toBeTruthy();
    await quiet();
    expect(ours(on.number)).toHaveLength(before + 1);
  });

  test('gets none where an outsider wrote it, who only reads what is public', async () => {
    const on = await blocked(injection(`list${count}`));
    const before = ours(on.number).length;
    await world.repository.comment(on.number, '/countersign status', 'otto');
    await world.repository.comment(on.number, '/countersign sing', 'otto');
    await quiet();
    expect(ours(on.number)).toHaveLength(before);
  });
});

describe('a reason', () => {
  test('that was given for something else is refused, however it is written; for something alike it stands', async () => {
    const words = 'Reviewed with the team, and accepted for this release';
    await sign(await blocked(injection(`list${count}`)), 'ben', words);
    count += 1;
    const unlike = await blocked(redirect(`go${count}`));
    await world.repository.comment(
      unlike.number,
      `/countersign sign all ${unlike.code} reviewed with the TEAM and accepted, for this release!`,
      'ben',
    );
    expect(await reply(unlike.number, /the same reason was given for unlike findings/)).toBeTruthy();
    await world.repository.comment(unlike.number, `/countersign sign all ${unlike.code} ${words}`, 'maria');
    expect(await reply(unlike.number, /maria, one step is left/)).toBeTruthy();
    count += 1;
    await sign(await blocked(injection(`list${count}`)), 'ben', words);
  });
});

test('a signature that runs out within a week is announced, and opens the check by itself when it does', async () => {
  const { repository } = world;
  const on = await blocked(injection(`list${count}`));
  const green = await sign(on, 'ben', 'a nightly job of our own is the only caller');
  expect(green.summary).not.toContain('It ends on');
  const republish = () =>
    world.service.ports.store.queue.send(
      crypto.randomUUID(),
      { kind: 'republish', repository: repository.ref, pullRequest: on.number, cause: 'expires-soon' },
      { afterMs: 0 },
    );
  world.later(84 * DAY);
  await republish();
  await expect.poll(() => repository.checkRun(green.id).summary).toContain('It ends on');
  expect(repository.checkRun(green.id).conclusion).toBe('success');
  expect(ours(on.number).some((each) => each.body.includes('the check opens again then'))).toBe(true);
  world.later(7 * DAY);
  await republish();
  await expect.poll(() => repository.checkRun(green.id).conclusion).toBe('action_required');
});

test('a standing exception holds nothing up, is announced a week before its end, and ends by itself: the check opens', async () => {
  const { repository } = world;
  const { now, store } = world.service.ports;
  const last = new Date(now() + 20 * DAY).toISOString().slice(0, 10);
  const exception = `{ rule: command-injection, path: 'src/**', reason: the old tools, expires: ${last}, owner: platform }`;
  await repository.push('main', { '.github/countersign.yml': `exceptions:\n  - ${exception}\n` }, { as: 'maria' });
  const branch = `copilot/excepted-${count}`;
  const head = await repository.push(branch, { [`src/talk${count}.js`]: injection(`list${count}`) }, { as: 'Copilot' });
  const number = await repository.open({ branch, title: 'Talk', as: 'Copilot' });
  const newest = () => repository.checkRuns(head).at(-1);
  expect((await repository.completed(head)).conclusion).toBe('success');
  expect(newest()?.summary).not.toContain('exception');

  // What the queue does when the moment has come that the review left behind.
  const timePassed = () =>
    store.queue.send(
      crypto.randomUUID(),
      {
        kind: 'review',
        repository: repository.ref,
        pullRequest: number,
        cause: 'time-passed',
        sender: null,
        headSha: null,
        beforeSha: null,
        attempt: 0,
      },
      { afterMs: 0 },
    );
  world.later(14 * DAY);
  await timePassed();
  await expect
    .poll(() => newest()?.summary)
    .toContain(`The exception of command-injection for src/&#42;&#42; ends on ${last}; platform answers for it.`);
  expect(newest()?.conclusion).toBe('success');
  world.later(7 * DAY);
  await timePassed();
  await expect.poll(() => newest()?.conclusion).toBe('action_required');
  expect(newest()?.summary).toContain(`ended on ${last} and is ignored; platform answers for it.`);
  await repository.push('main', { '.github/countersign.yml': null }, { as: 'maria' });
  await quiet();
});

describe('the ledger', () => {
  const events = () => (world.service.ports.store.ledger as OperatedLedger).events(world.repository.ref.installationId);

  test('counts a false alarm for its rule, and tells of each signer how many and how fast', async () => {
    const on = await blocked(injection(`list${count}`));
    await world.repository.comment(on.number, '/countersign wrong F1 the argument is checked two lines above', 'ben');
    expect(await reply(on.number, /false alarm of command-injection/)).toBeTruthy();
    const rules = await ruleStats(events());
    expect(rules[0]).toMatchObject({ rule: 'command-injection', wrong: 1 });
    expect(rules[0]?.signed).toBeGreaterThanOrEqual(3);
    const ben = (await signerStats(events())).find((each) => each.signer === 'ben');
    expect(ben?.signOffs).toBeGreaterThanOrEqual(3);
    expect(ben?.fastestMs).toBeGreaterThanOrEqual(0);
    expect(world.repository.checkRuns(on.head)[0]?.conclusion).toBe('action_required');
  });

  test('is compared with the heads that check runs print: whole it verifies, cut off it does not', async () => {
    await quiet();
    const folder = await mkdtemp(join(tmpdir(), 'countersign-anchors-'));
    const lines: string[] = [];
    for await (const event of events()) lines.push(exportLine(event, true));
    const verify = async (kept: readonly string[], token: string) => {
      const file = join(folder, 'export.jsonl');
      await writeFile(file, `${kept.join('\n')}\n`);
      let out = '';
      const io = {
        stdout: (text: string) => {
          out += text;
        },
        stderr: () => {},
        env: { GITHUB_TOKEN: token, GITHUB_API_URL: world.github.url },
        now: () => Date.now(),
      };
      return { code: await ledgerCommand(['verify', '--file', file, '--repository', 'acme/shop'], io), out };
    };
    const whole = await verify(lines, tokenOf('maria'));
    expect(whole).toMatchObject({ code: 0, out: expect.stringContaining('Anchored') });
    const cut = await verify(lines.slice(0, -20), tokenOf('maria'));
    expect(cut).toMatchObject({ code: 1, out: expect.stringContaining('the expected head is not in the chain') });
    await expect(verify(lines, '')).rejects.toThrow('GITHUB_TOKEN');
    await rm(folder, { recursive: true });
  });
});

test('no request of this was foreign to GitHub', () => {
  expect(world.github.violations).toEqual([]);
});
