import { describe, expect, it } from 'vitest';
import { uuidOf } from '../../src/store/queue.ts';
import { lostDelayMs, RETRY_LIMIT, retryDelayMs } from '../../src/store/worker.ts';

describe('the back-off of a job', () => {
  it('doubles from one second to five minutes, and lasts most of a day in all', () => {
    expect([0, 1, 2, 8, 9, 250].map((count) => retryDelayMs(count, undefined))).toEqual([
      1_000, 2_000, 4_000, 256_000, 300_000, 300_000,
    ]);
    const total = Array.from({ length: RETRY_LIMIT }, (_, count) => retryDelayMs(count, undefined));
    const hours = total.reduce((sum, delay) => sum + delay, 0) / 3_600_000;
    expect(hours).toBeGreaterThan(18);
    expect(hours).toBeLessThan(24);
  });

  it('is never shorter than the other side asked for, and never shorter than its own', () => {
    expect(retryDelayMs(0, 60_000)).toBe(60_000);
    expect(retryDelayMs(9, 60_000)).toBe(300_000);
    expect(retryDelayMs(3, 0)).toBe(8_000);
  });

  it('is nothing for a job whose process died, until it has seen several die', () => {
    expect([0, 4, 5, 6, 30].map(lostDelayMs)).toEqual([0, 0, 1_000, 2_000, 300_000]);
  });
});

describe('the UUID of a delivery', () => {
  it('is the delivery id itself where that is one, in lower case', () => {
    expect(uuidOf('B0A5C1DE-0000-4000-8000-0000000000A1')).toBe('b0a5c1de-0000-4000-8000-0000000000a1');
  });

  it('is else made of the id: always the same, of version 8, and another for any other id', () => {
    const ids = ['', 'x', 'retry:77#1:r-aaaaaaaa', 'ümlaut', '\ud800', `${'b0a5c1de-0000-4000-8000-0000000000a1'} `];
    const uuids = ids.map(uuidOf);
    expect(uuids).toEqual(ids.map(uuidOf));
    expect(new Set(uuids).size).toBe(ids.length);
    for (const uuid of uuids)
      expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});
