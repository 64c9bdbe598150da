import { afterAll, beforeAll, expect, test } from 'vitest';
import { reportCode, startWorld, type World } from '../support/world.ts';

/**
 * What a push, a new base, a new policy or a merge queue does to what was signed: kept, or open again with the reason
 * shown. Each row begins with a change that is signed whole and green.
 */

const FLOW = `import { exec } from 'node:child_process';

export function list(request, response) {
  const folder = request.query.dir;
  exec('ls ' + folder, (error, out) => response.send(out));
}
`;
const REPLICA = FLOW;
const OTHER = `import express from 'express';
const app = express();
app.get('/x', (request) => {
  eval(request.query.code);
});
`;
const MANIFEST = { name: 'shop', version: '1.0.0' };

type Files = Readonly<Record<string, string | null>>;
interface Signed {
  readonly number: number;
  readonly head: string;
  readonly branch: string;
  readonly path: string;
}

let world: World;
let count = 0;
const integrity = new Map<string, string>();

beforeAll(async () => {
  world = await startWorld({ files: { 'package.json': json(MANIFEST), 'src/plain.js': 'export const a = 1;\n' } });
  for (const version of ['1.0.0', '1.0.1']) {
    await world.registry.publish({ name: 'fresh-lib', version });
    const packument = (await (await fetch(new URL('fresh-lib', world.registry.url))).json()) as {
      versions: Record<string, { dist: { integrity: string } }>;
    };
    integrity.set(version, packument.versions[version]?.dist.integrity ?? '');
  }
});
afterAll(() => world.close());

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function packageFiles(version: string, hash = integrity.get(version)): Record<string, string> {
  const dependencies = { 'fresh-lib': version };
  return {
    'package.json': json({ ...MANIFEST, dependencies }),
    'package-lock.json': json({
      ...MANIFEST,
      lockfileVersion: 3,
      packages: {
        '': { ...MANIFEST, dependencies },
        'node_modules/fresh-lib': { version, integrity: hash },
      },
    }),
  };
}

async function sticky(number: number): Promise<string> {
  return world.repository.comments(number).find((each) => each.body.includes('countersign:sticky'))?.body ?? '';
}

async function signed(files?: Files): Promise<Signed> {
  const { repository } = world;
  count += 1;
  const branch = `copilot/row-${count}`;
  const path = `src/row${count}.js`;
  const head = await repository.push(branch, files ?? { [path]: FLOW }, { as: 'Copilot' });
  const number = await repository.open({ branch, title: 'A row', as: 'Copilot' });
  const run = await repository.completed(head, { when: (each) => each.conclusion !== 'cancelled' });
  expect(run.conclusion).toBe('action_required');
  await repository.comment(
    number,
    `/countersign sign all ${reportCode(world, number)} ${files === undefined ? 'the owners of this part agreed to it' : 'we publish this library ourselves since today'}`,
    'ben',
  );
  const pending = await repository.completed(head, { when: (run) => run.actions.length > 0 });
  await repository.press(pending.id, pending.actions[0]?.identifier ?? '', 'ben');
  await repository.completed(head, { when: (run) => run.conclusion === 'success' });
  return { number, head, branch, path };
}

interface Row {
  readonly what: string;
  readonly start?: () => Files;
  readonly push: (on: Signed) => Files;
  readonly kept: boolean;
  readonly shown: RegExp;
}

const GONE = /ben’s signature no longer counts: F1\. What was signed as F1 is gone or has changed since/;
const rows: readonly Row[] = [
  {
    what: 'nothing relevant changed',
    push: () => ({ 'docs/notes.txt': 'more\n' }),
    kept: true,
    shown: /signed by ben/,
  },
  {
    what: 'the finding moved down',
    push: ({ path }) => ({ [path]: `// a remark\n\nconst unused = 1;\n${FLOW}` }),
    kept: true,
    shown: /signed by ben/,
  },
  {
    what: 'one token of it changed',
    push: ({ path }) => ({ [path]: FLOW.replace("'ls '", "'lt '") }),
    kept: false,
    shown: GONE,
  },
  {
    what: 'a step of its flow changed',
    push: ({ path }) => ({ [path]: FLOW.replace('request.query.dir', 'request.body.dir') }),
    kept: false,
    shown: GONE,
  },
  {
    what: 'it was moved to another file',
    push: ({ path }) => ({ [path]: null, 'src/elsewhere.js': FLOW }),
    kept: false,
    shown: GONE,
  },
  { what: 'a new replica', push: () => ({ 'src/copy.js': REPLICA }), kept: false, shown: /F1[^\n]*1 further place/ },
  {
    what: 'a new finding',
    push: () => ({ 'src/other.js': OTHER }),
    kept: false,
    shown: /Holds the merge[\s\S]*\*\*F2\*\*[\s\S]*Signed[\s\S]*F1/,
  },
  {
    what: 'the package was bumped',
    start: () => packageFiles('1.0.0'),
    push: () => packageFiles('1.0.1'),
    kept: false,
    shown: GONE,
  },
  {
    what: "the package's integrity changed",
    start: () => packageFiles('1.0.0'),
    push: () => packageFiles('1.0.0', `sha512-${'A'.repeat(86)}==`),
    kept: false,
    shown: GONE,
  },
  {
    what: 'the package stayed',
    start: () => packageFiles('1.0.0'),
    push: () => ({ 'docs/notes.txt': 'more\n' }),
    kept: true,
    shown: /signed by ben/,
  },
];

