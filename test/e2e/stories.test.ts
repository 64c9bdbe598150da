import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reportCode, startWorld, USERS, until, type World } from '../support/world.ts';

/**
 * The ten commonest stories of a pull request, each told step by step with what a person sees at every step: the check's
 * conclusion and title, its marks in the code and its buttons, our one comment, and the replies.
 *
 *  1. an agent's harmless change                        6. one mistake in three files
 *  2. a bump of a settled package                       7. a package of today
 *  3. a flaw that the agent mends                       8. a name that was invented
 *  4. a flaw that a colleague signs for; the merge      9. a refusal
 *  5. a push after the signature                       10. a change of the guard rails themselves
 *
 * Others stand by themselves: the first days of five kinds of users (`first-days`), a source that is down (`never-green`),
 * the merge queue (`merge-queue`), emergencies (`break-glass`), what goes in without a green (`bypass`).
 */

const FLAW = `import { exec } from 'node:child_process';

export function list(request, response) {
  exec('ls ' + request.query.dir, (error, out) => response.send(out));
}
`;
const MENDED = `import { execFile } from 'node:child_process';

export function list(request, response) {
  execFile('ls', ['--', '/srv/files'], (error, out) => response.send(out));
}
`;
const PLAIN = 'export const answer = 42;\n';
const WORKFLOW =
  'on: pull_request\npermissions: write-all\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps: [{ run: make }]\n';
const MANIFEST = { name: 'shop', version: '1.0.0' };
const OLD = '2015-01-01T00:00:00.000Z';

const SAYS =
  'A shell command is built from the request&#39;s query. Start the program without a shell and pass the value as an argument of its own: execFile&#40;program, &#91;value&#93;&#41;.';
const BY_COPILOT = 'Written by the coding agent copilot, verified.';
const FOOT = '<sub>report `CODE` · head `SHA` · ledger `HEAD`</sub>';
const BLOCKED = 'action_required: Blocked: 1 finding to sign or fix';
const CONFIRM = 'press *Confirm* in [the check](CHECK)';

type Files = Readonly<Record<string, string | null>>;
interface Change {
  readonly number: number;
  readonly branch: string;
  head: string;
}

let world: World;
let count = 0;

beforeAll(async () => {
  world = await startWorld({
    files: { 'package.json': manifest({ 'settled-lib': '1.0.0' }), 'src/plain.js': PLAIN },
    collaborators: { maria: 'admin', ben: 'write', rita: 'read', Copilot: 'write', 'dependabot[bot]': 'write' },
  });
  for (const version of ['1.0.0', '1.0.1']) await world.registry.publish({ name: 'settled-lib', version });
  await world.registry.backdate('settled-lib', OLD, { '1.0.0': OLD, '1.0.1': OLD });
  await world.registry.publish({
    name: 'fresh-lib',
    version: '1.0.0',
    manifest: { scripts: { postinstall: 'node setup.js' } },
  });
});
afterAll(() => world.close());

function manifest(dependencies: Readonly<Record<string, string>>): string {
  return `${JSON.stringify({ ...MANIFEST, dependencies }, null, 2)}\n`;
}

async function opened(files: Files, as = 'Copilot'): Promise<Change> {
  count += 1;
  const branch = `${as === 'Copilot' ? 'copilot' : 'dependabot/npm_and_yarn'}/story-${count}`;
  const head = await world.repository.push(branch, files, { as });
  const number = await world.repository.open({ branch, title: 'A change', as });
  await world.repository.judged(head);
  return { number, branch, head };
}

async function pushed(change: Change, files: Files): Promise<void> {
  change.head = await world.repository.push(change.branch, files, { as: 'Copilot' });
  await world.repository.judged(change.head);
}

