import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEPENDENCY_DETECTORS } from '../../detectors/dependency/index.ts';
import { DEFAULT_THRESHOLDS } from '../../src/core/thresholds.ts';
import { collectChanges } from '../../src/ecosystems/collect.ts';
import { parseInProcess } from '../../src/ecosystems/parse.ts';
import { evidenceOf } from '../support/dependency-fixtures.ts';
import { type Files, filesBelow, snapshotOf } from '../support/memory-snapshot.ts';

const PAIRS = join(import.meta.dirname, '../../fixtures/ecosystems/pairs');

/** One side of the pair that a package manager made. */
function made(manager: string, side: 'base' | 'head'): Record<string, string> {
  const [version = ''] = readdirSync(join(PAIRS, manager)).sort().reverse();
  return Object.fromEntries(
    Object.entries(filesBelow(join(PAIRS, manager, version, side))).map(([path, bytes]) => [
      path,
      String(Buffer.from(bytes)),
    ]),
  );
}

const MISMATCH = DEPENDENCY_DETECTORS.filter(({ rule }) => rule.id === 'lockfile-manifest-mismatch');

async function mismatches(base: Files, head: Files): Promise<string[]> {
  const { changes, unread } = await collectChanges(snapshotOf(base, head), parseInProcess);
  expect(unread).toEqual([]);
  return changes.flatMap((subject) =>
    MISMATCH.flatMap((detector) => {
      const answer = detector.detect(subject, {
        evidence: evidenceOf(subject, {}),
        changes,
        thresholds: DEFAULT_THRESHOLDS,
        now: Date.parse('2026-11-01T00:00:00.000Z'),
      });
      return answer.state === 'findings'
        ? [`${subject.name} ${answer.detections[0]?.fingerprint.split(':').at(-1)}`]
        : [];
    }),
  );
}

const HASH = 'a'.repeat(64);
const SRI = `sha512-${'A'.repeat(86)}==`;

/** For each package manager: its lockfile, and what somebody adds to it by hand. */
const ORPHANS: readonly [string, string, (text: string) => string][] = [
  [
    'cargo',
    'Cargo.lock',
    (text) =>
      `${text}\n[[package]]\nname = "evil"\nversion = "1.0.0"\nsource = "sparse+https://crates.example/"\nchecksum = "${HASH}"\n`,
  ],
  [
    'poetry',
    'poetry.lock',
    (text) =>
      text.replace(
        '[metadata]',
        `[[package]]\nname = "evil"\nversion = "1.0.0"\ndescription = ""\ncategory = "main"\noptional = false\npython-versions = "*"\nfiles = [{file = "evil-1.0.0.tar.gz", hash = "sha256:${HASH}"}]\n\n[metadata]`,
      ),
  ],
  [
    'pdm',
    'pdm.lock',
    (text) => text.replace('[metadata]', '[[package]]\nname = "evil"\nversion = "1.0.0"\nsummary = ""\n\n[metadata]'),
  ],
  ['bundler', 'Gemfile.lock', (text) => text.replace('  specs:\n', '  specs:\n    evil (1.0.0)\n')],
  [
    'composer',
    'composer.lock',
    (text) =>
      text.replace(
        '"packages": [\n',
        '"packages": [\n        {"name": "evil/evil", "version": "1.0.0", "dist": {"type": "zip", "url": "https://packages.example/evil.zip", "shasum": "0f9c0059d7d2773df018b68444672210753e96c0"}},\n',
      ),
  ],
  [
    'npm',
    'package-lock.json',
    (text) =>
      text.replace(
        '    "node_modules/acme-cutter": {',
        `    "node_modules/evil": {"version": "1.0.0", "resolved": "https://registry.npm.example/evil/-/evil-1.0.0.tgz", "integrity": "${SRI}"},\n    "node_modules/acme-cutter": {`,
      ),
  ],
  [
    'yarn',
    'yarn.lock',
    (text) =>
      `${text}\n"evil@npm:^1.0.0":\n  version: 1.0.0\n  resolution: "evil@npm:1.0.0"\n  checksum: 10c0/${'ab'.repeat(64)}\n  languageName: node\n  linkType: hard\n`,
  ],
  [
    'pnpm',
    'pnpm-lock.yaml',
    (text) => text.replace('\npackages:\n', `\npackages:\n\n  evil@1.0.0:\n    resolution: {integrity: ${SRI}}\n`),
  ],
  [
    'bun',
    'bun.lock',
    (text) => text.replace('  "packages": {\n', `  "packages": {\n    "evil": ["evil@1.0.0", "", {}, "${SRI}"],\n\n`),
  ],
];

describe.each(ORPHANS)('a lockfile of %s', (manager, lock, withOrphan) => {
  const base = made(manager, 'base');
  const head = made(manager, 'head');
  const plant = (files: Record<string, string>): Record<string, string> => {
    const text = files[lock] ?? '';
    const planted = withOrphan(text);
    expect(planted).not.toBe(text);
    return { ...files, [lock]: planted };
  };
  const evil = [manager === 'composer' ? 'evil/evil unreached' : 'evil unreached'];

  it('with an entry that nothing asks for is told of', async () => {
    expect(await mismatches(base, plant(base))).toEqual(evil);
    expect(await mismatches(base, plant(head))).toEqual(evil);
  });

  it('as the package manager writes it is not, upgraded or new', async () => {
    expect(await mismatches(base, head)).toEqual([]);
    expect(await mismatches({}, head)).toEqual([]);
    const { [lock]: _none, ...without } = base;
    expect(await mismatches(without, base)).toEqual([]);
  });
});

