import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changedLines } from '../../src/core/changed-lines.ts';

const lines = (before: string[], after: string[]): number[] =>
  [...changedLines(before.join('\n'), after.join('\n'))].sort((a, b) => a - b);

describe('changed lines', () => {
  it('are none where nothing changed, line endings aside', () => {
    expect(lines(['a', 'b'], ['a', 'b'])).toEqual([]);
    expect([...changedLines('a\r\nb\r\n', 'a\nb\n')]).toEqual([]);
  });

  it('are what was added or replaced', () => {
    expect(lines(['a', 'c'], ['a', 'b', 'c'])).toEqual([2]);
    expect(lines(['a', 'b', 'c'], ['a', 'x', 'c'])).toEqual([2]);
    expect(lines([], ['a'])).toEqual([1]);
  });

  it('include a line that was moved', () => {
    expect(lines(['one', 'two', 'three', 'four'], ['two', 'three', 'four', 'one'])).toEqual([4]);
  });

  it('find changes apart from each other', () => {
    expect(lines(['a', 'b', 'c', 'd', 'e'], ['a', 'x', 'c', 'y', 'e'])).toEqual([2, 4]);
  });

  it('leave an unchanged rest: without the changed lines, the new text is a subsequence of the old', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'b', 'c', 'd')),
        fc.array(fc.constantFrom('a', 'b', 'c', 'd')),
        (before, after) => {
          const changed = changedLines(before.join('\n'), after.join('\n'));
          const old = before.length === 0 ? [''] : before;
          let at = 0;
          (after.length === 0 ? [''] : after).forEach((line, index) => {
            if (changed.has(index + 1)) return;
            while (at < old.length && old[at] !== line) at += 1;
            expect(at).toBeLessThan(old.length);
            at += 1;
          });
        },
      ),
    );
  });

  it('take linear time on texts without anything in common', () => {
    const many = Array.from({ length: 50_000 }, (_, index) => `a${index}`);
    expect(
      lines(
        many,
        many.map((line) => `${line}x`),
      ),
    ).toHaveLength(50_000);
  });
});
