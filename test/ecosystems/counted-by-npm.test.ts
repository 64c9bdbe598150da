import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageLock } from '../../src/ecosystems/npm/package-lock.ts';

/** A package as npm's own tree reader has it. */
interface NpmNode {
  readonly location: string;
  readonly packageName: string | null;
  readonly name: string;
  readonly version: string;
  readonly resolved: string | null;
  readonly integrity: string | null;
  readonly isLink: boolean;
  readonly hasInstallScript: boolean;
}

interface NpmTree {
  readonly inventory: { values(): Iterable<NpmNode> };
}

const {
  Arborist,
}: { readonly Arborist: new (options: { readonly path: string }) => { loadVirtual(): Promise<NpmTree> } } =
  createRequire(import.meta.url)('@npmcli/arborist');

const DATA = join(import.meta.dirname, '../../../shared/data/lockfiles');
const ROOTS = [join(import.meta.dirname, '../../fixtures/ecosystems/pairs'), ...(existsSync(DATA) ? [DATA] : [])];

/** Both sides of every pair that has a package-lock. */
const FOLDERS = ROOTS.flatMap((root) =>
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('/package-lock.json'))
    .map((name) => join(root, name.slice(0, -'/package-lock.json'.length)))
    .sort(),
);

/** What npm reads in a folder's lockfile, one line for each package that is not of the repository itself. */
async function readByNpm(folder: string): Promise<string[]> {
  const tree = await new Arborist({ path: folder }).loadVirtual();
  return [...tree.inventory.values()]
    .filter((node) => node.location.includes('node_modules/'))
    .map((node) =>
      node.isLink
        ? `${node.location} link`
        : [node.location, node.packageName ?? node.name, node.version, node.integrity ?? '-'].join(' '),
    )
    .sort();
}

/** The same of our own reader. */
function readByUs(folder: string): string[] {
  const { entries, unread } = packageLock.parse(
    readFileSync(join(folder, 'package-lock.json'), 'utf8'),
    'package-lock.json',
  );
  expect(unread).toEqual([]);
  return entries
    .map((entry) =>
      entry.source === 'workspace' || entry.source === 'path'
        ? `${entry.installPath} link`
        : [entry.installPath, entry.name, entry.version, entry.integrity ?? '-'].join(' '),
    )
    .sort();
}

describe('the package-locks, counted by npm itself', () => {
  it('are at hand, both sides of each pair', () => {
    expect(FOLDERS.length).toBeGreaterThanOrEqual(2);
    expect(FOLDERS.length % 2).toBe(0);
  });

  it.each(FOLDERS)('%s has the same packages, versions and hashes', async (folder) => {
    const theirs = await readByNpm(folder);
    expect(theirs.length).toBeGreaterThan(0);
    expect(readByUs(folder)).toEqual(theirs);
  });
});
