import { afterAll, describe, expect, it } from 'vitest';
import type { InspectedFile, InspectionRequest } from '../../src/core/inspection.ts';
import { createInspector, DEFAULT_INSPECTOR_OPTIONS } from '../../src/inspect/index.ts';
import { plainModules, resolveReferences } from '../../src/inspect/references.ts';

const inspector = createInspector({ ...DEFAULT_INSPECTOR_OPTIONS, processes: 2 });
const signal = new AbortController().signal;
afterAll(() => inspector.close());

type Sides = string | { readonly before: string; readonly after: string };

async function found(files: Readonly<Record<string, Sides>>, scope: 'all' | 'change', rule: string) {
  const side = (path: string, text: string, blob: string) => ({ path, text, blob, mode: '100644' });
  const request: InspectionRequest = {
    files: Object.entries(files).map(
      ([path, text]): InspectedFile => ({
        path,
        before: typeof text === 'string' ? null : side(path, text.before, 'base'),
        after: side(path, typeof text === 'string' ? text : text.after, 'head'),
      }),
    ),
    commitFiles: [],
    pullRequest: null,
    scope,
    context: {
      changedPaths: [],
      removedPaths: [],
      attribution: { agent: null, class: 'human', tier: 'none', requester: null, evidence: [] },
      firstCommit: false,
      fixturePaths: [],
    },
  };
  const { detections, unread } = await inspector.inspect(request, signal);
  expect(unread).toEqual([]);
  return detections.filter((each) => each.ruleId === rule);
}

const USE = "import { exec } from 'node:child_process';\nimport { host } from './host.js';\n";
const CALL = "export default function handler(req, res) {\n  exec('ping ' + host(req));\n}\n";

describe('a function that another file hands on', () => {
  const host = 'export function host(req) {\n  return req.query.host;\n}\n';
  const use = (what: string): string => `import { exec } from 'node:child_process';\n${what}\n`;
  const barrels: readonly (readonly [string, string, string])[] = [
    ['with all of its names', "export * from './host';\n", "import { host } from './lib';"],
    ['by name', "export {\n  type A,\n  host,\n} from './host.js';\n", "import { host } from './lib/index.js';"],
    ['under another name', "export { host as read } from './host';\n", "import { read as host } from './lib';"],
    ['as the default', "export { host as default } from './host';\n", "import host from './lib';"],
    ['imported first', "import { host } from './host';\nexport { host };\n", "import { host } from './lib';"],
    ['within a namespace', "export * as net from './host';\n", "import { net } from './lib';\nconst host = net.host;"],
    ['from CommonJS', "module.exports = require('./host');\n", "const { host } = require('./lib');"],
    ['one name from CommonJS', "exports.host = require('./host').host;\n", "const { host } = require('./lib');"],
  ];
  for (const [what, barrel, imported] of barrels) {
    it(`is followed: ${what}`, async () => {
      const files = { 'src/lib/index.ts': barrel, 'src/lib/host.ts': host, 'src/run.ts': use(imported) + CALL };
      const [first] = await found(files, 'all', 'command-injection');
      expect([first?.level, first?.confidence]).toEqual(['error', 'high']);
    });
  }

  it('is followed through files that hand each other on, and through more than one', async () => {
    const files = {
      'src/lib/index.ts': "export * from './other';\nexport * from './net';\n",
      'src/lib/other.ts': "export * from './index';\nexport const a = 1;\n",
      'src/lib/net.ts': "export { host } from './host';\n",
      'src/lib/host.ts': host,
      'src/run.ts': use("import { host } from './lib';") + CALL,
    };
    const [first] = await found(files, 'all', 'command-injection');
    expect(first?.level).toBe('error');
  });

  it('is followed to the place where it does harm', async () => {
    const files = {
      'src/lib/index.ts': "export * from './ping';\n",
      'src/lib/ping.ts':
        "import { exec } from 'node:child_process';\nexport function ping(host) {\n  exec('ping ' + host);\n}\n",
      'src/route.ts':
        "import { ping } from './lib';\nexport default function handler(req, res) {\n  ping(req.query.host);\n}\n",
    };
    const [first] = await found(files, 'all', 'command-injection');
    expect([first?.level, first?.locations.map((each) => each.path).includes('src/route.ts')]).toEqual(['error', true]);
  });

  it('is not one of another name', async () => {
    const files = {
      'src/lib/index.ts': "export { other } from './host';\n",
      'src/lib/host.ts': host,
      'src/run.ts': use("import { host } from './lib';") + CALL,
    };
    const [first] = await found(files, 'all', 'command-injection');
    expect(first?.level).not.toBe('error');
  });

  it('is followed in Python, from the package', async () => {
    const files = {
      'app/net/__init__.py': 'from .host import read as host\n',
      'app/net/host.py': 'def read(request):\n    return request.args["host"]\n',
      'app/run.py':
        'import os\nfrom flask import request\nfrom app.net import host\n\ndef ping():\n    os.system("ping " + host(request))\n',
    };
    const [first] = await found(files, 'all', 'command-injection');
    expect(first?.level).toBe('error');
  });
});