/** What is another one at every run of the test, made equal. */
function equal(text: string): string {
  return text
    .replaceAll(/https?:\/\/[^)\s]+\/runs\/\d+/g, 'CHECK')
    .replaceAll(/https?:\/\/[^)\s]+#issuecomment-\d+/g, 'COMMENT')
    .replaceAll(/\br-[0-9a-z]{8}\b/g, 'CODE')
    .replaceAll(/`[0-9a-f]{12}`/g, '`SHA`')
    .replaceAll(/`\d+:[0-9a-f]+`/g, '`HEAD`')
    .replaceAll(/\d\d:\d\d UTC/g, 'TIME')
    .replaceAll(/\d{4}-\d\d-\d\d/g, 'DATE');
}

/** The pull request's page, as far as it is ours. */
function page({ number, head }: Change) {
  const run = world.repository.checkRuns(head).at(-1);
  const [sticky, ...others] = own(number).filter((body) => body.includes('countersign:sticky'));
  expect(others).toEqual([]);
  const comment = equal(sticky ?? '').replace(/<details>[\s\S]*?<\/details>\n\n/, '');
  return {
    check: `${run?.conclusion}: ${run?.title}`,
    marks: (run?.annotations ?? []).map(
      (each) => `${each.path}:${each.start_line} ${each.annotation_level} ${each.title}`,
    ),
    buttons: (run?.actions ?? []).map((each) => `${each.label} (${each.description})`),
    // Blank lines and our own markers aside.
    comment: comment.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('<!--')),
  };
}

function own(number: number): string[] {
  return world.repository
    .comments(number)
    .filter((each) => each.viaAppId !== null)
    .map((each) => each.body);
}

function replyTo(number: number, login: string): string | undefined {
  const id = USERS.flatMap((user) => (user.login === login && 'id' in user ? user.id : []))[0];
  return own(number).find((body) => body.includes(`<!-- countersign:to:${id} -->`));
}

/** A comment, and the reply that its author gets. */
async function says({ number }: Change, body: string, as: string): Promise<string> {
  const before = replyTo(number, as);
  await world.repository.comment(number, body, as);
  return answered(number, as, before);
}

/** A press of the person's own button, and the reply. */
async function presses({ number, head }: Change, as: string): Promise<string> {
  const before = replyTo(number, as);
  const run = world.repository.checkRuns(head).at(-1);
  const button = run?.actions.find((each) => each.label === `Confirm ${as}`);
  if (run === undefined || button === undefined) throw new Error(`${as} has no button`);
  await world.repository.press(run.id, button.identifier, as);
  return answered(number, as, before);
}

async function answered(number: number, as: string, before: string | undefined): Promise<string> {
  const body = await until(() => {
    const now = replyTo(number, as);
    return now === before ? undefined : now;
  });
  return equal(body.replaceAll(/<!--.*?-->/g, '').trim());
}

const code = (change: Change) => reportCode(world, change.number);

async function ledgerOf({ number }: Change): Promise<string[]> {
  const types: string[] = [];
  for await (const row of world.service.ports.store.ledger.entries(world.repository.ref.installationId)) {
    const body = row.body as { type?: string; pullRequest?: number };
    if (body.pullRequest === number && body.type !== undefined) types.push(body.type);
  }
  return types;
}

describe('1. a harmless change by an agent', () => {
  test('is green within one review: one line, no mark, nothing to do', async () => {
    const change = await opened({ 'src/answer.js': PLAIN });
    expect(page(change)).toEqual({
      check: 'success: Nothing to sign',
      marks: [],
      buttons: [],
      comment: [`**Countersign: Nothing to sign.** ${BY_COPILOT}`],
    });
  });
});

describe('2. a bump of a settled package', () => {
  test('is green, and names the bot for what it is', async () => {
    const change = await opened({ 'package.json': manifest({ 'settled-lib': '1.0.1' }) }, 'dependabot[bot]');
    expect(page(change)).toEqual({
      check: 'success: Nothing to sign',
      marks: [],
      buttons: [],
      comment: ['**Countersign: Nothing to sign.** Written by a dependency bot, verified.'],
    });
  });
});

