import { expect, test } from 'vitest';
import { reviewUnderFaults, wrongly } from '../support/registry-load.ts';
import { FAULTS } from '../support/registry-server.ts';

/** `npm run soak registry` does the same with more pull requests, and for longer. */
test('pull requests at once under every fault of a registry: none is let through or refused on its word, and all come right by themselves', async () => {
  const { observed, violations } = await reviewUnderFaults({ each: ['invented'], faultMs: 0, healMs: 80_000 });
  expect(observed).toHaveLength(Object.keys(FAULTS).length);
  expect(wrongly(observed)).toEqual([]);
  expect(violations).toEqual([]);
});