describe('what a function of another changed file gives back', () => {
  const sources: readonly (readonly [string, string])[] = [
    ['a member of the request it gets', 'export function host(req) {\n  return req.query.host;\n}\n'],
    ['the same under a name that says nothing', 'export const host = (r) => r.query.host;\n'],
    [
      'an argument, from CommonJS',
      'function host(r) {\n  const value = r.query.host;\n  return value.trim();\n}\nmodule.exports = { host };\n',
    ],
    ['a name that promises to clean, and does not', 'export function host(req) {\n  return req.query.host;\n}\n'],
  ];
  for (const [what, text] of sources) {
    it(`is followed: ${what}`, async () => {
      const [first, ...others] = await found(
        { 'src/host.ts': text, 'src/run.ts': USE + CALL },
        'all',
        'command-injection',
      );
      expect(others).toEqual([]);
      expect([first?.level, first?.confidence]).toEqual(['error', 'high']);
    });
  }

  it('shows the way through both files', async () => {
    const [first] = await found(
      { 'src/host.ts': 'export function host(req) {\n  return req.query.host;\n}\n', 'src/run.ts': USE + CALL },
      'all',
      'command-injection',
    );
    expect(first?.locations.map((each) => `${each.path}:${each.startLine}`)).toEqual([
      'src/run.ts:4',
      'src/host.ts:2',
      'src/run.ts:4',
    ]);
  });

  it('is nothing where the function gives back a constant, a number, or a checked value', async () => {
    const harmless = [
      "export function host(req) {\n  return req.query.host ? 'a' : 'b';\n}\n",
      'export const host = (req) => Number(req.query.host);\n',
      "const KNOWN = ['a', 'b'];\nexport function host(req) {\n  const h = req.query.host;\n  if (!KNOWN.includes(h)) throw new Error('no');\n  return h;\n}\n",
    ];
    for (const text of harmless) {
      expect(await found({ 'src/host.ts': text, 'src/run.ts': USE + CALL }, 'all', 'command-injection')).toEqual([]);
    }
  });

  it('is seen although the name says that it cleans', async () => {
    const use =
      "import { exec } from 'node:child_process';\nimport { sanitizeHost } from './clean';\nexport default (req, res) => exec('ping ' + sanitizeHost(req.query.host));\n";
    const [first] = await found(
      { 'src/clean.ts': 'export const sanitizeHost = (value: string) => value;\n', 'src/run.ts': use },
      'all',
      'command-injection',
    );
    expect(first?.level).toBe('error');
    const real = "export const sanitizeHost = (value: string) => value.replace(/[^a-z.]/g, '');\n";
    expect(await found({ 'src/clean.ts': real, 'src/run.ts': use }, 'all', 'command-injection')).toEqual([]);
  });

  it('is followed over several files, and ends where they import each other', async () => {
    const files = {
      'src/a.ts': "import { b } from './b';\nexport const a = (req) => b(req);\n",
      'src/b.ts': "import { c } from './c';\nexport const b = (req) => c(req);\n",
      'src/c.ts': "import { a } from './a';\nexport const c = (req, again) => (again ? a(req) : req.body.name);\n",
      'src/run.ts':
        "import { execSync } from 'child_process';\nimport { a } from './a';\nexport default (req, res) => { execSync('x ' + a(req)); };\n",
    };
    const [first] = await found(files, 'all', 'command-injection');
    expect(first?.level).toBe('error');
  });

  it('is followed in Python', async () => {
    const files = {
      'app/util.py': "from flask import request\n\ndef host():\n    return request.args.get('host')\n",
      'app/run.py': 'import os\nfrom app.util import host\n\ndef ping():\n    os.system("ping " + host())\n',
    };
    const [first] = await found(files, 'all', 'command-injection');
    expect(first?.level).toBe('error');
  });

  it('counts against a change that took the check out of the other file, and not against one beside it', async () => {
    const checked =
      "export function host(req) {\n  const h = req.query.host;\n  if (!['a'].includes(h)) throw new Error('no');\n  return h;\n}\n";
    const open = 'export function host(req) {\n  const h = req.query.host;\n  return h;\n}\n';
    const run = { before: USE + CALL, after: `${USE}${CALL}export const other = 1;\n` };
    const opened = await found(
      { 'src/host.ts': { before: checked, after: open }, 'src/run.ts': run },
      'change',
      'command-injection',
    );
    expect(opened.map((each) => each.preExisting === true)).toEqual([false]);
    const beside = await found(
      { 'src/host.ts': { before: open, after: `${open}export const more = 1;\n` }, 'src/run.ts': run },
      'change',
      'command-injection',
    );
    expect(beside.map((each) => each.preExisting === true)).toEqual([true]);
  });
});

