import { describe, expect, it } from 'vitest';
import { hasMatch, mayMatch } from '../../src/core/prefilter.ts';
import { createWordFinder, findWords } from '../../src/core/word-finder.ts';
import { wordsNeeded } from '../../src/core/words-needed.ts';
import { randomOf } from '../fuzz/mutate.ts';

describe('the words that a pattern needs', () => {
  it.each<[RegExp, readonly string[] | null]>([
    [/exec|spawn/, ['exec', 'spawn']],
    [/[Aa]uth/, ['auth']],
    [/\bvm2?\b/, ['vm', 'vm2']],
    [/gh[pousr]_/, ['gh']],
    [/(?:pass|pwd)\s*=/, ['pass', 'pwd']],
    [/a{2}bc/, ['bc']],
    [/(?:token)+x?/, ['token']],
    [/(?=[\s\S]*err)(?=[\s\S]*stack)/, ['stack']],
    [/foo(?!bar)baz/, ['foobaz']],
    [/(?<!x)secret/, ['secret']],
    [/(?<name>secret)-/, ['secret-']],
    [/SECRET/i, ['secret']],
    [/\x41\u0042\n/, ['ab\n']],
    [/été|secret/, ['t', 'secret']],
    [/x*|secret/, null],
    [/\d+/, null],
    [/(secret)\1/, null],
    [/[^a]secret[a-c]/, ['secret']],
    [/[[a]&&[b]]c/v, null],
  ])('of %s are %j', (pattern, words) => {
    expect(wordsNeeded(pattern)).toEqual(words);
  });

  it.each(['(', 'a**', '[a', '(?<=a', 'x{2,1}'])('are not guessed at where a pattern cannot be read: %s', (source) => {
    const broken: RegExp = Object.create(RegExp.prototype, { source: { value: source }, flags: { value: '' } });
    expect(() => wordsNeeded(broken)).not.toThrow();
  });
});

describe('looking for many words at once', () => {
  /** For each word whether it is found. */
  function finding(words: readonly string[]): (text: string) => readonly number[] {
    const finder = createWordFinder(words);
    return (text) => {
      const found = new Set(findWords(finder, text).words);
      return words.map((_, number) => (found.has(number) ? 1 : 0));
    };
  }

  it('finds the same as looking for each', () => {
    const random = randomOf(7);
    const letters = 'abcABC.';
    const some = (length: number): string =>
      Array.from({ length }, () => letters[Math.floor(random() * letters.length)]).join('');
    for (let round = 0; round < 200; round += 1) {
      const words = [...new Set(Array.from({ length: 12 }, () => some(1 + Math.floor(random() * 4)).toLowerCase()))];
      const find = finding(words);
      for (const text of [some(30), some(5), '', `${some(8)}é${some(8)}`]) {
        const expected = words.map((word) => (text.toLowerCase().includes(word) ? 1 : 0));
        expect(find(text), `${words.join(' ')} in ${text}`).toEqual(expected);
      }
    }
  });

  it('forgets each text with the next, however many come', () => {
    const find = finding(['even', 'odd', 'last']);
    for (let text = 0; text < 600; text += 1)
      expect(find(text % 2 === 0 ? 'even' : 'odd'), String(text)).toEqual(text % 2 === 0 ? [1, 0, 0] : [0, 1, 0]);
  });

  it('finds a word that lies across two pieces of a long text', () => {
    const find = finding(['needle', 'absent']);
    for (let before = 65_525; before < 65_545; before += 1)
      expect(find(`${'x'.repeat(before)}needle${'y'.repeat(70_000)}`)).toEqual([1, 0]);
  });

  it('takes letters beyond ASCII that equal ASCII ones where case does not count for these', () => {
    expect(finding(['task', 'kiss'])('TAſK, \u212aiſs')).toEqual([1, 1]);
    expect(/task/iu.test('TAſK')).toBe(true);
  });
});

describe('trying a pattern on a long text', () => {
  const filler = 'const plain = words.map((word) => word.length);\n'.repeat(4_000);

  it('says what the pattern says, before and after the words are joined', () => {
    const patterns = [/needle/, /[Nn]eed(?:le|ful)\s*\(/, /\d{9}/, /absent|needless/];
    const texts = [filler, `${filler}needle`, `${filler}Needful (`, `${filler}123456789`, 'needles', ''];
    for (let round = 0; round < 8; round += 1)
      for (const text of texts)
        for (const pattern of patterns)
          expect(hasMatch(pattern, text), `${pattern} in …${text.slice(-20)}`).toBe(pattern.test(text));
  });

  it('knows a pattern that comes after the others were joined', () => {
    const late = /latecomer/;
    for (let round = 0; round < 30; round += 1) {
      expect(hasMatch(late, `${filler}${round}`)).toBe(false);
      expect(hasMatch(late, `${filler}latecomer${round}`)).toBe(true);
    }
  });

  it('says by the words alone what may match, where many patterns are asked as one', () => {
    const joint = /first thing \d|second(?:ly)? thing \d/;
    for (let round = 0; round < 60; round += 1) {
      expect(mayMatch(joint, `${filler}${round}`)).toBe(false);
      expect(mayMatch(joint, `${filler}first thing ${round}`)).toBe(true);
      expect(hasMatch(joint, `${filler}first thing x${round}`)).toBe(false);
    }
    // By now the words are joined: what has them is not tried.
    expect(mayMatch(joint, `${filler}a second thing of none`)).toBe(true);
    expect(mayMatch(/\d{9}/, filler)).toBe(false);
    expect(mayMatch(/\d{9}/, `${filler}123456789`)).toBe(true);
  });

  it('tries a pattern on a short text without looking for all words', () => {
    expect(mayMatch(/first thing \d/, 'first thing x')).toBe(false);
    expect(mayMatch(/first thing \d/, 'first thing 1')).toBe(true);
  });
});
