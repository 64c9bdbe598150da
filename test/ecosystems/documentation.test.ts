import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ALL_ECOSYSTEMS } from '../../src/ecosystems/parse.ts';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = readFileSync(join(ROOT, 'docs/ecosystems.md'), 'utf8');

/** Rows of the table of formats: cells by column. */
const ROWS = PAGE.split('\n')
  .filter((line) => /^\| [a-z]+ \| `[\w-]+` \|/.test(line))
  .map((line) =>
    line
      .split('|')
      .map((cell) => cell.trim())
      .slice(1, -1),
  );

const FORMATS = ALL_ECOSYSTEMS.flatMap(({ type, formats }) => formats.map((format) => ({ type, format })));

describe('the table of formats', () => {
  it('has one row for each format that is registered, and no other', () => {
    expect(ROWS.map((row) => row[1]).sort()).toEqual(FORMATS.map(({ format }) => `\`${format.id}\``).sort());
  });

  it.each(FORMATS.map(({ type, format }) => [format.id, type, format.entry] as const))(
    'says what %s is',
    (id, type, entry) => {
      const row = ROWS.find((cells) => cells[1] === `\`${id}\``) ?? [];
      const [inTable, , what = '', manifest = '', lock = '', positions = '', tested = ''] = row;
      expect([type, 'all']).toContain(inTable);
      expect(what.length).toBeGreaterThan(5);
      expect(positions.length).toBeGreaterThan(2);
      expect(tested).toMatch(/real|made|docs/);
      expect(lock).toBe(entry === 'lockfile' ? 'yes' : '');
      if (entry === 'manifest') expect(['yes', 'setting']).toContain(manifest);
      else expect(manifest).toBe(entry === 'lockfile' ? '' : entry);
    },
  );

  it('names as made only what a tool made', () => {
    const tools = readdirSync(join(ROOT, 'fixtures/ecosystems/pairs'));
    for (const [, id = '', , , lock, , tested = ''] of ROWS) {
      const made = /made by (\w+)/.exec(tested)?.[1]?.toLowerCase();
      if (lock === 'yes' && made !== undefined) expect(tools, id).toContain(made);
    }
  });

  it('has at least one committed file for every format', () => {
    for (const { type, format } of FORMATS) {
      const own = join(ROOT, 'fixtures/ecosystems', type, format.id);
      const inPairs = readdirSync(join(ROOT, 'fixtures/ecosystems/pairs'), { recursive: true, encoding: 'utf8' });
      const isThere = existsSync(own) || inPairs.some((path) => format.matches(path));
      if (format.entry === 'manifest' || format.entry === 'lockfile') expect(isThere, format.id).toBe(true);
    }
  });
});
