import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from '../../src/commands/scan.ts';
import type { InspectedFile } from '../../src/core/inspection.ts';
import type { FileContent } from '../../src/core/snapshot.ts';
import { createInspector, DEFAULT_INSPECTOR_OPTIONS } from '../../src/inspect/index.ts';

const inspector = createInspector({ ...DEFAULT_INSPECTOR_OPTIONS, processes: 1 });
const signal = new AbortController().signal;
afterAll(() => inspector.close());

type Files = Readonly<Record<string, string>>;

interface Change {
  /** Changed scripts, as the head has them. */
  readonly changed: Files;
  readonly base?: Files;
  readonly head?: Files;
  readonly answer?: (path: string) => FileContent | null;
}

async function found({ changed, base = {}, head = base, answer = () => null }: Change) {
  const asked: string[] = [];
  const { detections, unread } = await inspector.inspect(
    {
      files: Object.entries(changed).map(
        ([path, text]): InspectedFile => ({ path, before: null, after: { path, text, blob: 'head', mode: '100644' } }),
      ),
      commitFiles: [],
      pullRequest: null,
      scope: 'change',
      read: async (side, path) => {
        asked.push(path);
        const text = (side === 'base' ? base : head)[path];
        if (text === undefined) return answer(path) ?? { state: 'missing' };
        return { state: 'bytes', bytes: Buffer.from(text), sha: `${text.length}:${text}` };
      },
      context: {
        changedPaths: [],
        removedPaths: [],
        attribution: { agent: null, class: 'human', tier: 'none', requester: null, evidence: [] },
        firstCommit: false,
        fixturePaths: [],
        scope: 'change',
        organisationPolicy: false,
      },
    },
    signal,
  );
  const injections = detections.filter((each) => each.ruleId === 'command-injection');
  return { levels: injections.map((each) => each.level ?? 'none'), unread, asked };
}

const HOST = 'export function host(req) {\n  return req.query.host;\n}\n';
const CLEAN = "export function host(req) {\n  return req.query.host ? 'a' : 'b';\n}\n";
const PING = "import { exec } from 'node:child_process';\nexport function ping(name) {\n  exec('ping ' + name);\n}\n";

function use(specifier: string): string {
  return `import { exec } from 'node:child_process';\nimport { host } from '${specifier}';\nexport default function handler(req, res) {\n  exec('ping ' + host(req));\n}\n`;
}

function call(specifier: string): string {
  return `import { ping } from '${specifier}';\nexport default function handler(req, res) {\n  ping(req.query.host);\n}\n`;
}

const config = (compilerOptions: unknown, more: Readonly<Record<string, unknown>> = {}): string =>
  `{ // as people write it\n ${JSON.stringify({ ...more, compilerOptions }).slice(1, -1)},\n}`;
const manifest = (fields: unknown): string => JSON.stringify(fields);