describe('a root that a lockfile writes itself', () => {
  it('explains nothing that the manifests do not ask for', async () => {
    const base = made('cargo', 'base');
    const orphan = ORPHANS.find(([manager]) => manager === 'cargo')?.[2] ?? String;
    const planted = orphan(base['Cargo.lock'] ?? '').replace(' "acme-padder",\n', ' "acme-padder",\n "evil",\n');
    expect(await mismatches(base, { ...base, 'Cargo.lock': planted })).toEqual(['evil unreached']);
    const ghost = `${planted}\n[[package]]\nname = "ghost"\nversion = "0.1.0"\ndependencies = [\n "evil",\n]\n`;
    expect(await mismatches(base, { ...base, 'Cargo.lock': ghost })).toContain('evil unreached');
    const gems = made('bundler', 'base');
    const lock = (gems['Gemfile.lock'] ?? '')
      .replace('  specs:\n', '  specs:\n    evil (1.0.0)\n')
      .replace('DEPENDENCIES\n', 'DEPENDENCIES\n  evil\n');
    expect(await mismatches(gems, { ...gems, 'Gemfile.lock': lock })).toEqual(['evil unreached']);
  });

  it('explains it where a manifest of the workspace asks for it', async () => {
    const base = made('cargo', 'base');
    const orphan = ORPHANS.find(([manager]) => manager === 'cargo')?.[2] ?? String;
    const planted = orphan(base['Cargo.lock'] ?? '').replace(' "acme-ruler",\n]\n', ' "acme-ruler",\n "evil",\n]\n');
    const inner = `${base['inner/Cargo.toml']}evil = { version = "1", registry = "acme" }\n`;
    expect(await mismatches(base, { ...base, 'Cargo.lock': planted, 'inner/Cargo.toml': inner })).toEqual([]);
  });
});

describe('a version outside of its range', () => {
  it.each<[string, string, RegExp, string, string]>([
    [
      'cargo',
      'Cargo.lock',
      /name = "acme-padder"\nversion = "1.0.0"/,
      'name = "acme-padder"\nversion = "2.0.0"',
      'acme-padder',
    ],
    [
      'poetry',
      'poetry.lock',
      /name = "acme-cli"\nversion = "1.0.0"/,
      'name = "acme-cli"\nversion = "2.0.0"',
      'acme-cli',
    ],
    [
      'poetry',
      'poetry.lock',
      /name = "acme-core"\nversion = "1.0.0"/,
      'name = "acme-core"\nversion = "0.9"',
      'acme-core',
    ],
    ['pdm', 'pdm.lock', /name = "acme-core"\nversion = "1.0.0"/, 'name = "acme-core"\nversion = "0.9"', 'acme-core'],
    ['pipenv', 'Pipfile.lock', /"version": "==1.0.0"/, '"version": "==2.0.0"', 'acme-cli'],
    ['bundler', 'Gemfile.lock', /acme-ruler \(1.0.0\)/, 'acme-ruler (3.0.0)', 'acme-ruler'],
    [
      'composer',
      'composer.lock',
      /"name": "acme\/ruler",\n( +)"version": "1.0.0"/,
      '"name": "acme/ruler",\n$1"version": "2.0.0"',
      'acme/ruler',
    ],
  ])('is told of in the lockfile of %s', async (manager, lock, written, forged, name) => {
    const base = made(manager, 'base');
    const text = (base[lock] ?? '').replace(written, forged);
    expect(text).not.toBe(base[lock]);
    expect(await mismatches(base, { ...base, [lock]: text })).toEqual([`${name} range`]);
  });
});

describe('a dependency that the lockfile does not have', () => {
  it.each<[string, string, string, string]>([
    ['cargo', 'Cargo.toml', '[dependencies]\n', '[dependencies]\nforgotten = "1"\n'],
    ['poetry', 'pyproject.toml', 'acme-cli =', 'forgotten = "^1"\nacme-cli ='],
    ['bundler', 'Gemfile', "gem 'acme-padder'", "gem 'forgotten'\ngem 'acme-padder'"],
    ['composer', 'composer.json', '"acme/padder":', '"acme/forgotten": "^1.0",\n        "acme/padder":'],
    ['pipenv', 'Pipfile', '[packages]\n', '[packages]\nforgotten = "*"\n'],
  ])('is told of where %s locks', async (manager, manifest, written, added) => {
    const base = made(manager, 'base');
    const text = (base[manifest] ?? '').replace(written, added);
    expect(text).not.toBe(base[manifest]);
    const name = manager === 'composer' ? 'acme/forgotten' : 'forgotten';
    expect(await mismatches(base, { ...base, [manifest]: text })).toEqual([`${name} absent`]);
  });
});
