import { describe, expect, test } from 'vitest';
import type { Report, Verdict } from '../../src/core/report.ts';
import { chooseFindings, chooseRefused } from '../../src/signoff/items.ts';
import { findingWith } from '../support/findings.ts';

const report = {
  code: 'r-aaaaaaaa',
  findings: [
    findingWith({ handle: 'F1' }),
    findingWith({ handle: 'F2', critical: true }),
    findingWith({ handle: 'F3', signable: false, critical: true }),
    findingWith({ handle: 'F4' }),
    findingWith({ handle: 'F5', level: 'note' }),
  ],
} as unknown as Report;
const verdict = {
  open: ['F1', 'F2', 'F3'],
  signed: [{ handle: 'F4', signOffId: 's-1', signer: 'maria', reason: '' }],
  shown: ['F5'],
} as unknown as Verdict;

function chosen(result: ReturnType<typeof chooseFindings>): readonly string[] | string {
  return result.state === 'chosen' ? result.findings.map((each) => each.handle) : result.because.rule;
}

describe('what is signed', () => {
  test.each([
    ['all is what is open, and neither critical nor beyond signing', 'all', ['F1']],
    ['a critical one alone', ['F2'], ['F2']],
    ['a critical one among others', ['F1', 'F2'], 'critical-together'],
    ['what nobody can sign', ['F3'], 'not-signable'],
    ['what is signed already', ['F4'], 'not-open'],
    ['what holds nothing', ['F5'], 'not-open'],
    ['what is not there', ['F9'], 'unknown-handle'],
  ] as const)('%s', (_, handles, outcome) => {
    expect(chosen(chooseFindings(handles, report, verdict))).toEqual(outcome);
  });
});

describe('what is refused', () => {
  test.each([
    ['all is everything that holds or would', 'all', ['F1', 'F2', 'F3', 'F4']],
    ['also what another signed', ['F4'], ['F4']],
    ['also what nobody can sign', ['F3'], ['F3']],
    ['not what holds nothing', ['F5'], 'not-open'],
    ['not what is not there', ['F9'], 'unknown-handle'],
  ] as const)('%s', (_, handles, outcome) => {
    expect(chosen(chooseRefused(handles, report, verdict))).toEqual(outcome);
  });
});
