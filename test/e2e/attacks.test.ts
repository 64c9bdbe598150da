import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Fault, Json, StoredCheckRun } from '../support/github/types.ts';
import { atRest, reportCode, startWorld, until, type World } from '../support/world.ts';

const REASON = 'only our own scheduler calls this, never a browser';
const MANIFEST = '{ "name": "shop", "version": "1.0.0" }\n';
const HARMLESS = 'export const answer = 42;\n';

function injection(name: string): string {
  return `import { exec } from 'node:child_process';

export function ${name}(request, response) {
  exec('ls ' + request.query.dir, (error, out) => response.send(out));
}
`;
}

let world: World;
let count = 0;

beforeAll(async () => {
  world = await startWorld({ files: { 'package.json': MANIFEST, 'src/list.js': HARMLESS } });
});
afterAll(() => world.close());
beforeEach(() => {
  count += 1;
});

interface Opened {
  readonly number: number;
  readonly head: string;
  readonly run: StoredCheckRun;
  readonly branch: string;
  readonly code: string;
}

/** An agent's pull request with a command injection, reviewed and blocked. */
async function blocked(files: Readonly<Record<string, string>> = {}): Promise<Opened> {
  const { repository } = world;
  const branch = `copilot/attack-${count}`;
  const content = { [`src/attack${count}.js`]: injection(`list${count}`), ...files };
  const head = await repository.push(branch, content, { as: 'Copilot' });
  const number = await repository.open({ branch, title: 'List a folder', as: 'Copilot' });
  const run = await repository.judged(head);
  // The comment is written after the check run.
  await reply(number, /\br-[0-9a-z]{8}\b/);
  return { number, head, run, branch, code: reportCode(world, number) };
}

/** The run with this person's button on it. */
async function command(on: Opened, text: string, as: string, buttons = 1): Promise<StoredCheckRun> {
  await world.repository.comment(on.number, `/countersign ${text}`, as);
  return world.repository.completed(on.head, { when: (run) => run.actions.length >= buttons });
}

function buttonOf(run: StoredCheckRun, index = 0): string {
  return run.actions[index]?.identifier ?? '';
}

async function sign(on: Opened, as = 'ben'): Promise<StoredCheckRun> {
  const pending = await command(on, `sign F1 ${on.code} ${REASON}`, as);
  await world.repository.press(pending.id, buttonOf(pending), as);
  return world.repository.completed(on.head, { when: (run) => run.conclusion === 'success' });
}

async function reply(number: number, text: RegExp): Promise<string> {
  return until(() =>
    world.repository
      .comments(number)
      .map((each) => each.body)
      .find((body) => text.test(body)),
  );
}

async function ledger(number: number): Promise<{ readonly type: string; readonly reason: string | null }[]> {
  const found: { type: string; reason: string | null }[] = [];
  for await (const row of world.service.ports.store.ledger.entries(world.repository.ref.installationId)) {
    const body = row.body as { type: string; pullRequest: number | null; reason: string | null };
    if (body.pullRequest === number) found.push({ type: body.type, reason: body.reason });
  }
  return found;
}

async function entries(number: number, type: string): Promise<number> {
  return (await ledger(number)).filter((each) => each.type === type).length;
}

/** Everything that was sent has been worked off; what sleeps until later stays. */
async function quiet(): Promise<void> {
  await atRest(world.github, world.store.queue);
}

function deliveryWith(event: string, action: string, text: string) {
  const found = world.github.deliveries.find(
    (each) => each.event === event && each.action === action && each.body.includes(text),
  );
  if (found === undefined) throw new Error(`no ${event}.${action} with ${text}`);
  return found;
}

