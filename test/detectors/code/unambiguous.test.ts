import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { costBound } from '../../../detectors/code/regex-denial-of-service/cost.ts';
import { isSquareOnTrial } from '../../../detectors/code/regex-denial-of-service/trial.ts';
import { provenLinear, provenUnambiguous } from '../../../detectors/code/regex-denial-of-service/unambiguous.ts';
import { BOUNDS, OPEN, PROVEN, TRIED } from '../../support/expressions.ts';
import { processorNow } from '../../support/processor.ts';

const {
  checkSync,
}: {
  readonly checkSync: (
    source: string,
    flags: string,
    parameters: { readonly timeout: number; readonly checker: 'automaton' },
  ) => { readonly status: string; readonly complexity?: { readonly type: string; readonly degree?: number } };
} = createRequire(import.meta.url)('recheck/lib/browser.js');

describe('the proof that an expression is unambiguous', () => {
  for (const [source, flags] of PROVEN) {
    it(`succeeds for /${source}/${flags}`, () => expect(provenUnambiguous(source, flags)).toBe(true));
  }

  for (const [source, flags] of OPEN) {
    it(`leaves /${source}/${flags} to the full check`, () => expect(provenUnambiguous(source, flags)).toBe(false));
  }

  it('is never given for an expression that the full check finds exponential', () => {
    const given = expressions(160).filter((source) => provenUnambiguous(source, ''));
    expect(given.length).toBeGreaterThan(20);
    const wrong = given.filter((source) => {
      const { status, complexity } = checkSync(source, '', { timeout: 500, checker: 'automaton' });
      return status === 'vulnerable' && complexity?.type === 'exponential';
    });
    expect(wrong).toEqual([]);
  });

  it('of linear time is never given for an expression that the full check finds slow', () => {
    const given = expressions(160)
      .map((source) => `^(?:${source})$`)
      .filter((source) => provenLinear(source, ''));
    expect(given.length).toBeGreaterThan(10);
    const wrong = given.filter(
      (source) => checkSync(source, '', { timeout: 500, checker: 'automaton' }).status === 'vulnerable',
    );
    expect(wrong).toEqual([]);
  });

  it('of linear time is not given where matching can start anywhere', () => {
    expect([provenLinear('^a+$', ''), provenLinear('a+$', ''), provenLinear('^a+$', 'm')]).toEqual([
      true,
      false,
      false,
    ]);
    expect(provenLinear('^a|b+$', '')).toBe(false);
    expect(provenLinear('^(?=.*x)(?:a(?=.*y))*$', '')).toBe(false);
  });
});

describe('the bound of what a match costs', () => {
  for (const [source, flags, bound] of BOUNDS) {
    it(`is ${bound} for /${source}/${flags}`, () => expect(costBound(source, flags)).toBe(bound));
  }

  it('is never lower than what the full check finds', () => {
    const given = expressions(120).flatMap((source) =>
      [source, `^(?:${source})$`, `^(?:${source})c`].flatMap((each) => {
        const bound = costBound(each, '');
        return bound === null || bound === Number.POSITIVE_INFINITY ? [] : [[each, bound] as const];
      }),
    );
    expect(given.length).toBeGreaterThan(120);
    const wrong = given.filter(([source, bound]) => {
      const { status, complexity } = checkSync(source, '', { timeout: 500, checker: 'automaton' });
      return status === 'vulnerable' && (complexity?.type === 'exponential' || (complexity?.degree ?? 2) > bound);
    });
    expect(wrong).toEqual([]);
  });

  it('gives up on an expression that would take long to decide', () => {
    const started = processorNow();
    const large = `^${Array.from({ length: 60 }, (_, index) => `(?:a${'b'.repeat(index % 5)}c?)*`).join('')}$`;
    expect(costBound(large, '')).toBe(null);
    expect(costBound(`^${'a?'.repeat(500)}$`, '')).toBe(null);
    expect(processorNow() - started).toBeLessThan(2_000);
  });
});

describe('the trial of an expression', () => {
  it.each(TRIED)('says of /%s/ that it takes square time: %s', (source, square) => {
    expect(isSquareOnTrial(source, '')).toBe(square);
    if (square)
      expect(checkSync(source, '', { timeout: 60_000, checker: 'automaton' })).toMatchObject({
        status: 'vulnerable',
        complexity: { type: 'polynomial', degree: 2 },
      });
  });

  it('never says more than the full check', () => {
    const given = expressions(200)
      .flatMap((source) => [source, `(?:${source})$`, `^(?:${source})c`])
      .filter((source) => costBound(source, '') === 2 && isSquareOnTrial(source, ''));
    expect(given.length).toBeGreaterThan(20);
    const wrong = given.filter((source) => {
      const { status, complexity } = checkSync(source, '', { timeout: 500, checker: 'automaton' });
      return status === 'safe' || (complexity?.degree ?? 2) !== 2;
    });
    expect(wrong).toEqual([]);
  });
});

/** Small expressions over few characters, so that ambiguity is common; the same on every run. */
function expressions(count: number): readonly string[] {
  let state = 7;
  const pick = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const make = (depth: number): string => {
    const kind = depth === 0 ? 0 : pick(6);
    if (kind < 2) return ['a', 'b', 'c', '[ab]', '[^a]', '\\d', '.'][pick(7)] ?? 'a';
    if (kind === 2) return make(depth - 1) + make(depth - 1);
    if (kind === 3) return `(?:${make(depth - 1)}|${make(depth - 1)})`;
    return `(?:${make(depth - 1)})${['*', '+', '?', '{2,}', '{1,3}'][pick(5)] ?? '*'}`;
  };
  return Array.from({ length: count }, () => make(4));
}
