import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCsv } from '../../eval/names/rows.ts';
import { type Asked, isSealed, untouchedTable } from '../../eval/names/untouched.ts';
import { sha256 } from '../../src/core/digest.ts';
import { createNames } from '../../src/evidence/names.ts';
import type { PopularList } from '../../src/evidence/popular.ts';

const FOLDER = join(import.meta.dirname, '../../eval/untouched');
const NPM: PopularList = {
  type: 'npm',
  names: ['express', 'lodash', 'commander', 'typescript'],
  famous: 4,
  words: [],
  origin: 'a list',
  licence: 'MIT',
  asOf: '2026-01-01T00:00:00.000Z',
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'untouched-'));
  const alike = [
    'expres,npm,express,misspelling,somebody',
    'comander,npm,commander,misspelling,"somebody, somewhere"',
    'typscript,npm,typescript,misspelling,somebody',
    'nothing-of-the-kind,npm,typescript,affix,somebody',
    'serd,crates,serde,misspelling,somebody',
  ];
  await writeFile(join(folder, 'look-alikes.csv'), ['name,ecosystem,target,technique,source', ...alike, ''].join('\n'));
  await writeFile(join(folder, 'honest.csv'), 'name,ecosystem,source\nlodash,npm,x\nlodahs,npm,x\nquiet-thing,npm,x\n');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function printed(more: Partial<Asked>): readonly (readonly string[])[] {
  const lines: string[] = [];
  const names = createNames([NPM], { now: () => Date.parse('2026-11-01'), importNames: new Map() });
  untouchedTable((line) => lines.push(line), {
    folder,
    lists: [NPM],
    names: () => names,
    development: [],
    developmentAtHand: true,
    sealed: true,
    ...more,
  });
  return lines.map((line) => line.split('|').map((cell) => cell.trim()));
}

/** The npm rows of the first table (look-alikes) or the second (honest names). */
function npmRows(rows: readonly (readonly string[])[], table: 0 | 1): readonly (readonly string[])[] {
  const second = rows.findIndex(([title = '']) => title.includes('honest names'));
  const part = table === 0 ? rows.slice(0, second) : rows.slice(second);
  return part.filter((cells) => cells[1] === 'npm').map((cells) => cells.slice(2));
}

/** Half, families, n, targets on the list, found. */
function recall(rows: readonly (readonly string[])[]) {
  return npmRows(rows, 0).map((cells) => cells.slice(0, 5));
}

describe('names collected before the rule was asked', () => {
  it('are counted by halves that a hash fixed, and by whether development had the family', () => {
    const development = [{ type: 'npm', rows: [{ name: 'exprss', targets: ['express'] }] }] as const;
    const rows = recall(printed({ development }));
    expect(rows.at(-3)).toEqual(['both', 'all', '4', '4', '3']);
    expect(rows.at(-2)).toEqual(['both', 'shared with development', '1', '1', '1']);
    expect(rows.at(-1)).toEqual(['both', 'others', '3', '3', '2']);
  });

  it('are taken out where the rule was developed on them, and counted', () => {
    const development = [{ type: 'npm', rows: [{ name: 'expres', targets: ['express'] }] }] as const;
    const rows = printed({ development });
    expect(recall(rows).find(([half, families]) => half === 'both' && families === 'all')?.[2]).toBe('3');
    expect(rows.flat().join(' ')).toContain('npm 1 of 4');
    expect(printed({ developmentAtHand: false }).flat().join(' ')).toContain('too good');
  });

  it('stay sealed without being asked for: nothing is printed that tells their count', () => {
    const halves = new Set(printed({ sealed: false }).flatMap((cells) => (cells[1] === 'npm' ? [cells[2]] : [])));
    expect([...halves]).toEqual(['open (development since its first run)']);
    const open = recall(printed({ sealed: false })).find(([, families]) => families === 'all')?.[2] ?? '0';
    const targets = ['express', 'commander', 'typescript', 'typescript'];
    expect(open).toBe(String(targets.filter((target) => !isSealed(`npm:${target}`)).length));
  });

  it('are said to be unasked where their ecosystem has no list', () => {
    expect(printed({}).flat().join(' ')).toContain('1 crates');
  });

  it('give noise among honest names that no list exempts', () => {
    // n, on the list, outside it, flagged.
    const both = npmRows(printed({}), 1).find(([half]) => half === 'both');
    expect(both?.slice(1, 5)).toEqual(['3', '1', '2', '1']);
  });
});

it('the sealed half is the one that the README fixed before the first run', () => {
  for (const text of ['npm:lodash', 'pypi:requests', 'go:github.com/sirupsen/logrus'])
    expect(isSealed(text)).toBe(Number.parseInt(sha256(text).slice(0, 2), 16) % 2 === 1);
});

describe('the committed lists', () => {
  const alike = readCsv(join(FOLDER, 'look-alikes.csv'));
  const honest = readCsv(join(FOLDER, 'honest.csv'));

  it('state for every look-alike a target, a technique, a report with its year, and whether it was read again', () => {
    for (const [name, ecosystem, target, technique, source, ...more] of alike) {
      expect([name, ecosystem, target, technique].every((field) => field !== undefined && field !== '')).toBe(true);
      expect(source).toMatch(/\(\d{4}(?:[-, ]+\d{4})?\); (?:checked|recalled)$/);
      expect(more.join('')).toBe('');
    }
  });

  it('name every name of an ecosystem once, and call none both', () => {
    const keys = [...alike, ...honest].map(([name, ecosystem]) => `${ecosystem}:${name}`);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('are as many as the report of the first run says', () => {
    expect([alike.length, honest.length]).toEqual([438, 515]);
  });
});