describe('between the command and the press', () => {
  test('a push voids it', async () => {
    const on = await blocked();
    const pending = await command(on, `sign F1 ${on.code} ${REASON}`, 'ben');
    const next = await world.repository.push(on.branch, { 'src/more.js': injection('more') }, { as: 'Copilot' });
    await world.repository.press(pending.id, buttonOf(pending), 'ben', true);
    const run = await world.repository.completed(next);
    await quiet();
    expect(run.conclusion).toBe('action_required');
    expect(await entries(on.number, 'sign-off')).toBe(0);
  });

  test('another base voids it', async () => {
    const { repository } = world;
    await repository.push('side', { 'side.txt': 'x\n' }, { as: 'maria' });
    const on = await blocked();
    const pending = await command(on, `sign F1 ${on.code} ${REASON}`, 'ben');
    await repository.edit(on.number, { base: 'side' }, 'Copilot');
    await repository.press(pending.id, buttonOf(pending), 'ben', true);
    await quiet();
    expect(repository.checkRuns(on.head).map((run) => run.conclusion)).not.toContain('success');
    expect(await entries(on.number, 'sign-off')).toBe(0);
  });

  test('another title voids it, also where the delivery that tells of it is late', async () => {
    const { repository, github } = world;
    const on = await blocked();
    const pending = await command(on, `sign F1 ${on.code} ${REASON}`, 'ben');
    github.setWebhookUrl(null);
    await repository.edit(on.number, { title: 'Something else entirely' }, 'Copilot');
    await github.settled();
    github.setWebhookUrl(`${world.service.address}/api/github/webhooks`);
    await repository.press(pending.id, buttonOf(pending), 'ben');
    expect(await reply(on.number, /out of date/)).toBeTruthy();
    expect(await entries(on.number, 'sign-off')).toBe(0);
  });

  test('another policy on the default branch voids it', async () => {
    const { repository } = world;
    const on = await blocked();
    const pending = await command(on, `sign F1 ${on.code} ${REASON}`, 'ben');
    await repository.push('main', { '.github/countersign.yml': 'version: 1\n' }, { as: 'maria' });
    await repository.push('main', { '.github/countersign.yml': 'signers:\n  days: 30\n' }, { as: 'maria' });
    await repository.press(pending.id, buttonOf(pending), 'ben');
    expect(await reply(on.number, /out of date/)).toBeTruthy();
    expect(await entries(on.number, 'sign-off')).toBe(0);
    await repository.push('main', { '.github/countersign.yml': null }, { as: 'maria' });
  });

  test('the comment that is deleted signs nothing', async () => {
    const { repository } = world;
    const on = await blocked();
    const comment = await repository.comment(on.number, `/countersign sign F1 ${on.code} ${REASON}`, 'ben');
    const pending = await repository.completed(on.head, { when: (run) => run.actions.length > 0 });
    await repository.deleteComment(comment, 'maria');
    await repository.press(pending.id, buttonOf(pending), 'ben');
    expect(await reply(on.number, /edited or deleted/)).toBeTruthy();
    expect(await entries(on.number, 'sign-off')).toBe(0);
  });

  test("of two people pending, one cannot press the other's button", async () => {
    const { repository } = world;
    const on = await blocked();
    await command(on, `sign F1 ${on.code} ${REASON}`, 'ben');
    const both = await command(on, `sign F1 ${on.code} ${REASON}, as I see it too`, 'maria', 2);
    expect(new Set(both.actions.map((each) => each.identifier)).size).toBe(2);
    await repository.press(both.id, buttonOf(both, 1), 'ben');
    await repository.press(both.id, buttonOf(both, 0), 'maria');
    await quiet();
    expect(await entries(on.number, 'sign-off')).toBe(0);
    expect(repository.checkRun(both.id).conclusion).toBe('action_required');
  });
});

describe('a delivery that comes again under another id', () => {
  test('signs once', async () => {
    const on = await blocked();
    await sign(on);
    await quiet();
    const before = await ledger(on.number);
    await world.github.redeliver(deliveryWith('check_run', 'requested_action', on.head), crypto.randomUUID());
    await world.github.redeliver(deliveryWith('issue_comment', 'created', on.code), crypto.randomUUID());
    await quiet();
    expect(await ledger(on.number)).toEqual(before);
  });

  test('revokes no refusal that came later', async () => {
    const { repository, github } = world;
    const on = await blocked();
    await repository.comment(on.number, `/countersign refuse F1 ${on.code} this must never reach production`, 'ben');
    await reply(on.number, /ben refuses/);
    const pending = await command(on, 'revoke it was explained to me meanwhile', 'ben');
    const button = buttonOf(pending);
    await repository.press(pending.id, button, 'ben');
    await reply(on.number, /ben revoked/);
    await repository.comment(on.number, `/countersign refuse F1 ${on.code} the explanation was no good`, 'ben');
    await reply(on.number, /ben refuses/);
    await github.redeliver(deliveryWith('check_run', 'requested_action', button), crypto.randomUUID());
    await quiet();
    const refusals = await world.service.ports.store.signOffs(repository.ref.id, on.number);
    expect(refusals.filter((each) => each.kind === 'refuse').map((each) => each.state)).toEqual([
      'revoked',
      'effective',
    ]);
  });

  test('does not obey what was refused when it was said', async () => {
    const { repository, github } = world;
    const on = await blocked();
    repository.setRole('rita', 'read');
    await repository.comment(on.number, `/countersign sign F1 ${on.code} ${REASON} says rita`, 'rita');
    await reply(on.number, /needs the rank/);
    repository.setRole('rita', 'write');
    await github.redeliver(deliveryWith('issue_comment', 'created', 'says rita'), crypto.randomUUID());
    await quiet();
    repository.setRole('rita', 'read');
    expect(await world.service.ports.store.signOffs(repository.ref.id, on.number)).toEqual([]);
  });

  test('closes nothing that is open', async () => {
    const { repository, github } = world;
    const on = await blocked();
    await repository.close(on.number, 'Copilot');
    await quiet();
    await repository.reopen(on.number, 'Copilot');
    await quiet();
    await github.redeliver(deliveryWith('pull_request', 'closed', on.head), crypto.randomUUID());
    await quiet();
    expect(await world.service.ports.store.pullRequest(repository.ref.id, on.number)).toMatchObject({ state: 'open' });
  });
});

