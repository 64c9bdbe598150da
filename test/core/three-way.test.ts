import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mergedCleanly } from '../../src/core/three-way.ts';

const ORIGIN = 'one\ntwo\nthree\nfour\nfive\nsix\n';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'three-way-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What git makes of it; null for a conflict. */
function git(origin: string, ours: string, theirs: string): string | null {
  const [a, o, b] = [join(folder, 'ours'), join(folder, 'origin'), join(folder, 'theirs')];
  writeFileSync(a, ours);
  writeFileSync(o, origin);
  writeFileSync(b, theirs);
  const { status, stdout } = spawnSync('git', ['merge-file', '-p', a, o, b], { encoding: 'utf8' });
  return status === 0 ? stdout : null;
}

describe('a merge of two changes of one text', () => {
  test('has both where they are apart', () => {
    const [ours, theirs] = [ORIGIN.replace('two', 'TWO'), ORIGIN.replace('five\n', '')];
    expect(mergedCleanly(ORIGIN, ours, theirs)).toBe('one\nTWO\nthree\nfour\nsix\n');
    expect(mergedCleanly(ORIGIN, ours, ORIGIN)).toBe(ours);
    expect(mergedCleanly(ORIGIN, ORIGIN, theirs)).toBe(theirs);
  });

  test('is nobody’s to tell where they meet or touch', () => {
    const ours = ORIGIN.replace('two', 'TWO');
    expect(mergedCleanly(ORIGIN, ours, ORIGIN.replace('two', 'zwei'))).toBeNull();
    expect(mergedCleanly(ORIGIN, ours, ORIGIN.replace('three', 'drei'))).toBeNull();
    expect(mergedCleanly(ORIGIN, ours, ours)).toBeNull();
  });

  test('keeps the end of the file and its line ends as they are, or tells nothing', () => {
    expect(mergedCleanly('a\nb\nc\nd', 'A\nb\nc\nd', 'a\nb\nc\nD')).toBe('A\nb\nc\nD');
    expect(mergedCleanly('a\r\nb\r\nc\r\n', 'A\r\nb\r\nc\r\n', 'a\r\nb\r\nC\r\n')).toBe('A\r\nb\r\nC\r\n');
    expect(mergedCleanly('a\r\nb\r\nc\r\n', 'A\r\nb\r\nc\r\n', 'a\nb\nc\n')).toBeNull();
  });

  test('is what git makes of it, wherever both find one', () => {
    const lines = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', '}'), { minLength: 3, maxLength: 12 });
    const edit = fc.record({ at: fc.nat(11), cut: fc.nat(2), put: fc.array(fc.constantFrom('x', 'y', '}')) });
    const edited = (text: readonly string[], { at, cut, put }: { at: number; cut: number; put: string[] }) => [
      ...text.slice(0, at),
      ...put,
      ...text.slice(at + cut),
    ];
    const text = (all: readonly string[]) => `${all.join('\n')}\n`;
    let compared = 0;
    fc.assert(
      fc.property(lines, edit, edit, (old, one, two) => {
        const sides = [text(old), text(edited(old, one)), text(edited(old, two))] as const;
        const merged = mergedCleanly(...sides);
        if (merged === null) return;
        const expected = git(...sides);
        if (expected === null) return;
        compared += 1;
        expect(merged).toBe(expected);
      }),
      { numRuns: 200, seed: 7 },
    );
    expect(compared).toBeGreaterThan(30);
  });
});
