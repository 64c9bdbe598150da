import { afterEach, describe, expect, it, vi } from 'vitest';
import { regexDenialOfService } from '../../../detectors/code/regex-denial-of-service/detector.ts';
import { fullCheck, loadChecker, MAX_STEPS } from '../../../detectors/code/regex-denial-of-service/full-check.ts';
import { analyse } from '../../../src/inspect/analyse.ts';
import { CHECKED, LONG } from '../../support/expressions.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('the full check of an expression', () => {
  it('says what can take long, and with what power of the length', () => {
    expect(fullCheck('^(a+)+$', '', 'nested')).toMatchObject({
      status: 'vulnerable',
      complexity: { type: 'exponential' },
    });
    expect(fullCheck('\\s+$', '', 'flat')).toMatchObject({
      status: 'vulnerable',
      complexity: { type: 'polynomial', degree: 2 },
    });
    for (const [source, shape, status] of CHECKED) expect(fullCheck(source, '', shape).status).toBe(status);
  });

  it('gives up after a number of steps, and does not guess', () => {
    expect(fullCheck(LONG, 'i', 'nested').status).toBe('unknown');
  });

  it('gives a long expression fewer steps, as each costs more', () => {
    const checked = fullCheck(`${LONG}${' and so on'.repeat(14)}`, 'i', 'nested');
    expect(checked.status).toBe('unknown');
    expect(checked.work).toBeGreaterThan(1_000_000);
    expect(checked.work).toBeLessThan(1_400_000);
  });

  it('leaves the rest of a file undecided where its expressions took all the work that one file is given', () => {
    const asked = `/${LONG}/i.test(text);\n`;
    const judged = (times: number) => {
      const text = `export function of(text) {\n${asked.repeat(times)}return /^(a+)+$/.test(text);\n}`;
      const after = { path: 'src/of.js', text, blob: '', mode: '100644' };
      return analyse({ path: after.path, before: null, after, scope: 'all' }, [regexDenialOfService]).detections;
    };
    expect(judged(4).map(({ level }) => level)).toEqual(['warning']);
    expect(judged(5)).toEqual([]);
  });

  it('says the same on a machine so busy that an hour passes between two steps', () => {
    let hours = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => ++hours * 3_600_000);
    vi.spyOn(Date, 'now').mockImplementation(() => ++hours * 3_600_000);
    const check = loadChecker();
    expect(check('^(a|a)*$', '', { timeout: MAX_STEPS.nested, checker: 'automaton' }).status).toBe('vulnerable');
    expect(hours).toBe(0);
  });

  it('says the same of an expression whatever it was asked before', () => {
    const [fresh, used] = [loadChecker(), loadChecker()];
    const parameters = { timeout: 400, checker: 'automaton' } as const;
    for (const source of ['(x|x)*y', '^(\\d+,?)+$', '(\\w+\\s?)+$']) used(source, '', parameters);
    for (const source of ['^ *| *$', '[\\s]*[^\\s]+', '(\\S+)@.*', '(\\\\).|([@?!+*]\\(.*\\))'])
      expect(used(source, '', parameters).status).toBe(fresh(source, '', parameters).status);
  });
});
