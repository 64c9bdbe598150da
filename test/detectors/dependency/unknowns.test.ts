import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEPENDENCY_DETECTORS } from '../../../detectors/dependency/index.ts';
import type { DependencyContext } from '../../../src/core/detector.ts';
import { DEFAULT_THRESHOLDS } from '../../../src/core/thresholds.ts';
import { CASE_NOW, evidencePair } from '../../support/evidence-pairs.ts';

describe.each(DEPENDENCY_DETECTORS)('$rule.id', (detector) => {
  it('is never turned from clear to a finding by a fact that was missing', () => {
    fc.assert(
      fc.property(evidencePair, ({ change, before, after }) => {
        const context = (evidence: DependencyContext['evidence']): DependencyContext => ({
          evidence,
          changes: [change],
          thresholds: DEFAULT_THRESHOLDS,
          now: CASE_NOW,
        });
        if (detector.detect(change, context(before)).state !== 'clear') return;
        expect(detector.detect(change, context(after)).state).not.toBe('findings');
      }),
      { numRuns: 1500 },
    );
  });

  it('waits only for facts that are unavailable', () => {
    fc.assert(
      fc.property(evidencePair, ({ change, after }) => {
        const answer = detector.detect(change, {
          evidence: after,
          changes: [change],
          thresholds: DEFAULT_THRESHOLDS,
          now: CASE_NOW,
        });
        expect(answer.state).not.toBe('needs');
      }),
      { numRuns: 300 },
    );
  });
});
