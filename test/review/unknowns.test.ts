import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DEPENDENCY_DETECTORS } from '../../detectors/dependency/index.ts';
import { runDependencyRules } from '../../detectors/engine/run.ts';
import { rulesById } from '../../detectors/index.ts';
import type { DependencyChange } from '../../src/core/dependency.ts';
import type { PackageEvidence } from '../../src/core/evidence.ts';
import { DEFAULT_POLICY } from '../../src/core/policy.ts';
import { applyPolicy } from '../../src/policy/apply.ts';
import { decide } from '../../src/policy/decide.ts';
import { assembleFindings } from '../../src/review/findings.ts';
import { CASE_NOW, evidencePair } from '../support/evidence-pairs.ts';

const AGENT = { agent: 'copilot', class: 'agent' } as const;
const policy = applyPolicy(DEFAULT_POLICY, [], CASE_NOW);
const rules = rulesById();

/** The verdict of a whole review of these changes. */
function verdictOf(judged: readonly { change: DependencyChange; evidence: PackageEvidence }[]) {
  const run = runDependencyRules(judged, DEPENDENCY_DETECTORS, {
    thresholds: policy.thresholds,
    now: CASE_NOW,
    couldBlock: (rule) => policy.couldBlock(rule, AGENT),
    leaveOutLookUps: false,
    changes: judged.map((each) => each.change),
    registryHosts: [],
    owner: null,
  });
  const { findings } = assembleFindings(run.detections, rules, policy.weigh, {}, []);
  return decide(findings, run.unknowns, [], {
    blocks: (finding) => policy.blocks(finding, AGENT),
    signersNeeded: () => 1,
    interestedIds: new Set(),
    headSha: null,
    now: CASE_NOW,
  });
}

test('whichever sources fail, a review that passes would not have been blocked had they all answered', () => {
  let passed = 0;
  fc.assert(
    fc.property(fc.array(evidencePair, { minLength: 1, maxLength: 3 }), (pairs) => {
      const before = verdictOf(pairs.map(({ change, before }) => ({ change, evidence: before })));
      if (before.result !== 'pass') return;
      passed += 1;
      const after = verdictOf(pairs.map(({ change, after }) => ({ change, evidence: after })));
      expect(after.result).not.toBe('blocked');
    }),
    { numRuns: 5000, seed: -1954039323 },
  );
  // A property over cases that never come up shows nothing.
  expect(passed).toBeGreaterThan(200);
});

test('a review in which no source answers at all never passes, unless nothing new is in it', () => {
  fc.assert(
    fc.property(evidencePair, ({ change, before }) => {
      const silent = Object.fromEntries(
        Object.entries(before).map(([key, value]) => [
          key,
          typeof value === 'object' && value !== null && 'state' in value && key !== 'existedBy'
            ? { state: 'unavailable', source: 'npm', reason: 'answered 503', transient: true }
            : value,
        ]),
      ) as unknown as PackageEvidence;
      if (change.changeType !== 'added' || silent.existedBy.state === 'known') return;
      expect(verdictOf([{ change, evidence: silent }]).result).not.toBe('pass');
    }),
    { numRuns: 1000, seed: 20_261_121 },
  );
});

test('what never comes is asked of a person only once all that may still come is there', () => {
  let waited = 0;
  fc.assert(
    fc.property(evidencePair, ({ change, before }) => {
      // The registry does not answer now; no list of popular names of this ecosystem exists at all.
      const half = Object.fromEntries(
        Object.entries(before).map(([key, value]) => [
          key,
          typeof value === 'object' && value !== null && 'state' in value && key !== 'existedBy'
            ? {
                state: 'unavailable',
                source: key === 'looksLike' ? 'list' : 'npm',
                reason: 'none',
                transient: key !== 'looksLike',
              }
            : value,
        ]),
      ) as unknown as PackageEvidence;
      const rule = DEPENDENCY_DETECTORS.find((each) => each.rule.id === 'fresh-squat');
      if (rule === undefined || change.changeType !== 'added' || half.existedBy.state === 'known') return;
      const run = runDependencyRules([{ change, evidence: half }], [rule], {
        thresholds: policy.thresholds,
        now: CASE_NOW,
        couldBlock: () => true,
        leaveOutLookUps: false,
        changes: [change],
        registryHosts: [],
        owner: null,
      });
      if (run.unknowns.length === 0) return;
      waited += 1;
      expect(run.detections).toEqual([]);
    }),
    { numRuns: 500, seed: 20_261_121 },
  );
  expect(waited).toBeGreaterThan(50);
});
