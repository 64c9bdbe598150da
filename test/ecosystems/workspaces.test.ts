import { describe, expect, it } from 'vitest';
import type { DependencyChange } from '../../src/core/dependency.ts';
import { collectChanges } from '../../src/ecosystems/collect.ts';
import { parseInProcess } from '../../src/ecosystems/parse.ts';
import { type Files, snapshotOf } from '../support/memory-snapshot.ts';

const HASH = `sha512-${'A'.repeat(86)}==`;

async function rows(base: Files, head: Files): Promise<readonly DependencyChange[]> {
  const { changes, unread } = await collectChanges(snapshotOf(base, head), parseInProcess);
  expect(unread).toEqual([]);
  return changes;
}

/** A row with what its lockfile says of it. */
function told(changes: readonly DependencyChange[]): string[] {
  return changes.map(
    ({ changeType, name, version, range, relationship, lock }) =>
      `${changeType} ${name} ${version ?? range} ${relationship} ${lock?.state}${lock?.reached === false ? ' unreached' : ''}${(lock?.outOfRange ?? []).map((ask) => ` not ${ask.range}`).join('')}`,
  );
}

function manifest(name: string, dependencies: Readonly<Record<string, string>>, more: object = {}): string {
  return JSON.stringify({ name, dependencies, ...more }, null, 1);
}

describe('workspaces of npm', () => {
  const locked = (a: object, packages: object): string =>
    JSON.stringify({
      lockfileVersion: 3,
      packages: {
        '': { name: 'root', workspaces: ['packages/*'] },
        'node_modules/a': { resolved: 'packages/a', link: true },
        'packages/a': { name: 'a', dependencies: a },
        ...packages,
      },
    });
  const one = (name: string, version: string): object => ({
    version,
    resolved: `https://registry.example/${name}/-/${name}-${version}.tgz`,
    integrity: HASH,
  });
  const base = {
    'package.json': manifest('root', {}, { workspaces: ['packages/*'] }),
    'packages/a/package.json': manifest('a', { left: '^1.0.0' }),
    'package-lock.json': locked({ left: '^1.0.0' }, { 'node_modules/left': one('left', '1.0.0') }),
  };

  it('are judged with the lockfile of the root', async () => {
    const head = {
      ...base,
      'packages/a/package.json': manifest('a', { left: '^1.0.0', right: '^2.0.0' }),
      'package-lock.json': locked(
        { left: '^1.0.0', right: '^2.0.0' },
        { 'node_modules/left': one('left', '1.0.0'), 'packages/a/node_modules/right': one('right', '2.1.0') },
      ),
    };
    expect(told(await rows(base, head))).toEqual(['added right 2.1.0 direct locked']);
  });

  it('whose manifest did not change cannot ask for more in the lockfile alone', async () => {
    const head = {
      ...base,
      'package-lock.json': locked(
        { left: '^1.0.0', evil: '^1.0.0' },
        { 'node_modules/left': one('left', '1.0.0'), 'node_modules/evil': one('evil', '1.0.0') },
      ),
    };
    expect(told(await rows(base, head))).toEqual(['added evil 1.0.0 direct locked unreached']);
  });

  it('that gain a dependency the lockfile lacks are told of', async () => {
    const head = { ...base, 'packages/a/package.json': manifest('a', { left: '^1.0.0', right: '^2.0.0' }) };
    expect(told(await rows(base, head))).toEqual(['added right ^2.0.0 direct absent']);
  });

  it('leave a folder with a manifest of its own alone', async () => {
    const head = { ...base, 'examples/x/package.json': manifest('x', { other: '^1.0.0' }) };
    expect(told(await rows(base, head))).toEqual(['added other ^1.0.0 direct undefined']);
  });
});

