import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { said } from '../../support/corpus.ts';

test('the code rules say about the fixtures and the laboratory what is recorded, each also about those of the others', () => {
  const recorded = readFileSync(new URL('../../../fixtures/detectors/said.txt', import.meta.url), 'utf8');
  // A difference that is meant is recorded with: node tools/record-findings.ts
  expect(said()).toBe(recorded);
});