describe('3. a flaw that the agent mends', () => {
  test('is marked where it stands, with a way out; once mended nothing of it is left', async () => {
    const change = await opened({ 'src/three.js': FLAW });
    expect(page(change)).toEqual({
      check: BLOCKED,
      marks: ['src/three.js:4 failure F1 command-injection'],
      buttons: [],
      comment: [
        '### Blocked: 1 finding to sign or fix',
        BY_COPILOT,
        '**Holds the merge**',
        `- **F1** command-injection, \`src/three.js:4\`: ${SAYS}  `,
        '  `/countersign sign F1 CODE <reason>`',
        FOOT,
      ],
    });
    await pushed(change, { 'src/three.js': MENDED });
    expect(page(change)).toEqual({
      check: 'success: Nothing to sign',
      marks: [],
      buttons: [],
      comment: [`**Countersign: Nothing to sign.** ${BY_COPILOT}`],
    });
    expect(own(change.number)).toHaveLength(1);
  });
});

describe('4. a flaw that a colleague signs for', () => {
  test('takes the right person, the command and the press; then it is merged without a word', async () => {
    const change = await opened({ 'src/four.js': FLAW });
    const command = `/countersign sign F1 ${code(change)} only our own scheduler calls this, never a browser`;

    expect(await says(change, command.replace('sign F1', 'sing F1'), 'ben')).toBe(
      '`/countersign sing` had no effect: there is no such command; there are sign, approve, refuse, revoke, cancel, explain, wrong, break-glass, recheck, status, help. Try `/countersign sign F1 CODE <why>`.',
    );
    expect(await says(change, command, 'rita')).toBe(
      'rita, this had no effect: this needs the rank `write`; yours is `read`. Ask somebody who has it.',
    );
    await world.repository.comment(change.number, command, 'Copilot');
    await expect
      .poll(async () => (await ledgerOf(change)).filter((type) => type === 'sign-off-refused').length)
      .toBe(2);
    expect(replyTo(change.number, 'Copilot')).toBeUndefined();

    expect(await says(change, command, 'ben')).toBe(
      `ben, one step is left to sign F1 (command-injection): ${CONFIRM} by TIME. Nobody else can press it for you; \`/countersign cancel\` takes it back.`,
    );
    expect(page(change)).toMatchObject({
      check: BLOCKED,
      buttons: ['Confirm ben (Only ben: sign F1)'],
      comment: expect.arrayContaining([
        '**Waiting for Confirm**',
        '- **ben** is about to sign F1 (command-injection): “only our own scheduler calls this, never a browser”. It counts once ben, and nobody else, presses *Confirm* in [the check](CHECK), until TIME.',
      ]),
    });

    expect(await presses(change, 'ben')).toBe(
      'ben signed F1 (command-injection). Valid until DATE, and as long as exactly this stands there.',
    );
    expect(page(change)).toEqual({
      check: 'success: 1 finding signed by ben',
      marks: ['src/four.js:4 failure F1 command-injection'],
      buttons: [],
      comment: [
        '### 1 finding signed by ben',
        BY_COPILOT,
        '**Signed**',
        '- F1 command-injection, `src/four.js:4`: ben, “only our own scheduler calls this, never a browser”',
        FOOT,
      ],
    });

    await world.repository.merge(change.number, 'ben');
    await expect.poll(() => world.repository.checkRuns(change.head).at(-1)?.title).toBe('No longer valid');
    expect(await ledgerOf(change)).toEqual([
      'review',
      'verdict',
      'sign-off-refused',
      'sign-off-refused',
      'sign-off-pending',
      'sign-off',
      'verdict',
    ]);
  });
});