describe('a name that the settings of the repository give to a changed file', () => {
  const followed: readonly (readonly [string, string, string, Files, string])[] = [
    [
      'a path with a star',
      '@app/host',
      'app/host.ts',
      { 'tsconfig.json': config({ paths: { '@app/*': ['./app/*'] } }) },
      'src/run.ts',
    ],
    [
      'a path without one',
      '@host',
      'lib/net/host.ts',
      { 'tsconfig.json': config({ paths: { '@host': ['lib/net/host'] } }) },
      'src/run.ts',
    ],
    [
      'the second of two targets',
      '@app/host',
      'gen/host.ts',
      { 'tsconfig.json': config({ paths: { '@app/*': ['app/*', 'gen/*'] } }) },
      'src/run.ts',
    ],
    [
      'paths below a base folder',
      '@net/host',
      'src/net/host.ts',
      { 'tsconfig.json': config({ baseUrl: 'src', paths: { '@net/*': ['net/*'] } }) },
      'src/run.ts',
    ],
    [
      'the base folder alone',
      'net/host',
      'src/net/host.ts',
      { 'tsconfig.json': config({ baseUrl: './src' }) },
      'src/run.ts',
    ],
    [
      'paths of what is extended, from its own folder',
      '@app/host',
      'tools/app/host.ts',
      {
        'web/tsconfig.json': config({}, { extends: '../tools/base' }),
        'tools/base.json': config({ paths: { '@app/*': ['./app/*'] } }),
      },
      'web/src/run.ts',
    ],
    [
      'the last of several that are extended',
      '@app/host',
      'b/host.ts',
      {
        'tsconfig.json': config({}, { extends: ['./one.json', './two.json'] }),
        'one.json': config({ paths: { '@app/*': ['a/*'] } }),
        'two.json': config({ paths: { '@app/*': ['b/*'] } }),
      },
      'src/run.ts',
    ],
    [
      'a configuration beside the solution',
      '@/net/host',
      'web/source/net/host.ts',
      {
        'web/tsconfig.json': config({}, { files: [], references: [{ path: './tsconfig.app.json' }] }),
        'web/tsconfig.app.json': config({ paths: { '@/*': ['./source/*'] } }),
      },
      'web/main.ts',
    ],
    [
      'jsconfig.json',
      '@app/host',
      'app/host.js',
      { 'jsconfig.json': config({ paths: { '@app/*': ['app/*'] } }) },
      'src/run.js',
    ],
    [
      'the name of a workspace',
      '@acme/net',
      'packages/net/src/index.ts',
      { 'packages/net/package.json': manifest({ name: '@acme/net', main: 'dist/index.js' }) },
      'apps/web/run.ts',
    ],
    [
      'a file of a workspace',
      '@acme/net/host',
      'packages/net/src/host.ts',
      { 'packages/net/package.json': manifest({ name: '@acme/net' }) },
      'apps/web/run.ts',
    ],
    [
      'an export of a workspace',
      'net/deep',
      'packages/net/source/host.ts',
      {
        'packages/net/package.json': manifest({
          name: 'net',
          exports: { './deep': { types: './x.d.ts', default: './source/host.js' } },
        }),
      },
      'apps/web/run.ts',
    ],
    [
      'exports with a star, of what is built',
      'net/host',
      'packages/net/src/host.ts',
      { 'packages/net/package.json': manifest({ name: 'net', exports: { './*': './dist/esm/*.js' } }) },
      'apps/web/run.ts',
    ],
    [
      'a subpath import',
      '#lib/host',
      'src/lib/host.ts',
      { 'package.json': manifest({ name: 'app', imports: { '#lib/*': './src/lib/*.js' } }) },
      'src/run.ts',
    ],
  ];
  for (const [what, specifier, path, settings, from] of followed) {
    it(`is followed to what it gives back: ${what}`, async () => {
      const { levels, unread } = await found({ changed: { [path]: HOST, [from]: use(specifier) }, base: settings });
      expect([levels, unread]).toEqual([['error'], []]);
    });

    it(`is followed to where it does harm: ${what}`, async () => {
      const { levels } = await found({ changed: { [path]: PING, [from]: call(specifier) }, base: settings });
      expect(levels).toEqual(['error']);
    });
  }

  it('is followed through a file that hands it on', async () => {
    const changed = {
      'packages/net/src/index.ts': "export * from '@acme/host';\n",
      'packages/host/index.ts': HOST,
      'apps/web/run.ts': use('@acme/net'),
    };
    const base = {
      'packages/net/package.json': manifest({ name: '@acme/net' }),
      'packages/host/package.json': manifest({ name: '@acme/host' }),
    };
    expect((await found({ changed, base })).levels).toEqual(['error']);
  });

  it('is told apart from a package that only begins so, and from what is not changed', async () => {
    const base = { 'packages/net/package.json': manifest({ name: '@acme/net' }) };
    for (const other of ['@acme/network', '@acme/ne', 'net'])
      expect(
        (await found({ changed: { 'packages/net/index.ts': HOST, 'run.ts': use(other) }, base })).levels,
      ).not.toContain('error');
  });

  it('clears what it cleans, where base and head agree on it', async () => {
    const base = { 'tsconfig.json': config({ paths: { '@app/*': ['./app/*'] } }) };
    expect((await found({ changed: { 'app/host.ts': CLEAN, 'src/run.ts': use('@app/host') }, base })).levels).toEqual(
      [],
    );
  });
});

