import { describe, expect, it } from 'vitest';
import { CountersignError } from '../../src/core/errors.ts';
import { bunLock } from '../../src/ecosystems/npm/bun-lock.ts';
import { denoJson, denoLock } from '../../src/ecosystems/npm/deno.ts';
import { packageJson } from '../../src/ecosystems/npm/package-json.ts';
import { packageLock } from '../../src/ecosystems/npm/package-lock.ts';
import { pnpmLock } from '../../src/ecosystems/npm/pnpm-lock.ts';
import { workspaceSettings } from '../../src/ecosystems/npm/workspace-settings.ts';
import { yarnLock } from '../../src/ecosystems/npm/yarn-lock.ts';
import type { DependencyFormat } from '../../src/ecosystems/types.ts';

/** Entries as one line each: name, alias, version or range, source, line. */
function entries(format: DependencyFormat, text: string, path: string): string[] {
  return format
    .parse(text, path)
    .entries.map((entry) =>
      [
        entry.name,
        entry.alias === undefined ? '' : `as ${entry.alias}`,
        entry.version ?? entry.range ?? '',
        entry.source,
        `${entry.location.startLine}`,
      ]
        .filter((part) => part !== '')
        .join(' '),
    );
}

function refusal(format: DependencyFormat, text: string, path: string): string {
  try {
    format.parse(text, path);
  } catch (error) {
    if (error instanceof CountersignError) return `${error.code} ${error.place?.line}: ${error.message}`;
    throw error;
  }
  return 'read';
}

describe('package.json', () => {
  it.each([
    ['git@host.example:evil/x.git', 'git'],
    ['deploy@10.0.0.1:x/y.git#main', 'git'],
    ['git@github.com:evil/x.git', 'git'],
    ['./git@host.example:evil/x', 'path'],
    ['~/a@b:c/d', 'path'],
  ])('reads %s as what yarn and pnpm take it for', (specifier, source) => {
    const text = JSON.stringify({ dependencies: { x: specifier } });
    expect(packageJson.parse(text, 'package.json').entries).toMatchObject([{ name: 'x', source, range: specifier }]);
  });

  it('gives every field that makes a package manager fetch something', () => {
    const text = `{
  "dependencies": { "a": "^1.0.0", "b": "npm:@real/b@2.0.0", "c": "github:owner/c#main", "d": "workspace:*" },
  "devDependencies": { "e": "https://files.example/e.tgz", "f": "file:./f", "g": "catalog:tools" },
  "optionalDependencies": { "h": "jsr:@std/h@1" },
  "peerDependencies": { "i": ">=1" },
  "bundleDependencies": ["a", "j"],
  "overrides": { "k": { ".": "1.0.0", "l@^2": "2.1.0" }, "m": "$a" },
  "resolutions": { "n/**/@s/o": "3.0.0", "p@npm:^1": "npm:q@1.0.0" },
  "pnpm": { "overrides": { "r>s@1": "1.5.0", "t": "-" }, "packageExtensions": { "u@1": { "dependencies": { "v": "1" } } } },
  "packageManager": "pnpm@9.1.0+sha512.${'ab'.repeat(64)}"
}`;
    expect(entries(packageJson, text, 'package.json')).toEqual([
      'a ^1.0.0 registry 2',
      '@real/b as b 2.0.0 registry 2',
      'c github:owner/c#main git 2',
      'd workspace:* workspace 2',
      'e https://files.example/e.tgz url 3',
      'f file:./f path 3',
      'g catalog:tools registry 3',
      '@jsr/std__h as h 1 registry 4',
      'i >=1 registry 5',
      'j * registry 6',
      'k 1.0.0 registry 7',
      'l 2.1.0 registry 7',
      'a as m ^1.0.0 registry 7',
      '@s/o 3.0.0 registry 8',
      'q as p 1.0.0 registry 8',
      's 1.5.0 registry 9',
      'v 1 registry 9',
      'pnpm 9.1.0 registry 10',
    ]);
  });

  it('tells of values that mean nothing, and keeps the others', () => {
    const { entries: found, unread } = packageJson.parse(
      '{"dependencies":{"a":"^1.0.0","b":7,"c d":"1"}}',
      'package.json',
    );
    expect(found.map((entry) => entry.name)).toEqual(['a']);
    expect(unread).toHaveLength(2);
  });

  it('takes __proto__ for a name like any other', () => {
    expect(
      entries(packageJson, '{"dependencies":{"__proto__":"1.0.0","constructor":"1.0.0"}}', 'package.json'),
    ).toEqual(['__proto__ 1.0.0 registry 1', 'constructor 1.0.0 registry 1']);
  });

  it.each([
    ['a key that stands twice', '{\n"dependencies":{"a":"1",\n"a":"2"}}', 3],
    ['a text that is cut off', '{\n"dependencies":{"a":"1"', 2],
    ['merge markers', '{\n<<<<<<< ours\n"a":1}', 2],
    ['a NUL', '{\n"a\u0000":1}', 2],
    ['a list', '[]', 1],
    ['nothing', '', 1],
    ['brackets without end', '['.repeat(100_000), 1],
  ])('refuses %s with its line', (_what, text, line) => {
    expect(refusal(packageJson, text, 'package.json')).toMatch(new RegExp(`^unreadable-file ${line}: package.json`));
  });

  it('reads a byte order mark and CRLF', () => {
    expect(entries(packageJson, '\uFEFF{\r\n"dependencies":\r\n{"a":"1.0.0"}}', 'package.json')).toEqual([
      'a 1.0.0 registry 3',
    ]);
  });
});