test.each(rows)('$what: kept $kept', async ({ start, push, kept, shown }) => {
  const on = await signed(start?.());
  const head = await world.repository.push(on.branch, push(on), { as: 'Copilot' });
  const run = await world.repository.completed(head);
  expect(run.conclusion === 'success', await sticky(on.number)).toBe(kept);
  await expect.poll(() => sticky(on.number)).toMatch(shown);
});

test('the base moved on: kept', async () => {
  const { repository } = world;
  const on = await signed();
  await repository.push('main', { 'docs/base.txt': `${count}\n` }, { as: 'maria' });
  const base = await repository.tip('main');
  const head = await repository.push(on.branch, { 'docs/base.txt': `${count}\n` }, { as: 'maria', mergeOf: [base] });
  expect((await repository.completed(head)).conclusion).toBe('success');
});

test('another policy: kept where it asks for no more; open where it lets every push open all, and says so', async () => {
  const { repository } = world;
  const on = await signed();
  const codeBefore = reportCode(world, on.number);
  await repository.push('main', { '.github/countersign.yml': 'verbosity: full\n' }, { as: 'maria' });
  await expect.poll(() => reportCode(world, on.number)).not.toBe(codeBefore);
  const run = await repository.completed(on.head, {
    when: (each) => each.summary?.includes(reportCode(world, on.number)) === true,
  });
  expect(run.conclusion).toBe('success');

  await repository.push('main', { '.github/countersign.yml': 'lapse: always\n' }, { as: 'maria' });
  const head = await repository.push(on.branch, { 'docs/notes.txt': 'more\n' }, { as: 'Copilot' });
  expect((await repository.completed(head, { when: (each) => each.conclusion !== 'cancelled' })).conclusion).toBe(
    'action_required',
  );
  await expect.poll(() => sticky(on.number)).toMatch(/the policy has every push open every sign-off again/);
  const code = reportCode(world, on.number);
  await repository.push('main', { '.github/countersign.yml': null }, { as: 'maria' });
  await expect.poll(() => reportCode(world, on.number)).not.toBe(code);
});

test.each([1, 3])('a merge queue of %i: kept, where the merged code has the same evidence', async (size) => {
  const { repository } = world;
  const on = await signed();
  const others: number[] = [];
  for (let index = 1; index < size; index += 1) {
    const branch = `plain-${count}-${index}`;
    const head = await repository.push(branch, { [`docs/${branch}.txt`]: 'x\n' }, { as: 'Copilot' });
    others.push(await repository.open({ branch, title: 'Plain', as: 'Copilot' }));
    await repository.completed(head);
  }
  const { headSha } = await repository.queue([on.number, ...others], 'maria');
  expect((await repository.completed(headSha)).conclusion).toBe('success');
});

test('a merge queue in which another pull request adds a replica: open', async () => {
  const { repository } = world;
  const on = await signed();
  const branch = `copy-${count}`;
  const head = await repository.push(branch, { [`src/${branch}.js`]: FLOW.replace('list', 'copy') }, { as: 'Copilot' });
  const other = await repository.open({ branch, title: 'Copy', as: 'Copilot' });
  await repository.completed(head);
  const { headSha } = await repository.queue([on.number, other], 'maria');
  expect((await repository.completed(headSha)).conclusion).not.toBe('success');
});

test('no request of this was foreign to GitHub', () => {
  expect(world.github.violations).toEqual([]);
});