describe('settings that the head brings', () => {
  const aliased = { 'tsconfig.json': config({ paths: { '@app/*': ['./app/*'] } }) };
  const both = { 'app/host.ts': HOST, 'decoy/host.ts': CLEAN, 'src/run.ts': use('@app/host') };
  const away: readonly (readonly [string, Files])[] = [
    ['lead to another file', { 'tsconfig.json': config({ paths: { '@app/*': ['./decoy/*'] } }) }],
    ['lead to another file first', { 'tsconfig.json': config({ paths: { '@app/*': ['./decoy/*', './app/*'] } }) }],
    [
      'lead there from a nearer folder',
      { ...aliased, 'src/tsconfig.json': config({ paths: { '@app/*': ['../decoy/*'] } }) },
    ],
    [
      'name the one file',
      { 'tsconfig.json': config({ paths: { '@app/*': ['./app/*'], '@app/host': ['./decoy/host.ts'] } }) },
    ],
    ['are taken away', {}],
    ['are broken', { 'tsconfig.json': '{{{ "compilerOptions": [' }],
    ['give a package the name', { ...aliased, 'decoy/package.json': manifest({ name: '@app/host', main: 'host.ts' }) }],
  ];
  for (const [what, head] of away) {
    it(`hide nothing where they ${what}`, async () => {
      expect((await found({ changed: both, base: aliased, head })).levels).toEqual(['error']);
    });
  }

  it('add to what is followed', async () => {
    const changed = { 'app/host.ts': HOST, 'src/run.ts': use('@app/host') };
    expect((await found({ changed, base: {}, head: aliased })).levels).toEqual(['error']);
  });

  it('clear nothing by themselves: what the head alone says is clean stays unknown', async () => {
    const changed = { 'decoy/host.ts': CLEAN, 'src/run.ts': use('@app/host') };
    const head = { 'tsconfig.json': config({ paths: { '@app/*': ['./decoy/*'] } }) };
    const without = await found({ changed, base: {}, head: {} });
    expect(without.levels).toHaveLength(1);
    expect((await found({ changed, base: {}, head })).levels).toEqual(without.levels);
    // The base has it elsewhere, in a file that this change leaves alone.
    expect((await found({ changed, base: aliased, head })).levels).toEqual(without.levels);
  });

  it('take no package over: what any name may lead to clears nothing of it', async () => {
    const base = { 'tsconfig.json': config({ baseUrl: 'src', paths: { '*': ['src/*'] } }) };
    const text = (module: string): string =>
      `import { exec } from 'node:child_process';\nimport { getQuery } from '${module}';\nexport default function run(event) {\n  exec('ping ' + getQuery(event).host);\n}\n`;
    const changed = {
      'src/h3.ts': "export function getQuery() {\n  return { host: 'a' };\n}\n",
      'src/run.ts': text('h3'),
    };
    expect((await found({ changed, base })).levels).toEqual(['error']);
  });
});

describe('reading such settings', () => {
  const changed = { 'app/host.ts': HOST, 'src/run.ts': use('@app/host') };

  it('asks for nothing where no file imports by a name, or only one script changed', async () => {
    expect((await found({ changed: { 'a.ts': HOST, 'b.ts': use('./a') } })).asked).toEqual([]);
    expect((await found({ changed: { 'b.ts': use('@app/host') } })).asked).toEqual([]);
  });

  it('asks nothing of what is installed', async () => {
    const installed = { 'node_modules/a/host.js': HOST, 'node_modules/b/run.js': use('a/host') };
    expect((await found({ changed: installed })).asked).toEqual([]);
  });

  it('says what could not be read, and for how long', async () => {
    const { unread } = await found({
      changed,
      answer: (path) => (path === 'tsconfig.json' ? { state: 'unreadable', reason: 'is away', transient: true } : null),
    });
    expect(new Set(unread.map((each) => JSON.stringify(each)))).toEqual(
      new Set([JSON.stringify({ path: 'tsconfig.json', reason: 'is away', transient: true })]),
    );
  });

  it('ends where they extend each other, leave the repository, or are made to be long', async () => {
    const base = {
      'tsconfig.json': config({ paths: { '@app/*': ['./app/*'] } }, { extends: './other.json' }),
      'other.json': config(
        { paths: { '@x/*': ['../../../etc/*'] } },
        { extends: ['./tsconfig.json', './other.json', '/etc/x'] },
      ),
      'app/tsconfig.json': config(
        { paths: Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`@a${n}/*`, [`./${n}/*`]])) },
        { extends: '../other.json' },
      ),
      'src/tsconfig.json': '['.repeat(20_000),
      'src/package.json': manifest({ name: 7, exports: [[[['x']]]], imports: { a: 1 } }),
    };
    const { levels } = await found({ changed, base });
    expect(levels).toEqual(['error']);
  });
});

describe('a scan of two folders', () => {
  it('reads the settings of both', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'countersign-names-'));
    const write = async (side: string, files: Files): Promise<void> => {
      for (const [path, text] of Object.entries(files)) {
        await mkdir(dirname(join(folder, side, path)), { recursive: true });
        await writeFile(join(folder, side, path), text);
      }
    };
    const settings = { 'tsconfig.json': config({ paths: { '@app/*': ['./app/*'] } }) };
    await write('base', settings);
    await write('head', { ...settings, 'app/host.ts': HOST, 'src/run.ts': use('@app/host') });
    let text = '';
    const options = ['--base-dir', join(folder, 'base'), '--head-dir', join(folder, 'head')];
    const code = await run([...options, '--offline', '--allow-unknown', '--format', 'json'], {
      stdout: (piece) => {
        text += piece;
      },
      stderr: () => undefined,
      env: {},
      now: () => Date.now(),
      stdin: (async function* () {})(),
      interactive: false,
    });
    await rm(folder, { recursive: true });
    expect(code).toBe(1);
    expect(text).toContain('app/host.ts');
    expect(JSON.parse(text)).toMatchObject({ findings: [{ ruleId: 'command-injection', level: 'error' }] });
  });
});
