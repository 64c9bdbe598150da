import { describe, expect, it } from 'vitest';
import { fuzzParsers } from './parsers.ts';

describe('every parser, fed with broken files', () => {
  it('reads them or refuses them with a typed error and a line, in bounded time', () => {
    const result = fuzzParsers(6000, 7, () => {});
    expect(result.failures).toEqual([]);
    expect(result.formats).toBeGreaterThan(40);
    expect(result.parsed).toBeGreaterThan(1000);
    expect(result.refused).toBeGreaterThan(1000);
  }, 120_000);
});
