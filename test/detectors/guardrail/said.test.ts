import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { guardrailSaid } from '../../support/guardrail-corpus.ts';

test('the guardrail rules say about all cases what is recorded, each also about those of the others', () => {
  const recorded = readFileSync(new URL('../../../fixtures/detectors/said-guardrail.txt', import.meta.url), 'utf8');
  // A difference that is meant is recorded with: node tools/record-findings.ts
  expect(guardrailSaid()).toBe(recorded);
});