describe('package-lock.json', () => {
  it('of version 1 gives nested and aliased entries', () => {
    const text = `{ "lockfileVersion": 1, "dependencies": {
 "a": { "version": "1.0.0", "requires": { "b": "^1" }, "dependencies": {
  "b": { "version": "npm:real@1.0.0", "bundled": true } } },
 "c": { "version": "git+ssh://git@code.example/x/c.git#${'a'.repeat(40)}", "from": "c" } } }`;
    expect(entries(packageLock, text, 'package-lock.json')).toEqual([
      'a 1.0.0 registry 2',
      'real as b 1.0.0 registry 3',
      'c git 4',
    ]);
  });

  it.each([
    ['an unknown version', '{"lockfileVersion":4,"packages":{}}'],
    ['an entry that is no object', '{"lockfileVersion":3,"packages":{"node_modules/a":"1.0.0"}}'],
    ['an entry that stands twice', '{"lockfileVersion":3,"packages":{"node_modules/a":{},"node_modules/a":{}}}'],
    [
      'a field that stands twice',
      '{"lockfileVersion":3,"packages":{"node_modules/a":{"resolved":"x","resolved":"y"}}}',
    ],
    ['version 3 without its packages', '{"lockfileVersion":3,"dependencies":{"a":{"version":"1.0.0"}}}'],
    ['packages that are a list', '{"lockfileVersion":3,"packages":[]}'],
  ])('refuses %s', (_what, text) => {
    expect(refusal(packageLock, text, 'package-lock.json')).toMatch(/^unreadable-file 1/);
  });
});

describe('yarn.lock', () => {
  it('of yarn 1 gives an entry for each name of a block', () => {
    const text = `# yarn lockfile v1\n\n\n"alias@npm:real@^1.0.0", real@^1.0.0:\n  version "1.2.0"\n  resolved "https://registry.example/real/-/real-1.2.0.tgz#${'0'.repeat(40)}"\n\n"c@git+https://code.example/c.git":\n  version "1.0.0"\n  resolved "git+https://code.example/c.git#${'a'.repeat(40)}"\n`;
    expect(entries(yarnLock, text, 'yarn.lock')).toEqual([
      'real as alias 1.2.0 registry 4',
      'real 1.2.0 registry 4',
      'c 1.0.0 git 8',
    ]);
    expect(yarnLock.parse(text, 'yarn.lock').entries[0]?.integrity).toBe(`sha1:${'0'.repeat(40)}`);
  });

  it('of yarn berry gives what the resolution says, whatever the key says', () => {
    const text = `__metadata:\n  version: 8\n  cacheKey: 10c0\n\n"lodash@npm:^4.0.0":\n  version: 4.17.21\n  resolution: "evil@npm:4.17.21"\n  checksum: 10c0/aa\n\n"p@patch:p@npm%3A1.0.0#~/x.patch":\n  version: 1.0.0\n  resolution: "p@patch:p@npm%3A1.0.0#~/x.patch::version=1.0.0&hash=ab"\n\n"w@workspace:.":\n  version: 0.0.0-use.local\n  resolution: "w@workspace:."\n`;
    expect(entries(yarnLock, text, 'yarn.lock')).toEqual([
      'evil as lodash 4.17.21 registry 5',
      'p 1.0.0 registry 10',
      'w workspace 14',
    ]);
    expect(yarnLock.parse(text, 'yarn.lock').entries[0]?.integrity).toBe('yarn-10c0:aa');
  });

  it.each([
    ['an entry that stands twice', '# yarn lockfile v1\n\na@1:\n  version "1"\n\na@1:\n  version "2"\n', 6],
    ['a field that stands twice', '# yarn lockfile v1\n\na@1:\n  version "1"\n  version "2"\n', 5],
    ['an entry without a version', '# yarn lockfile v1\n\na@1:\n  resolved "x"\n', 3],
    ['an unknown version', '__metadata:\n  version: 99\n', 1],
    ['an entry without a resolution', '__metadata:\n  version: 8\n\n"a@npm:1":\n  version: 1\n', 4],
    ['a YAML alias', '__metadata:\n  version: 8\n\n*a:\n  version: 1\n', 4],
  ])('refuses %s with its line', (_what, text, line) => {
    expect(refusal(yarnLock, text, 'yarn.lock')).toMatch(new RegExp(`^unreadable-file ${line}:`));
  });
});

