import { expect, test } from 'vitest';
import { fuzzComments } from './comments.ts';

test('hostile comments crash nothing, and hide no command (100,000 with `npm run fuzz:signoff`)', () => {
  const told = fuzzComments(10_000, 7);
  expect(told.comments).toBe(10_000);
  // Every kind came up, or the run proved little.
  for (const count of [told.commands, told.malformed, told.none, told.hidden]) expect(count).toBeGreaterThan(15);
});
