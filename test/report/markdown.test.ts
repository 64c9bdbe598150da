import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteLength, inlineCode, inlineText, listed, plainText, withinLimit } from '../../src/report/markdown.ts';
import { HIDDEN, hostileText, REFERENCE, read } from './hostile.ts';

describe('hostile text in markdown', () => {
  it('is text: no link, mention, image, HTML, heading, list or hidden character', () => {
    fc.assert(
      fc.property(hostileText, fc.integer({ min: 5, max: 200 }), (text, length) => {
        for (const markdown of [
          inlineText(text, length),
          `See ${inlineText(text, length)} here`,
          `- ${inlineText(text, length)}`.slice(2),
        ]) {
          const seen = read(markdown);
          expect(seen.active, markdown).toEqual([]);
          expect(seen.text, markdown).not.toMatch(REFERENCE);
          expect(seen.text, markdown).not.toMatch(HIDDEN);
          expect(markdown).not.toMatch(/\n/);
        }
      }),
      { numRuns: 5000, seed: 11 },
    );
  });

  it('in code stays in code, and in its table cell', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const code = inlineCode(text, 80);
        const seen = read(`x ${code} y`);
        expect(seen.active, code).toEqual([]);
        expect(seen.text, code).toBe('x  y');
        expect(code).not.toMatch(HIDDEN);
        const table = read(`| a | b |\n| --- | --- |\n| ${code} | end |`);
        expect(table.active.filter((type) => type === 'td_open').length, code).toBe(2);
        expect(table.text.endsWith('end'), code).toBe(true);
      }),
      { numRuns: 5000, seed: 12 },
    );
  });

  it('shows ordinary names and sentences as they are', () => {
    expect(read(inlineText('Reads "a_b" from <input> & runs it (50 %)', 100)).text).toBe(
      'Reads "a_b" from <input> & runs it (50 %)',
    );
    expect(read(`${inlineCode('@scope/name@1.2.3', 100)}`).code).toBe('@scope/name@1.2.3');
    expect(inlineCode('src/a.ts:12', 100)).toBe('`src/a.ts:12`');
    expect(read(inlineCode('a|b\\c', 100)).code).toBe('a|b\\c');
  });

  it('names what cannot be seen, and is short', () => {
    expect(plainText('a\u202Eb', 20)).toBe('a⟨U+202E⟩b');
    expect(plainText('a\u{E0041}\u{E0042}b', 40)).toBe('a⟨2 hidden characters⟩b');
    expect(plainText('x'.repeat(5_000_000), 10)).toBe(`${'x'.repeat(9)}…`);
    expect(plainText('two\r\nlines\tand', 40)).toBe('two lines and');
    fc.assert(fc.property(hostileText, (text) => [...plainText(text, 20)].length <= 20));
  });
});

describe('limits', () => {
  it('keep head and foot, and say how many blocks are left out', () => {
    const blocks = Array.from({ length: 100 }, (_, n) => `- entry ${n} äöü`);
    const text = withinLimit({ head: 'HEAD', blocks, foot: 'FOOT' }, 400, (count) => `${count} are left out`);
    expect(byteLength(text)).toBeLessThanOrEqual(400);
    const kept = text.match(/entry/g)?.length ?? 0;
    expect(text).toContain(`${100 - kept} are left out`);
    expect(text.startsWith('HEAD')).toBe(true);
    expect(text.endsWith('FOOT')).toBe(true);
    expect(withinLimit({ head: 'HEAD', blocks: ['a'], foot: '' }, 400, String)).toBe('HEAD\n\na');
  });

  it('lists are cut with their count', () => {
    expect(listed(['a', 'b', 'c'], 5)).toBe('a, b and c');
    expect(listed(['a', 'b', 'c'], 2)).toBe('a, b and 1 more');
    expect(listed(['a'], 2)).toBe('a');
  });
});