describe('an entry that nothing asks for', () => {
  it('is seen in a lockfile of yarn 1', async () => {
    const block = (name: string): string =>
      `\n${name}@^1.0.0:\n  version "1.0.0"\n  resolved "https://registry.example/${name}/-/${name}-1.0.0.tgz#${'0'.repeat(40)}"\n  integrity ${HASH}\n`;
    const base = { 'package.json': manifest('x', { a: '^1.0.0' }), 'yarn.lock': `# yarn lockfile v1\n\n${block('a')}` };
    expect(told(await rows(base, { ...base, 'yarn.lock': `${base['yarn.lock']}${block('evil')}` }))).toEqual([
      'added evil 1.0.0 transitive locked unreached',
    ]);
  });

  it('is seen in a lockfile of yarn berry', async () => {
    const block = (name: string): string =>
      `\n"${name}@npm:^1.0.0":\n  version: 1.0.0\n  resolution: "${name}@npm:1.0.0"\n  checksum: 10c0/aa\n  languageName: node\n  linkType: hard\n`;
    const root =
      '\n"x@workspace:.":\n  version: 0.0.0-use.local\n  resolution: "x@workspace:."\n  dependencies:\n    a: "npm:^1.0.0"\n  languageName: unknown\n  linkType: soft\n';
    const start = `__metadata:\n  version: 8\n  cacheKey: 10c0\n`;
    const base = { 'package.json': manifest('x', { a: '^1.0.0' }), 'yarn.lock': `${start}${block('a')}${root}` };
    const evil = `${start}${block('a')}${block('evil')}${root.replace('    a:', '    evil: "npm:^1.0.0"\n    a:')}`;
    expect(told(await rows(base, { ...base, 'yarn.lock': evil }))).toEqual([
      'added evil 1.0.0 transitive locked unreached',
    ]);
  });

  it('is seen in a lockfile of pnpm, whatever its importers say', async () => {
    const text = (more: string, evil: string): string =>
      `lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies:\n      a:\n        specifier: ^1.0.0\n        version: 1.0.0\n${more}\npackages:\n\n  a@1.0.0:\n    resolution: {integrity: ${HASH}}\n${evil}\nsnapshots:\n\n  a@1.0.0: {}\n`;
    const base = { 'package.json': manifest('x', { a: '^1.0.0' }), 'pnpm-lock.yaml': text('', '') };
    const evil = `\n  evil@1.0.0:\n    resolution: {integrity: ${HASH}}\n`;
    const asked = '      evil:\n        specifier: ^1.0.0\n        version: 1.0.0\n';
    expect(told(await rows(base, { ...base, 'pnpm-lock.yaml': text('', evil) }))).toEqual([
      'added evil 1.0.0 transitive locked unreached',
    ]);
    expect(told(await rows(base, { ...base, 'pnpm-lock.yaml': text(asked, evil) }))).toEqual([
      'added evil 1.0.0 direct locked unreached',
    ]);
  });

  it('is seen in a lockfile of bun', async () => {
    const text = (more: string): string =>
      `{ "lockfileVersion": 1, "workspaces": { "": { "dependencies": { "a": "^1.0.0" } } }, "packages": { "a": ["a@1.0.0", "", {}, "${HASH}"], ${more} } }`;
    const base = { 'package.json': manifest('x', { a: '^1.0.0' }), 'bun.lock': text('') };
    expect(told(await rows(base, { ...base, 'bun.lock': text(`"evil": ["evil@1.0.0", "", {}, "${HASH}"]`) }))).toEqual([
      'added evil 1.0.0 transitive locked unreached',
    ]);
  });

  it('is none where an override puts it there', async () => {
    const lock = (version: string): string =>
      JSON.stringify({
        lockfileVersion: 3,
        packages: {
          '': { dependencies: { a: '^1.0.0' } },
          'node_modules/a': {
            version: '1.0.0',
            resolved: 'https://registry.example/a/-/a-1.0.0.tgz',
            integrity: HASH,
            dependencies: { b: '^1.0.0' },
          },
          'node_modules/b': { version, resolved: `https://registry.example/b/-/b-${version}.tgz`, integrity: HASH },
        },
      });
    const base = { 'package.json': manifest('x', { a: '^1.0.0' }), 'package-lock.json': lock('1.0.0') };
    const head = {
      'package.json': manifest('x', { a: '^1.0.0' }, { overrides: { b: '2.0.0' } }),
      'package-lock.json': lock('2.0.0'),
    };
    expect(told(await rows(base, head))).toEqual(['updated b 2.0.0 transitive locked']);
  });
});