describe('pnpm-lock.yaml', () => {
  it.each([
    [
      '5.4',
      'lockfileVersion: 5.4\nspecifiers:\n  a: ^1.0.0\ndependencies:\n  a: 1.0.0_b@2.0.0\npackages:\n  /a/1.0.0_b@2.0.0:\n    resolution: {integrity: sha512-AA==}\n  /@s/b/2.0.0:\n    resolution: {integrity: sha512-BB==}\n',
    ],
    [
      '6.0',
      "lockfileVersion: '6.0'\ndependencies:\n  a:\n    specifier: ^1.0.0\n    version: 1.0.0(@s/b@2.0.0)\n\npackages:\n  /a@1.0.0(@s/b@2.0.0):\n    resolution: {integrity: sha512-AA==}\n  /@s/b@2.0.0:\n    resolution: {integrity: sha512-BB==}\n",
    ],
    [
      '9.0',
      "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies: { a: { specifier: ^1.0.0, version: 1.0.0(@s/b@2.0.0) } }\npackages:\n\n  a@1.0.0:\n    resolution: {integrity: sha512-AA==}\n  '@s/b@2.0.0':\n    resolution: {integrity: sha512-BB==}\n",
    ],
  ])('of version %s gives names without their peers', (_version, text) => {
    const { entries: found } = pnpmLock.parse(text, 'pnpm-lock.yaml');
    expect(found.map(({ name, version, relationship }) => `${name}@${version} ${relationship}`)).toEqual([
      'a@1.0.0 direct',
      '@s/b@2.0.0 transitive',
    ]);
  });

  it.each([
    ['a "billion laughs"', "lockfileVersion: '9.0'\nx: &a [b]\npackages: *a\n"],
    ['a key that stands twice', "lockfileVersion: '9.0'\npackages:\n  a@1.0.0: {}\n  a@1.0.0: {}\n"],
    ['an unknown version', "lockfileVersion: '12.0'\npackages: {}\n"],
    ['a snapshot of no package', "lockfileVersion: '9.0'\npackages: {}\nsnapshots:\n  a@1.0.0: {}\n"],
    ['a text that is no mapping', '- a\n'],
  ])('refuses %s', (_what, text) => {
    expect(refusal(pnpmLock, text, 'pnpm-lock.yaml')).toMatch(/^unreadable-file [1-9]/);
  });
});

describe('bun.lock', () => {
  it('gives nested, aliased and linked packages', () => {
    const text = `{
  "lockfileVersion": 1,
  "workspaces": { "": { "dependencies": { "a": "^1" } }, "packages/w": { "name": "w" }, },
  "packages": {
    "a": ["a@1.0.0", "", { "dependencies": { "b": "^1" } }, "sha512-AA=="],
    "a/b": ["real@1.0.0", "https://evil.example/", {}, "sha512-BB=="],
    "w": ["w@workspace:packages/w"],
    "g": ["g@github:o/g#abc", {}, "o-g-abc"],
  }
}`;
    expect(entries(bunLock, text, 'bun.lock')).toEqual([
      'a 1.0.0 registry 5',
      'real as b 1.0.0 registry 6',
      'w workspace 7',
      'g git 8',
    ]);
    expect(bunLock.parse(text, 'bun.lock').entries[1]?.resolvedUrl).toBe('https://evil.example/');
  });

  it('refuses the binary form, saying what to do', () => {
    expect(refusal(bunLock, 'bun-lockfile-format-v0', 'bun.lockb')).toContain('--save-text-lockfile');
  });
});

describe('deno', () => {
  it('gives imports of packages and addresses, not those of files', () => {
    const text =
      '{ "imports": { "a": "npm:a@^1", "@std/b": "jsr:@std/b@1.0.0", "c/": "https://d.example/c@1/", "e": "./e.ts" } }';
    expect(entries(denoJson, text, 'deno.json')).toEqual([
      'a ^1 registry 1',
      '@jsr/std__b as @std/b 1.0.0 registry 1',
      'd.example/c@1 https://d.example/c@1/ url 1',
    ]);
  });

  it('gives every package and remote module of the lockfile', () => {
    const text =
      '{"version":"5","specifiers":{"npm:a@1":"1.0.0"},"npm":{"a@1.0.0_b@2.0.0":{"integrity":"sha512-AA=="}},"jsr":{"@std/b@1.0.0":{"integrity":"cc"}},"remote":{"https://d.example/x.ts":"bb"}}';
    expect(entries(denoLock, text, 'deno.lock')).toEqual([
      'a 1.0.0 registry 1',
      '@jsr/std__b 1.0.0 registry 1',
      'd.example/x.ts url 1',
    ]);
  });
});

describe('catalogs', () => {
  it('of pnpm-workspace.yaml and .yarnrc.yml are entries with their line', () => {
    const text =
      "packages:\n  - 'a/*'\ncatalog:\n  a: ^1.0.0\ncatalogs:\n  old:\n    a: npm:b@1.0.0\noverrides:\n  c>d: 2.0.0\n";
    expect(entries(workspaceSettings, text, 'pnpm-workspace.yaml')).toEqual([
      'a ^1.0.0 registry 4',
      'b as a 1.0.0 registry 7',
      'd 2.0.0 registry 9',
    ]);
  });
});
