import { describe, expect, it } from 'vitest';
import { CountersignError } from '../../src/core/errors.ts';
import { processorNow } from '../support/processor.ts';
import { FIXTURES } from './fixtures.ts';
import { mutate, seeded } from './mutations.ts';

const RUNS = 2_000;
const SEED = 20_261_121;

describe('two thousand mutated files', () => {
  it('are each read or refused with a typed error, in under a second', { timeout: 120_000 }, () => {
    const random = seeded(SEED);
    const slow: string[] = [];
    let refused = 0;
    for (let run = 0; run < RUNS; run += 1) {
      const fixture = FIXTURES[run % FIXTURES.length];
      if (fixture === undefined) throw new Error('there are no fixtures');
      const text = mutate(fixture.text, random);
      const started = processorNow();
      try {
        const parsed = fixture.format.parse(text, fixture.path);
        for (const entry of parsed.entries) {
          expect(entry.name).not.toBe('');
          expect(entry.location.startLine).toBeGreaterThan(0);
          expect(entry.location.endLine).toBeGreaterThanOrEqual(entry.location.startLine);
        }
      } catch (error) {
        if (!(error instanceof CountersignError)) {
          throw new Error(`${fixture.name}, run ${run}: ${JSON.stringify(text)}`, { cause: error });
        }
        expect(error.code).toBe('unreadable-file');
        expect(error.place?.path).toBe(fixture.path);
        expect(error.place?.line).toBeGreaterThan(0);
        refused += 1;
      }
      const took = processorNow() - started;
      if (took > 1000) slow.push(`${fixture.name}, run ${run}: ${Math.round(took)} ms`);
    }
    expect(slow).toEqual([]);
    // The run would prove nothing if all were refused, or none.
    expect(refused).toBeGreaterThan(RUNS / 10);
    expect(refused).toBeLessThan(RUNS * 0.9);
  });
});
