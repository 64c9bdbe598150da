import { describe, expect, it } from 'vitest';
import { CODE_DETECTORS } from '../../detectors/code/index.ts';
import { alternativesOf } from '../../src/core/alternatives.ts';
import { createPatternSet, setMatches, setMayMatch } from '../../src/core/pattern-set.ts';
import { randomOf } from '../fuzz/mutate.ts';

/** What each alternative of a pattern asks for, in short. */
function asked(pattern: RegExp): readonly string[] {
  return alternativesOf(pattern).map(({ asks }) => {
    if (asks.kind === 'pattern') return String(asks.pattern());
    if (asks.kind === 'all') return `all ${asks.patterns.map((each) => each.length).join(' ')}`;
    return `${asks.starts ? '|' : ''}${asks.text}${asks.ends ? '|' : ''}${asks.folds ? ' in any case' : ''}`;
  });
}

describe('the alternatives of a pattern', () => {
  it.each<[RegExp, readonly string[]]>([
    [/exec|spawn/, ['exec', 'spawn']],
    [/[Aa]uth|\.save\(/, ['Auth', 'auth', '.save(']],
    [/\bfs\b|https?\b/, ['|fs|', 'http|', 'https|']],
    [/\b(?:nosec\b|lgtm)|x/, ['|nosec|', '|lgtm', 'x']],
    [/(?:(?:a|b)|c)/, ['a', 'b', 'c']],
    [/secret|\bsig\b/i, ['secret in any case', '|sig| in any case']],
    [/a\s*b|cd/, ['cd', '/a\\s*b/']],
    [/(?:a|b)+|cd/, ['cd', '/(?:a|b)+/']],
    [/(?:a)(?:b)|(?:c)?d/, ['ab', 'd', 'cd']],
    [/^ab|cd$|e(?=f)/, ['/^ab/', '/cd$/', '/e(?=f)/']],
    [/a\\|b/, ['a\\', 'b']],
    [/a\\b|c\\\b/, ['a\\b', 'c\\|']],
    [/[|)]a|[(]|\(b/, ['|a', ')a', '(', '(b']],
    [/(a|b)\1|c/, ['/(a|b)\\1|c/']],
    [/[a&&[ab]]|c/v, ['/[a&&[ab]]|c/v']],
    [/(?i:a)|b/, ['b', '/(?i:a)/']],
    [/^(?=[\s\S]*(?:ab|cd))(?=[\s\S]*e\s)|f/, ['f', 'all 2 1']],
    [/^(?=[\s\S]*a|b)/, ['/^(?=[\\s\\S]*a|b)/']],
    [/^(?=[\s\S]*a)b/, ['/^(?=[\\s\\S]*a)b/']],
    [/^(?=[\s\S]*a)/m, ['/^(?=[\\s\\S]*a)/m']],
    [/\b|a/, ['a', '/\\b(?:)/']],
  ])('of %s', (pattern, expected) => {
    expect(asked(pattern)).toEqual(expected);
  });
});

describe('many patterns asked of one text', () => {
  const random = randomOf(23);
  const oneOf = (all: readonly string[]): string => all[Math.floor(random() * all.length)] ?? '';
  const LETTERS = ['a', 'b', 'A', 'k', 's', '_', '1', ' ', '.', '(', '-', '\n', 'é', '\u212a', '\u017f', '\u0161'];
  const ATOMS = [
    'a',
    'b',
    'A',
    'k',
    's',
    '_',
    '1',
    ' ',
    '\\.',
    '\\(',
    '-',
    '\\n',
    '[aA]',
    '[^a]',
    '\\s',
    '\\w',
    '.',
    'é',
  ];

  function randomSource(depth: number): string {
    const some = () => {
      if (depth > 0 && random() < 0.15) return `(?:${randomSource(depth - 1)})${oneOf(['', '', '?', '{2}'])}`;
      if (depth > 0 && random() < 0.05) return `${oneOf(['(?=', '(?!', '(?<=', '(?<!'])}${randomSource(depth - 1)})`;
      return `${oneOf(ATOMS)}${oneOf(['', '', '', '', '?', '*'])}`;
    };
    const sequence = () => {
      if (depth === 2 && random() < 0.1)
        return `^(?=[\\s\\S]*(?:${randomSource(1)}))(?=[\\s\\S]*${oneOf(ATOMS)}${oneOf(ATOMS)})`;
      const body = Array.from({ length: 1 + Math.floor(random() * 4) }, some).join('');
      return `${oneOf(['', '', '\\b', '^'])}${body}${oneOf(['', '', '\\b', '$'])}`;
    };
    return Array.from({ length: 1 + Math.floor(random() * 3) }, sequence).join('|');
  }

  it('says of each what it says by itself', () => {
    let yes = 0;
    for (let round = 0; round < 60; round += 1) {
      const patterns = Array.from(
        { length: 30 },
        () => new RegExp(randomSource(2), oneOf(['', '', 'i', 'm', 'iu', 'u'])),
      );
      const set = createPatternSet(patterns.map(alternativesOf));
      // Some texts have ASCII alone: there, words are decided without looking again.
      for (let count = 0; count < 30; count += 1) {
        const letters = LETTERS.slice(0, count % 2 === 0 ? 12 : 16);
        const text = Array.from({ length: count }, () => oneOf(letters)).join('');
        patterns.forEach((pattern, number) => {
          const expected = pattern.test(text);
          if (expected) yes += 1;
          expect(setMatches(set, number, text), `${pattern} in ${JSON.stringify(text)}`).toBe(expected);
          if (expected) expect(setMayMatch(set, number, text), `${pattern} in ${JSON.stringify(text)}`).toBe(true);
        });
      }
    }
    expect(yes).toBeGreaterThan(10_000);
  });

  it('says so for the triggers of all code rules and texts of their own words, cut and joined', () => {
    const triggers = CODE_DETECTORS.map((each) => each.triggers);
    const set = createPatternSet(triggers.map(alternativesOf));
    const words = triggers.flatMap(({ source }) =>
      source
        .replace(/\\([^bswd])/g, '$1')
        .split(/\\[bswd]|[^\w$.'"@:/=\](){}-]+/)
        .filter(Boolean),
    );
    for (let round = 0; round < 1_500; round += 1) {
      const some = (): string => {
        const word = oneOf(words);
        const kind = random();
        if (kind < 0.2) return word.slice(1);
        if (kind < 0.4) return word.toUpperCase();
        return kind < 0.5 ? word.toLowerCase() : word;
      };
      const text = Array.from({ length: 1 + (round % 9) }, some).join(
        oneOf([' ', '', '\n', ' = ', '(', ': ', 'é', '\u212a']),
      );
      triggers.forEach((pattern, number) => {
        expect(setMatches(set, number, text), `${pattern} in ${text}`).toBe(pattern.test(text));
      });
    }
  });
});