describe('5. a push after the signature', () => {
  test('that leaves the place alone keeps it; one that changes it opens it, and says whose signature ended and why', async () => {
    const change = await opened({ 'src/five.js': FLAW });
    await says(
      change,
      `/countersign sign F1 ${code(change)} only our own scheduler calls this, never a browser`,
      'ben',
    );
    await presses(change, 'ben');
    await pushed(change, { 'docs/notes.txt': 'more\n', 'src/five.js': `// Lists a folder.\n${FLAW}` });
    expect(page(change).check).toBe('success: 1 finding signed by ben');

    await pushed(change, { 'src/five.js': FLAW.replace("'ls '", "'ls -R '") });
    expect(page(change)).toMatchObject({
      check: BLOCKED,
      comment: [
        '### Blocked: 1 finding to sign or fix',
        BY_COPILOT,
        '**Holds the merge**',
        expect.stringMatching(/^- \*\*F2\*\* command-injection, `src\/five\.js:4`/),
        '  `/countersign sign F2 CODE <reason>`',
        '**No longer signed**',
        '- ben’s signature no longer counts: F1. What was signed as F1 is gone or has changed since.',
        FOOT,
      ],
    });
  });
});

describe('6. one mistake in three files', () => {
  test('is one finding, and one signature that counts the places it covers', async () => {
    const change = await opened({ 'src/six.js': FLAW, 'src/seven.js': FLAW, 'src/eight.js': FLAW });
    expect(page(change)).toMatchObject({
      check: BLOCKED,
      marks: [
        'src/eight.js:4 failure F1 command-injection',
        'src/seven.js:4 failure F1 command-injection',
        'src/six.js:4 failure F1 command-injection',
      ],
    });
    expect(page(change).comment[3]).toMatch(
      /^- \*\*F1\*\* command-injection, `src\/eight\.js:4` and 2 further places: /,
    );
    expect(
      await says(change, `/countersign sign all ${code(change)} tools of our build, run by nobody else`, 'ben'),
    ).toMatch(/^ben, one step is left to sign F1 \(command-injection, all 3 places\)/);
    expect(await presses(change, 'ben')).toMatch(/^ben signed F1 \(command-injection, all 3 places\)\./);
    expect(page(change).check).toBe('success: 1 finding signed by ben');
  });
});

describe('7. a package of today', () => {
  test('is shown with what a reviewer needs to decide, and signed for', async () => {
    const change = await opened({ 'package.json': manifest({ 'settled-lib': '1.0.0', 'fresh-lib': '1.0.0' }) });
    const { check, marks, comment } = page(change);
    expect([check, marks]).toEqual([BLOCKED, ['package.json:6 failure F1 package-too-new']]);
    expect(comment.slice(2)).toEqual([
      '**Holds the merge**',
      '- **F1** package-too-new, `package.json:6`: fresh-lib was first published less than a day ago &#40;DATE&#41;. Nobody has had time to find out what it does. Use a package that is known, wait, or read its code and sign for it.  ',
      '  `/countersign sign F1 CODE <reason>`',
      '**1 new package**',
      '| package | exists since | version’s age | downloads a week | publisher | install scripts | provenance |',
      '| --- | --- | --- | --- | --- | --- | --- |',
      expect.stringMatching(
        /^\| `npm:fresh-lib@1\.0\.0` \| DATE \| \*\*\d+ min\*\* \| – \| .* \| \*\*postinstall\*\* \| none \|$/,
      ),
      FOOT,
    ]);
    await says(change, `/countersign sign F1 ${code(change)} we published it ourselves an hour ago`, 'ben');
    await presses(change, 'ben');
    expect(page(change).check).toBe('success: 1 finding signed by ben');
  });
});

describe('8. a name that was invented', () => {
  test('cannot be signed by anybody, an admin neither; it goes, and the check is green', async () => {
    const change = await opened({ 'package.json': manifest({ 'settled-lib': '1.0.0', 'left-padding-pro': '1.0.0' }) });
    expect(page(change)).toMatchObject({ check: 'failure: Blocked: 1 finding that nobody can sign', buttons: [] });
    expect(page(change).comment).toContain('  **Nobody can sign this: it must go.**');
    expect(await says(change, `/countersign sign F1 ${code(change)} the agent is sure that it exists`, 'maria')).toBe(
      'maria, this had no effect: nobody can sign F1. It must go from the change; the check says what to do.',
    );
    await pushed(change, { 'package.json': manifest({ 'settled-lib': '1.0.0' }), 'src/seven.js': PLAIN });
    expect(page(change).check).toBe('success: Nothing to sign');
  });
});

