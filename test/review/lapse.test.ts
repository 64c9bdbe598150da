import { describe, expect, test } from 'vitest';
import { CountersignError } from '../../src/core/errors.ts';
import type { Report } from '../../src/core/report.ts';
import type { StoredReview } from '../../src/core/store.ts';
import { isAnswered } from '../../src/review/ground.ts';
import { chainOf } from '../../src/review/involvement.ts';
import { endOf } from '../../src/review/lapse.ts';
import { findingWith, signOffWith } from '../support/findings.ts';

function reportWith(change: Partial<Report>): Report {
  return {
    code: 'r-bbbbbbbb',
    headSha: 'head-2',
    baseRef: 'main',
    mergeBase: 'base',
    policyDigest: 'policy',
    textDigest: 'text',
    diffDigest: 'diff',
    attribution: { agent: null, class: 'human', tier: 'none', requester: null, evidence: [] },
    findings: [],
    unknowns: [],
    changes: [],
    packages: [],
    unread: [],
    notes: [],
    unknownSince: null,
    ...change,
  };
}

describe('what a new report ends of a sign-off', () => {
  const two = signOffWith({
    items: [
      { handle: 'F1', ruleId: 'command-injection', evidenceDigests: ['digest-1'] },
      { handle: 'F2', ruleId: 'sql-injection', evidenceDigests: ['digest-2'] },
    ],
  });
  const one = findingWith({ evidenceDigest: 'digest-1' });
  const other = findingWith({ handle: 'F2', evidenceDigest: 'digest-2' });

  test('nothing, where all of it is there still', () => {
    expect(endOf(two, reportWith({ findings: [one, other] }), null, 'changed')).toBeNull();
  });

  test('the part that changed, so that it is not signed again when it comes back', () => {
    expect(endOf(two, reportWith({ findings: [one] }), null, 'changed')).toMatchObject({
      state: 'effective',
      left: [{ handle: 'F1' }],
      reason: expect.stringContaining('F2'),
    });
  });

  test('all of it, where none is there any more', () => {
    expect(endOf(two, reportWith({}), null, 'changed')).toMatchObject({ state: 'lapsed' });
  });

  test('nothing of a refusal', () => {
    expect(endOf({ ...two, kind: 'refuse' }, reportWith({}), null, 'always')).toBeNull();
  });

  test('a command that waits for its button, with the report it was for', () => {
    expect(endOf({ ...two, state: 'pending' }, reportWith({}), null, 'changed')).toMatchObject({ state: 'cancelled' });
  });
});

describe('the pushes between two heads', () => {
  const push = (before: string, after: string) => ({ before, after, actor: null, at: '2026-06-01T00:00:00Z' });

  test('are all of them, not the last alone', () => {
    const { chain, complete } = chainOf([push('c', 'd'), push('b', 'c'), push('a', 'b'), push('0', 'a')], 'b', 'd');
    expect(chain.map((each) => each.after)).toEqual(['d', 'c']);
    expect(complete).toBe(true);
  });

  test('are incomplete where one is missing', () => {
    expect(chainOf([push('c', 'd')], 'b', 'd').complete).toBe(false);
  });

  test('end, also where a branch went in a circle', () => {
    expect(chainOf([push('a', 'b'), push('b', 'a')], 'z', 'a').complete).toBe(false);
  });
});

describe('a delivery that was answered', () => {
  const latest = {
    checkName: 'countersign',
    verdict: { result: 'pass' },
    report: reportWith({ headSha: 'head' }),
  } as unknown as StoredReview;
  const ground = {
    latest,
    record: { state: 'open', openCheckRun: null },
    pullRequest: { headSha: 'head', baseRef: 'main' },
    policy: { digest: 'policy' },
    policyProblem: null,
    checkName: 'countersign',
    mergeBase: 'base',
    textDigest: 'text',
  } as unknown as Parameters<typeof isAnswered>[1];
  const job = { cause: 'pull_request.opened', attempt: 0, earlierStarts: 0 } as Parameters<typeof isAnswered>[0];

  test('asks for nothing more', () => {
    expect(isAnswered(job, ground)).toBe(true);
  });

  test('is answered again where the policy cannot be read now', () => {
    expect(isAnswered(job, { ...ground, policyProblem: new CountersignError('host-unavailable', 'no policy') })).toBe(
      false,
    );
  });

  test('is answered again after a failure or a death: what was stored may never have been said', () => {
    expect(isAnswered({ ...job, attempt: 1 }, ground)).toBe(false);
    expect(isAnswered({ ...job, earlierStarts: 1 }, ground)).toBe(false);
  });
});
