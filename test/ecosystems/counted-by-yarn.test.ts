import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSyml } from '@yarnpkg/parsers';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { yarnLock } from '../../src/ecosystems/npm/yarn-lock.ts';

const DATA = join(import.meta.dirname, '../../../shared/data/lockfiles');
const ROOTS = [join(import.meta.dirname, '../../fixtures/ecosystems/pairs'), ...(existsSync(DATA) ? [DATA] : [])];
const FILES = ROOTS.flatMap((root) =>
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('yarn.lock'))
    .map((name) => join(root, name))
    .sort(),
);

const blockSchema = z.object({
  version: z.coerce.string(),
  checksum: z.string().optional(),
  integrity: z.string().optional(),
});

describe('the lockfiles of yarn, counted by yarn itself', () => {
  it.each(FILES)('%s has the same descriptors, versions and hashes', (file) => {
    const text = readFileSync(file, 'utf8');
    const theirs = Object.entries(parseSyml(text))
      .filter(([key]) => key !== '__metadata')
      .flatMap(([keys, block]) => {
        const { version, checksum, integrity } = blockSchema.parse(block);
        const hash = checksum?.replace(/^.*\//, '') ?? integrity ?? '-';
        return keys.split(/,\s*/).map((key) => `${key} ${version} ${hash}`);
      });
    const { entries, graph } = yarnLock.parse(text, 'yarn.lock');
    const ours = entries.flatMap((entry, index) => {
      const version = entry.source === 'workspace' ? '0.0.0-use.local' : entry.version;
      const hash = (entry.integrity ?? '')
        .replace(/^yarn-[^:]*:/, '')
        .replace(/sha1:[0-9a-f]{40}/, '')
        .trim();
      return (graph?.keys[index] ?? []).map((key) => `${key} ${version} ${hash === '' ? '-' : hash}`);
    });
    expect(theirs.length).toBeGreaterThan(0);
    expect([...new Set(ours)].sort()).toEqual([...new Set(theirs)].sort());
  });
});
