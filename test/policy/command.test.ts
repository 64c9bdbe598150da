import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCommand, verbMeant } from '../../src/policy/command.ts';

const CODE = 'r-7k2m9qx4';
const REASON = 'reviewed by hand, the input is constant';

describe('a command', () => {
  test('signs the findings it names', () => {
    expect(parseCommand(`/countersign sign F1 F3 ${CODE} ${REASON}`)).toEqual({
      state: 'command',
      command: { verb: 'sign', handles: ['F1', 'F3'], reportCode: CODE, reason: REASON },
    });
  });

  test.each(['approve', 'SIGN', 'Approve'])('may be written %s for sign', (verb) => {
    expect(parseCommand(`/countersign ${verb} f1,F3 ${CODE.toUpperCase()} ${REASON}`)).toMatchObject({
      command: { verb: 'sign', handles: ['F1', 'F3'], reportCode: CODE },
    });
  });

  test('covers all open findings by the word all', () => {
    expect(parseCommand(`/countersign sign all ${CODE} ${REASON}`)).toMatchObject({ command: { handles: 'all' } });
  });

  test.each(['cancel', 'recheck', 'status', 'help'])('%s stands alone', (verb) => {
    expect(parseCommand(`/countersign ${verb}`)).toEqual({ state: 'command', command: { verb } });
    expect(parseCommand(`/countersign ${verb} F1`)).toMatchObject({ state: 'malformed' });
  });

  test('without a verb asks for help', () => {
    expect(parseCommand('/countersign')).toMatchObject({ command: { verb: 'help' } });
  });

  test('ends with its first line', () => {
    expect(parseCommand(`/countersign status\r\n/countersign sign all ${CODE} ${REASON}`)).toMatchObject({
      command: { verb: 'status' },
    });
  });
});

describe('no command is read from', () => {
  test.each([
    ['a quote', `> /countersign sign all ${CODE} ${REASON}`],
    ['inline code', `\`/countersign sign all ${CODE} ${REASON}\``],
    ['a fence', `\`\`\`\n/countersign sign all ${CODE} ${REASON}\n\`\`\``],
    ['indented code', `    /countersign sign all ${CODE} ${REASON}`],
    ['an HTML comment', `<!-- /countersign sign all ${CODE} ${REASON} -->`],
    ['a later line', `thanks\n/countersign sign all ${CODE} ${REASON}`],
    ['a line after an empty one', `\n/countersign sign all ${CODE} ${REASON}`],
    ['another word', `/countersigned sign all ${CODE} ${REASON}`],
    ['a zero-width start', `\u200b/countersign sign all ${CODE} ${REASON}`],
    ['a byte-order mark', `\ufeff/countersign sign all ${CODE} ${REASON}`],
  ])('%s', (_, body) => {
    expect(parseCommand(body)).toEqual({ state: 'none' });
  });
});

describe('a command typed wrongly says what is missing', () => {
  test.each([
    [`/countersign sign ${CODE} ${REASON}`, /names no finding/],
    [`/countersign sign F1 ${REASON}`, /report code/],
    [`/countersign sign F1 ${CODE}`, /reason is missing/],
    [`/countersign sign F1 ${CODE} <reason>`, /template/],
    [`/countersign sign F1 ${CODE} ok ok`, /too short/],
    [`/countersign sign F1 ${CODE} aaaaaaaaaaaaaa`, /too short/],
    [`/countersign sign all F1 ${CODE} ${REASON}`, /both all and single/],
    ['/countersign merge', /no such command/],
    [`/countersign sign F0 ${CODE} ${REASON}`, /names no finding/],
  ])('%s', (body, problem) => {
    expect(parseCommand(body)).toMatchObject({ state: 'malformed', problem: expect.stringMatching(problem) });
  });

  test('and never repeats more than forty characters of it', () => {
    const parsed = parseCommand(`/countersign ${'x'.repeat(500)}`);
    expect(parsed.state === 'malformed' && parsed.verb.length).toBeLessThanOrEqual(40);
  });
});

test('whatever a comment holds, reading it neither fails nor finds a command past its start', () => {
  const line = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('/countersign sign all r-aaaaaaaa fine by me now'),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 6 }), fc.constantFrom('\n', '\r\n', '\u2028'), (lines, end) => {
      const parsed = parseCommand(lines.join(end));
      if (parsed.state !== 'none') expect(lines.join(end).startsWith('/countersign')).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

describe('a verb with one slip of the finger', () => {
  test.each([
    ['sing', 'sign'],
    ['sgin', 'sign'],
    ['sig', 'sign'],
    ['signn', 'sign'],
    ['Reject', 'reject'],
    ['recheck', 'recheck'],
    ['refus', 'refuse'],
    ['explian', 'explain'],
    ['hlep', 'help'],
    ['x', 'x'],
  ])('%s is taken for %s', (given, meant) => {
    expect(verbMeant(given)).toBe(meant);
  });
});