describe('what is signed', () => {
  test('stays signed for nothing else: pushed away and back, it is not green before it is looked at', async () => {
    const { repository } = world;
    const on = await blocked();
    const green = await sign(on);
    const away = await repository.push(on.branch, { [`src/attack${count}.js`]: injection('other') }, { as: 'Copilot' });
    expect((await repository.completed(away)).conclusion).toBe('action_required');
    expect(repository.checkRun(green.id).conclusion).toBe('action_required');
  });

  test('runs out, and the check opens again', async () => {
    const on = await blocked();
    const green = await sign(on);
    world.later(91 * 24 * 60 * 60 * 1000);
    await world.service.ports.store.queue.send(
      crypto.randomUUID(),
      { kind: 'republish', repository: world.repository.ref, pullRequest: on.number, cause: 'expired' },
      { afterMs: 0 },
    );
    await expect.poll(() => world.repository.checkRun(green.id).conclusion).toBe('action_required');
    expect((await ledger(on.number)).some((each) => each.type === 'lapse' && /expired/.test(each.reason ?? ''))).toBe(
      true,
    );
  });

  test('can be refused afterwards, which holds until the refuser or an admin revokes it with presence', async () => {
    const { repository } = world;
    const on = await blocked();
    const green = await sign(on);
    await repository.comment(
      on.number,
      `/countersign refuse F1 ${on.code} the scheduler is reachable from outside`,
      'maria',
    );
    await expect.poll(() => repository.checkRun(green.id).conclusion).toBe('action_required');
    await repository.comment(on.number, '/countersign revoke I know better than she does', 'ben');
    await reply(on.number, /no refusal in force that you could revoke/);
    world.later(100 * 24 * 60 * 60 * 1000);
    await repository.comment(on.number, '/countersign recheck', 'ben');
    await quiet();
    expect(repository.checkRun(green.id).conclusion).toBe('action_required');
    const refusals = await world.service.ports.store.signOffs(repository.ref.id, on.number);
    expect(refusals.find((each) => each.kind === 'refuse')?.state).toBe('effective');

    repository.setRole('ben', 'admin');
    const pending = await command(on, 'revoke she told me that it is settled', 'ben');
    await repository.press(pending.id, buttonOf(pending), 'ben');
    await expect.poll(() => entries(on.number, 'revocation')).toBe(1);
    repository.setRole('ben', 'write');
  });

  test('is never a name that does not exist, alone or among all', async () => {
    const { repository } = world;
    const on = await blocked({
      'package.json': '{ "name": "shop", "version": "1.0.0", "dependencies": { "left-padding-pro": "1.0.0" } }\n',
    });
    expect(on.run.conclusion).toBe('failure');
    await repository.comment(on.number, `/countersign sign F1 ${on.code} ${REASON}`, 'ben');
    expect(await reply(on.number, /nobody can sign F1/)).toBeTruthy();
    const pending = await command(on, `sign all ${on.code} ${REASON}`, 'ben');
    await repository.press(pending.id, buttonOf(pending), 'ben');
    await reply(on.number, /ben signed F2/);
    expect(repository.checkRun(pending.id).conclusion).toBe('failure');
  });
});