describe('9. a refusal', () => {
  test('holds the merge whoever signs, says how it ends, and ends so', async () => {
    const change = await opened({ 'src/nine.js': FLAW });
    expect(
      await says(change, `/countersign refuse F1 ${code(change)} the folder must never come from a request`, 'maria'),
    ).toBe(
      'Recorded: maria refuses F1 (command-injection). The merge stays blocked, whoever signs, until maria or an admin says `/countersign revoke <reason>`.',
    );
    await says(
      change,
      `/countersign sign F1 ${code(change)} only our own scheduler calls this, never a browser`,
      'ben',
    );
    expect(await presses(change, 'ben')).toBe(
      'ben signed F1 (command-injection). Valid until DATE, and as long as exactly this stands there. The merge stays blocked: the refusal by maria is in force until maria or an admin revokes it.',
    );
    expect(page(change)).toMatchObject({
      check: 'action_required: Blocked: refused by maria',
      comment: expect.arrayContaining([
        '- maria: “the folder must never come from a request” It holds, whoever signs, until maria or an admin says `/countersign revoke <reason>`.',
      ]),
    });
    expect(await says(change, '/countersign revoke the scheduler is the only caller, I have looked', 'ben')).toBe(
      'ben, this had no effect: there is no refusal in force that you could revoke: its author can, or an admin.',
    );
    await says(change, '/countersign revoke the scheduler is the only caller, I have looked', 'maria');
    expect(page(change).comment).toContain(
      '- **maria** is about to revoke a refusal: “the scheduler is the only caller, I have looked”. It counts once maria, and nobody else, presses *Confirm* in [the check](CHECK), until TIME.',
    );
    expect(await presses(change, 'maria')).toBe('maria revoked the refusal.');
    expect(page(change).check).toBe('success: 1 finding signed by ben');
  });
});

describe('10. a change of the guard rails themselves', () => {
  test('is held by the policy that stands; the policy’s own change takes an admin and a reason of its own', async () => {
    const change = await opened({ '.github/countersign.yml': 'mode: observe\n', '.github/workflows/ci.yml': WORKFLOW });
    expect(page(change)).toMatchObject({
      check: 'action_required: Blocked: 2 findings to sign or fix',
      marks: [
        '.github/countersign.yml:1 failure F1 policy-changed',
        '.github/workflows/ci.yml:2 failure F2 workflow-permissions-widened',
        '.github/workflows/ci.yml:1 warning F3 workflow-added-by-agent',
      ],
    });
    const reason = 'the release job writes packages, and only it';
    expect(await says(change, `/countersign sign F1 F2 ${code(change)} ${reason}`, 'maria')).toBe(
      'maria, this had no effect: critical findings (F1) are signed one by one, each with its own reason: `/countersign sign F1 CODE <reason>`.',
    );
    expect(await says(change, `/countersign sign F1 ${code(change)} ${reason}`, 'ben')).toBe(
      'ben, this had no effect: this needs an admin of the repository. Ask one of them.',
    );
    await says(change, `/countersign sign all ${code(change)} ${reason}`, 'ben');
    expect(await presses(change, 'ben')).toMatch(/^ben signed F2 \(workflow-permissions-widened\)\./);
    expect(page(change).check).toBe(BLOCKED);
    await says(change, `/countersign sign F1 ${code(change)} we watch for a week before we enforce it`, 'maria');
    await presses(change, 'maria');
    expect(page(change).check).toBe('success: 2 findings signed by maria and ben');
  });
});

test('no request that any of this made is foreign to GitHub', () => {
  expect(world.github.violations).toEqual([]);
});