describe('the file that an import means', () => {
  const paths = new Set([
    'src/user.service.ts',
    'src/lib/index.ts',
    'src/a.js',
    'app/util.py',
    'app/db/__init__.py',
    'web/src/lib/x.tsx',
  ]);
  const cases: readonly (readonly [string, string, string | null])[] = [
    ['src/run.ts', './user.service.find', 'src/user.service.ts#find'],
    ['src/run.ts', './lib.run', 'src/lib/index.ts#run'],
    ['src/run.ts', './lib', 'src/lib/index.ts#default'],
    ['src/run.ts', './a.js.go', 'src/a.js#go'],
    ['src/deep/run.ts', '../a.Tool.go', 'src/a.js#Tool.go'],
    ['src/run.ts', '@/a.go', 'src/a.js#go'],
    ['web/src/page.tsx', '@/lib/x.go', 'web/src/lib/x.tsx#go'],
    ['src/run.ts', './missing.go', null],
    ['src/run.ts', 'express.Router', null],
    ['app/run.py', 'app.util.host', 'app/util.py#host'],
    ['app/run.py', '.util.host', 'app/util.py#host'],
    ['app/run.py', '..util.host', 'app/util.py#host'],
    ['app/run.py', 'app.db.query', 'app/db/__init__.py#query'],
    ['app/run.py', 'os.system', null],
  ];
  for (const [from, origin, expected] of cases) {
    it(`for ${origin} in ${from} is ${expected ?? 'none'}`, () => {
      const found = resolveReferences(from, origin, plainModules(paths));
      expect(found.map(({ path, name }) => `${path}#${name}`)).toEqual(expected === null ? [] : [expected]);
    });
  }

  it('is one of two where the name can end in two ways, and neither clears anything', () => {
    const modules = plainModules(['src/run.ts', 'src/host.ts', 'src/host.read.ts']);
    expect(resolveReferences('src/run.ts', './host.read', modules)).toEqual([
      { path: 'src/host.read.ts', name: 'default', certain: false },
      { path: 'src/host.ts', name: 'read', certain: false },
    ]);
  });

  it('stands in Python below any folder that the importing file is in', () => {
    const modules = plainModules(['services/api/app/util.py', 'services/api/app/run.py']);
    const found = resolveReferences('services/api/app/run.py', 'app.util.host', modules);
    expect(found).toEqual([{ path: 'services/api/app/util.py', name: 'host', certain: true }]);
  });
});