describe('two pull requests of one commit', () => {
  test('lose their green together when one is refused, and have it back together', async () => {
    const { repository, github } = world;
    const on = await blocked();
    await github.asUser('maria', 'POST', '/repos/acme/shop/git/refs', {
      ref: `refs/heads/twin-${count}`,
      sha: on.head,
    });
    const two = await repository.open({ branch: `twin-${count}`, title: 'Two', as: 'Copilot' });
    await expect.poll(() => repository.comments(two).length).toBe(1);
    await quiet();
    for (const number of [on.number, two]) {
      const code = reportCode(world, number);
      await repository.comment(number, `/countersign sign F1 ${code} ${REASON}`, 'ben');
      const run = await until(() =>
        repository.checkRuns(on.head).find((each) => each.actions.length > 0 && each.summary?.includes(code)),
      );
      await repository.press(run.id, buttonOf(run), 'ben');
      await reply(number, /ben signed/);
    }
    const conclusions = () => repository.checkRuns(on.head).map((run) => run.conclusion);
    await expect.poll(conclusions).toEqual(['success', 'success']);
    const code = reportCode(world, on.number);
    await repository.comment(on.number, `/countersign refuse F1 ${code} a second look says otherwise`, 'maria');
    await expect.poll(conclusions).toEqual(['action_required', 'action_required']);
  });
});

describe('who commands', () => {
  test('through an App is refused and recorded, and gets no reply', async () => {
    const { repository } = world;
    const on = await blocked();
    const before = repository.comments(on.number).length;
    await repository.comment(on.number, `/countersign sign F1 ${on.code} ${REASON}`, 'ben', { id: 77, slug: 'helper' });
    await expect.poll(() => ledger(on.number)).toContainEqual({ type: 'sign-off-refused', reason: 'through-an-app' });
    expect(repository.comments(on.number)).toHaveLength(before + 1);
  });

  test('as an account that GitHub calls no user is refused and recorded, not tried for a day', async () => {
    const on = await blocked();
    const fault = world.github.fault({ path: /collaborators\/Copilot\/permission/, status: 404, times: 'always' });
    await world.repository.comment(on.number, `/countersign sign F1 ${on.code} ${REASON}`, 'Copilot');
    await expect.poll(() => ledger(on.number)).toContainEqual({ type: 'sign-off-refused', reason: 'not-a-person' });
    fault.remove();
  });

  test.each([
    ['a quote', (text: string) => `> ${text}`],
    ['a code block', (text: string) => `\`\`\`\n${text}\n\`\`\``],
    ['an indented block', (text: string) => `    ${text}`],
    ['an HTML comment', (text: string) => `<!--\n${text}\n-->`],
    ['a later line', (text: string) => `Please look:\n${text}`],
  ])('in %s says nothing', async (_, wrap) => {
    const on = await blocked();
    await world.repository.comment(on.number, wrap(`/countersign sign F1 ${on.code} ${REASON}`), 'ben');
    await quiet();
    expect(await world.service.ports.store.signOffs(world.repository.ref.id, on.number)).toEqual([]);
  });

  test('after bringing the branch up to date has no hand in the change', async () => {
    const { repository } = world;
    const on = await blocked();
    await repository.push('main', { [`docs/base-${count}.txt`]: 'from the base\n' }, { as: 'maria' });
    const base = await repository.tip('main');
    const head = await repository.push(
      on.branch,
      { [`docs/base-${count}.txt`]: 'from the base\n' },
      { as: 'ben', mergeOf: [base], message: 'Merge branch main' },
    );
    await repository.completed(head);
    await sign({ ...on, head, code: reportCode(world, on.number) });
  });

  test.each([
    ['that touched the same file, cleanly: has no hand in the change', '', 'signs'],
    ['that smuggles in one line beside: has one, and cannot sign', 'steal()', 'is refused'],
  ])('after an update from a base %s', async (_, smuggled, outcome) => {
    const { repository } = world;
    const path = `src/shared-${count}.js`;
    const lines = (first: string, middle: string, last: string) => `${first}\na()\nb()\n${middle}\nc()\nd()\n${last}\n`;
    await repository.push('main', { [path]: lines('one()', 'two()', 'three()') }, { as: 'maria' });
    const on = await blocked();
    const changed = await repository.push(on.branch, { [path]: lines('ONE()', 'two()', 'three()') }, { as: 'Copilot' });
    await repository.completed(changed);
    await repository.push('main', { [path]: lines('one()', 'two()', 'THREE()') }, { as: 'maria' });
    const base = await repository.tip('main');
    const head = await repository.push(
      on.branch,
      { [path]: lines('ONE()', smuggled === '' ? 'two()' : smuggled, 'THREE()') },
      { as: 'ben', mergeOf: [base], message: 'Merge branch main' },
    );
    await repository.completed(head);
    const code = reportCode(world, on.number);
    if (outcome === 'signs') {
      await sign({ ...on, head, code });
      return;
    }
    await repository.comment(on.number, `/countersign sign F1 ${code} only our scheduler calls this`, 'ben');
    expect(await reply(on.number, /hand in this change/)).toContain('Somebody else who may sign has to');
  });
});

