import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { PackageType } from '../../src/core/dependency.ts';
import { ECOSYSTEMS, FIXTURES, parseAs } from './fixtures.ts';

/** Names and versions as a reader of lines finds them, written apart from the parsers. */
type Count = (lines: readonly string[]) => string[];

/** `[[package]]`, with `name = …` and `version = …` on the lines behind it. */
const countTables: Count = (lines) =>
  lines.flatMap((line, index) => {
    if (line !== '[[package]]') return [];
    const valueUnder = (key: string): string | undefined => {
      for (const candidate of lines.slice(index + 1, index + 4)) {
        if (candidate.startsWith(`${key} = "`)) return candidate.slice(key.length + 4, -1);
      }
      return undefined;
    };
    return [`${valueUnder('name')} ${valueUnder('version') ?? '-'}`];
  });

const countSums: Count = (lines) =>
  lines
    .filter((line) => line !== '')
    .map((line) =>
      line
        .split(' ')
        .slice(0, 2)
        .join(' ')
        .replace(/\/go\.mod$/, ''),
    );

const countRequires: Count = (lines) =>
  lines.flatMap((line) => {
    const [, name, version] = /^(?:require\s+|\t)"?([^\s()"]+\.[^\s()"]+)"? (v\S+)(?: \/\/.*)?$/.exec(line) ?? [];
    return name === undefined ? [] : [`${name} ${version}`];
  });

const countSpecs: Count = (lines) =>
  lines.flatMap((line) => {
    const [, name, version] = /^ {4}([^ ]+) \(([^)-]+)[^)]*\)$/.exec(line) ?? [];
    return name === undefined ? [] : [`${name} ${version}`];
  });

const KINDS: Readonly<Record<string, { readonly type: PackageType; readonly count: Count }>> = {
  'poetry.lock': { type: 'pypi', count: countTables },
  'uv.lock': { type: 'pypi', count: countTables },
  'Cargo.lock': { type: 'cargo', count: countTables },
  'go.sum': { type: 'golang', count: countSums },
  'go.mod': { type: 'golang', count: countRequires },
  'Gemfile.lock': { type: 'gem', count: countSpecs },
};

interface RealFile {
  readonly name: string;
  readonly text: string;
}

/** Real pairs where they lie beside the repository, else the small files of our own. */
function realFiles(): RealFile[] {
  const folder = fileURLToPath(new URL('../../../shared/data/lockfiles', import.meta.url));
  if (!existsSync(folder)) {
    return FIXTURES.filter(({ path }) => path in KINDS).map(({ path, text }) => ({ name: path, text }));
  }
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => basename(name) in KINDS)
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
}

describe.each(realFiles())('$name', ({ name, text }) => {
  const kind = KINDS[basename(name)];
  const ecosystem = ECOSYSTEMS.find((candidate) => candidate.type === kind?.type);
  if (kind === undefined || ecosystem === undefined) throw new Error(`no reader for ${name}`);
  const parsed = parseAs(ecosystem, name, text);
  const lines = text.split(/\r?\n/);

  it('has every entry that a count of its lines finds, and no other', () => {
    const read = parsed.entries
      .filter((entry) => entry.scope !== 'replace' && entry.installPath === undefined)
      .map((entry) => `${entry.name} ${entry.version ?? '-'}`);
    const counted = kind.count(lines);
    expect(counted.length).toBeGreaterThan(0);
    expect(read.sort()).toEqual(counted.sort());
    expect(parsed.unread).toEqual([]);
  });

  it('has each entry on the lines that it stands on', () => {
    for (const entry of parsed.entries) {
      const place = lines.slice(entry.location.startLine - 1, entry.location.endLine);
      expect(place.join('\n')).toContain(entry.name);
      expect(place.filter((line) => line === '[[package]]').length).toBeLessThanOrEqual(1);
    }
  });

  it('has every hash', () => {
    const hashes = new Set(
      text.match(/\bsha256:[0-9a-f]{64}|h1:[\w+/]{43}=|(?<=checksum = ")[0-9a-f]{64}|(?<=sha256=)[0-9a-f]{64}/g),
    );
    const read = new Set(
      parsed.entries.flatMap((entry) => entry.integrity?.split(' ') ?? []).map((hash) => hash.replace(/^sha256:/, '')),
    );
    const bare = [...hashes].map((hash) => hash.replace(/^sha256:/, ''));
    if (basename(name) !== 'go.mod') expect([...read].sort()).toEqual(bare.sort());
  });
});
