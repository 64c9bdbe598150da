import { expect, it } from 'vitest';
import { fuzzPrograms } from './programs.ts';

it('both readers of programs find the same calls, texts and members in programs that were changed at random', () => {
  const { compared, left, failures } = fuzzPrograms(1_000, 7);
  expect(failures).toEqual([]);
  expect(compared).toBeGreaterThan(400);
  expect(left).toBeGreaterThan(300);
}, 60_000);