describe('a secret that is gone at the end of the branch', () => {
  test('is told once, with the commit that brought it, and stays told after the next push', async () => {
    const { repository, github } = world;
    const branch = `copilot/history-${count}`;
    const literal = 'https://hooks.slack.com/services/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';
    const path = `src/deep/hook${count}.js`;
    const added = await repository.push(branch, { [path]: `export const hook = '${literal}';\n` }, { as: 'Copilot' });
    const head = await repository.push(
      branch,
      { [path]: 'export const hook = process.env.HOOK;\n' },
      { as: 'Copilot' },
    );
    const number = await repository.open({ branch, title: 'Send a message', as: 'Copilot' });
    const run = await repository.completed(head);
    expect(run.conclusion).toBe('action_required');
    const said = JSON.stringify(run);
    expect(said).toContain(`commit ${added.slice(0, 12)}`);
    expect(said).not.toContain(literal.slice(-20));
    const code = reportCode(world, number);

    github.clearLog();
    const next = await repository.push(branch, { [path]: null }, { as: 'Copilot' });
    const again = await repository.completed(next);
    expect(again.conclusion).toBe('action_required');
    expect(JSON.stringify(again.annotations)).toContain(added.slice(0, 12));
    expect(reportCode(world, number)).not.toBe(code);
    // What an earlier review has read of the history is not asked for again.
    const asked = github.appRequests().filter(({ path: route }) => /\/git\/(?:trees|blobs)\//.test(route));
    expect(asked.length).toBeLessThanOrEqual(3);
  });
});

describe('texts of the attacker', () => {
  test('are shown as text', async () => {
    const { repository } = world;
    const path = `src/@maria <img src=x> **b** [l](evil.example) ${count}.js`;
    const branch = `hostile-${count}`;
    const head = await repository.push(
      branch,
      {
        [path]: injection('hostile'),
        'package.json': `{ "name": "shop", "version": "1.0.0", "dependencies": { "x-@ben-<b>-\\u202e\\u0007": "1.0.0", "<!-- @maria": "1" } }\n`,
      },
      { as: 'Copilot' },
    );
    const number = await repository.open({
      branch,
      title: 'Hi @maria <!-- countersign:sticky --> \u202e [x](https://evil.example)',
      as: 'Copilot',
    });
    const run = await repository.completed(head);
    expect(run.conclusion).not.toBe('success');
    const body = await reply(number, /countersign:sticky/);
    for (const text of [run.title, run.summary, run.text, body]) {
      const outside = (text ?? '').replace(/(`+)[^\n]*?\1/g, '').replace(/<!-- countersign:[^>]*-->/g, '');
      expect(outside).not.toMatch(/(?<![\w\\])@(?:maria|ben)\b/);
      expect(outside).not.toMatch(/<img|<b>|<!--/);
      expect(outside).not.toMatch(/\]\((?:https:\/\/)?evil/);
      expect(text ?? '').not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202a-\u202e\u2066-\u2069]/);
    }
  });
});

/** What says the result of a review; that there is none may be said. */
const RESULT: Fault = {
  method: 'PATCH',
  path: /check-runs\/\d+/,
  saying: (body) =>
    body?.['conclusion'] !== undefined && !String((body['output'] as Json)['title']).startsWith('Could not evaluate'),
};

describe('GitHub itself', () => {
  test('failing as the result is said leaves the check unfinished, and later it is said in full', async () => {
    const { repository, github } = world;
    const branch = `outage-${count}`;
    const fault = github.fault({ ...RESULT, status: 502, times: 'always' });
    const head = await repository.push(branch, { [`src/o${count}.js`]: injection('outage') }, { as: 'Copilot' });
    await repository.open({ branch, title: 'O', as: 'Copilot' });
    const first = await repository.completed(head);
    expect(first.title).toMatch(/^Could not evaluate/);
    expect(fault.hits()).toBeGreaterThan(0);
    fault.remove();
    const later = await repository.completed(head, { when: (run) => run.annotations.length > 0 });
    expect(later.id).toBe(first.id);
    expect(later.title).not.toMatch(/^Could not evaluate/);
    expect(repository.checkRuns(head)).toHaveLength(1);
  });

  test('failing during a re-check makes no second run that would stay behind', async () => {
    const { repository, github } = world;
    const on = await blocked();
    const fault = github.fault({ ...RESULT, status: 502, times: 'always' });
    await repository.comment(on.number, '/countersign recheck', 'ben');
    await repository.completed(on.head, { when: (run) => /^Could not evaluate/.test(run.title ?? '') });
    fault.remove();
    await repository.completed(on.head, {
      when: (run) => !/^Could not evaluate/.test(run.title ?? ''),
      timeoutMs: 15_000,
    });
    expect(repository.checkRuns(on.head).map((run) => run.id)).toEqual([on.run.id]);
  });

  test('cutting the connection after it made the run does not make a second one', async () => {
    const { repository, github } = world;
    const branch = `cut-${count}`;
    github.fault({ method: 'POST', path: /\/check-runs$/, reset: 'after', times: 1 });
    const head = await repository.push(branch, { [`src/c${count}.js`]: HARMLESS }, { as: 'Copilot' });
    await repository.open({ branch, title: 'C', as: 'Copilot' });
    expect((await repository.completed(head)).conclusion).toBe('success');
    expect(repository.checkRuns(head)).toHaveLength(1);
  });

  test('being asked to run the check again gets a new answer', async () => {
    const { repository } = world;
    const on = await blocked();
    await repository.rerequest(on.run.id, 'ben');
    const again = await repository.completed(on.head, { when: (run) => run.id !== on.run.id });
    expect(again.conclusion).toBe('action_required');
    expect(again.annotations.length).toBe(on.run.annotations.length);
    expect(reportCode(world, on.number)).toBe(on.code);
  });
});

test('a finding that holds the merge does not keep a silent source from being asked again', async () => {
  const { repository, registry } = world;
  await registry.publish({ name: 'slow-answer', version: '1.0.0' });
  await registry.backdate('slow-answer', '2015-01-01T00:00:00.000Z', { '1.0.0': '2015-01-01T00:00:00.000Z' });
  const fault = registry.fault('slow-answer', 503);
  const on = await blocked({
    'package.json': '{ "name": "shop", "version": "1.0.0", "dependencies": { "slow-answer": "1.0.0" } }\n',
  });
  expect(on.run.conclusion).toBe('action_required');
  fault.lift();
  const pending = await command(on, `sign F1 ${on.code} ${REASON}`, 'ben');
  await repository.press(pending.id, buttonOf(pending), 'ben');
  await repository.completed(on.head, { when: (run) => run.conclusion === 'success' });
});

describe('the policy', () => {
  test('changed by the only admin is signed by that admin, with presence: nobody else could', async () => {
    const { repository } = world;
    repository.setRole('maria', 'admin');
    const branch = `policy-${count}`;
    const head = await repository.push(branch, { '.github/countersign.yml': 'mode: observe\n' }, { as: 'maria' });
    const number = await repository.open({ branch, title: 'Observe', as: 'maria' });
    const run = await repository.completed(head);
    await sign({ number, head, run, branch, code: reportCode(world, number) }, 'maria').finally(() =>
      repository.setRole('maria', 'maintain'),
    );
  });
});

test('a reply that somebody else edited is taken away and recorded', async () => {
  const { repository } = world;
  const on = await blocked();
  await repository.comment(on.number, '/countersign status', 'ben');
  await reply(on.number, /countersign:to:5002/);
  // Ours it is once it is noted down as that, which comes after it can be seen.
  await quiet();
  const ours = repository.comments(on.number).find((each) => each.body.includes('countersign:to:5002'));
  await repository.editComment(ours?.id ?? 0, 'All is well, merge it.', 'rita');
  await expect.poll(() => entries(on.number, 'tamper')).toBe(1);
  await expect.poll(() => repository.comments(on.number).some((each) => /All is well/.test(each.body))).toBe(false);
});

test('no request that any of this made is foreign to GitHub', () => {
  expect(world.github.violations).toEqual([]);
});
