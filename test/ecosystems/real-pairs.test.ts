import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEPENDENCY_DETECTORS } from '../../detectors/dependency/index.ts';
import { DEFAULT_THRESHOLDS } from '../../src/core/thresholds.ts';
import { collectChanges } from '../../src/ecosystems/collect.ts';
import { readersOf } from '../../src/ecosystems/files.ts';
import { parseInProcess } from '../../src/ecosystems/parse.ts';
import { evidenceOf } from '../support/dependency-fixtures.ts';
import { filesBelow, snapshotOf } from '../support/memory-snapshot.ts';

const DATA = join(import.meta.dirname, '../../../shared/data/lockfiles');

/** Real pairs of public histories, where that folder is beside the repository; the committed pairs always. */
const ROOTS = [join(import.meta.dirname, '../../fixtures/ecosystems/pairs'), ...(existsSync(DATA) ? [DATA] : [])];

const PAIRS = ROOTS.flatMap((root) =>
  readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((owner) => readdirSync(join(root, owner.name)).map((commit) => join(root, owner.name, commit))),
);

/** Hosts of the registries in the data, whose real names are replaced there. */
const HOSTS = [
  'registry.npm.example',
  'registry.yarn.example',
  'files.pypi.example',
  'pypi.example',
  'crates.example',
  'rubygems.example',
];

/** Rules that answer from the files alone. */
const FILE_RULES = DEPENDENCY_DETECTORS.filter(({ rule }) =>
  /^lockfile-|^(alias-hides-package|non-registry-source|registry-redirected|unpinned-|undeclared-import|install-command)/.test(
    rule.id,
  ),
);

/** Counts entries by looking at lines only: nothing of the parsers is used. */
function countLines(name: string, text: string): number {
  const lines = text.split('\n');
  const within = (start: RegExp, entry: RegExp): number => {
    let open = false;
    let count = 0;
    for (const line of lines) {
      if (/^\S/.test(line)) open = start.test(line);
      else if (open && entry.test(line)) count += 1;
    }
    return count;
  };
  switch (name) {
    case 'package-lock.json': {
      // Version 1 nests: every object that has a version is a package, but for the file's own.
      if (!lines.includes('  "packages": {')) return lines.filter((line) => /^ {4,}"version": /.test(line)).length;
      const start = lines.indexOf('  "packages": {');
      const end = lines.findIndex((line, index) => index > start && /^ {2}\}/.test(line));
      return lines.slice(start, end).filter((line) => /^ {4}"[^"]*node_modules\/[^"]+": \{/.test(line)).length;
    }
    case 'yarn.lock':
      return lines.filter((line) => /^["\w@?]/.test(line) && !line.startsWith('__metadata')).length;
    case 'pnpm-lock.yaml':
      return within(/^packages:/, /^ {2}\S.*:$/);
    case 'bun.lock': {
      const start = lines.indexOf('  "packages": {');
      return lines.slice(start).filter((line) => /^ {4}"[^"]+": \[/.test(line)).length;
    }
    case 'deno.lock': {
      const start = lines.indexOf('  "npm": {');
      const end = lines.findIndex((line, index) => index > start && /^ {2}\}/.test(line));
      return lines.slice(start, end).filter((line) => /^ {4}"[^"]+": \{/.test(line)).length;
    }
    case 'pdm.lock':
    case 'poetry.lock':
    case 'uv.lock':
    case 'Cargo.lock':
      return lines.filter((line) => line === '[[package]]').length;
    case 'composer.lock':
      return lines.filter((line) => /^ {12}"name": /.test(line)).length;
    case 'Pipfile.lock': {
      const start = lines.indexOf('    "default": {');
      return lines.slice(start).filter((line) => /^ {8}"[^"]+": \{/.test(line)).length;
    }
    case 'go.sum':
      return lines.filter((line) => line.trim() !== '').length;
    case 'Gemfile.lock':
      return lines.filter((line) => /^ {4}\S+ \(.*\)$/.test(line)).length;
    default:
      return -1;
  }
}

/** Names and versions that the lockfile of a folder gives to packages from outside. */
function lockedVersions(folder: string): Set<string> {
  if (!existsSync(folder)) return new Set();
  return new Set(
    Object.entries(filesBelow(folder)).flatMap(([name, bytes]) => {
      const format = readersOf(name).find((reader) => reader.format.entry === 'lockfile')?.format;
      const parsed = format?.parse(String(Buffer.from(bytes)), name);
      const outside = (parsed?.entries ?? []).filter((entry) => entry.source !== 'workspace');
      return outside.map((entry) => `${entry.name} ${entry.version}`);
    }),
  );
}

describe.each(PAIRS)('the pair %s', (folder) => {
  it.each(['base', 'head'])('has every entry of its lockfile in the %s, with its line', (side) => {
    for (const [name, bytes] of Object.entries(filesBelow(join(folder, side)))) {
      const text = String(Buffer.from(bytes));
      const expected = countLines(name, text);
      if (expected === -1) continue;
      const format = readersOf(name).find((reader) => reader.format.entry === 'lockfile')?.format;
      const parsed = format?.parse(text, name);
      expect(parsed?.unread).toEqual([]);
      const places = new Set(parsed?.entries.map((entry) => entry.location.startLine));
      expect(places.size).toBe(expected);
      const lines = text.split('\n');
      for (const entry of parsed?.entries ?? []) {
        const written = lines.slice(entry.location.startLine - 1, entry.location.endLine).join('\n');
        expect(written).toContain(entry.alias ?? entry.name.split('/').at(-1));
      }
    }
  });

  it('gives rows for exactly the versions that differ, and no finding', async () => {
    const snapshot = snapshotOf(filesBelow(join(folder, 'base')), filesBelow(join(folder, 'head')));
    const { changes, unread } = await collectChanges(snapshot, parseInProcess);
    expect(unread).toEqual([]);
    const before = lockedVersions(join(folder, 'base'));
    const after = lockedVersions(join(folder, 'head'));
    const locked = changes.filter((change) => change.entry === 'lockfile');
    const come = locked.filter(({ changeType }) => changeType === 'added' || changeType === 'updated');
    const gone = locked.filter(({ changeType }) => changeType === 'removed' || changeType === 'updated');
    expect(come.map((row) => `${row.name} ${row.version}`).sort()).toEqual(
      [...after].filter((one) => !before.has(one)).sort(),
    );
    expect(
      gone.map((row) => `${row.name} ${row.changeType === 'removed' ? row.version : row.previous?.version}`).sort(),
    ).toEqual([...before].filter((one) => !after.has(one)).sort());
    const findings = changes.flatMap((subject) =>
      FILE_RULES.flatMap((detector) => {
        const answer = detector.detect(subject, {
          evidence: evidenceOf(subject, {}),
          changes,
          thresholds: DEFAULT_THRESHOLDS,
          registryHosts: HOSTS,
          now: Date.parse('2026-11-01T00:00:00.000Z'),
        });
        return answer.state === 'clear' ? [] : [`${detector.rule.id}: ${subject.purl} ${JSON.stringify(answer)}`];
      }),
    );
    expect(findings).toEqual([]);
  });
});
