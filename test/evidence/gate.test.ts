import { describe, expect, it } from 'vitest';
import { createGate, DEFAULT_LIMITS } from '../../src/evidence/gate.ts';

const DOWN = { state: 'unavailable', reason: 'answered 503', transient: true } as const;
const UP = { state: 'found' } as const;
const signal = new AbortController().signal;

function world(limits = {}) {
  const pauses: number[] = [];
  let now = 0;
  const clock = {
    now: () => now,
    random: () => 0,
    sleep: async (ms: number) => {
      pauses.push(ms);
      now += ms;
    },
  };
  return { pauses, advance: (ms: number) => (now += ms), gate: createGate({ ...DEFAULT_LIMITS, ...limits }, clock) };
}

describe('a source that fails', () => {
  it('is asked again with growing pauses, and then given up', async () => {
    const { gate, pauses } = world({ retries: 2, backOffMs: 100 });
    let asked = 0;
    const answer = await gate.ask(async () => {
      asked += 1;
      return DOWN;
    }, signal);
    expect(answer).toEqual(DOWN);
    expect([asked, pauses]).toEqual([3, [100, 200]]);
  });

  it('is asked again when it said', async () => {
    const { gate, pauses } = world();
    const answers = [{ ...DOWN, retryAfterMs: 1500 }, UP];
    expect(await gate.ask(async () => answers.shift() ?? DOWN, signal)).toEqual(UP);
    expect(pauses).toEqual([1500]);
  });

  it('is not asked again where a later try cannot help', async () => {
    const { gate } = world();
    let asked = 0;
    await gate.ask(async () => {
      asked += 1;
      return { ...DOWN, transient: false };
    }, signal);
    expect(asked).toBe(1);
  });

  it('is left alone after failures in a row, and asked again when the time has passed', async () => {
    const { gate, advance } = world({ retries: 0, failuresToOpen: 2, openMs: 1000 });
    await gate.ask(async () => DOWN, signal);
    await gate.ask(async () => DOWN, signal);
    let asked = 0;
    const ask = () =>
      gate.ask(async () => {
        asked += 1;
        return UP;
      }, signal);
    expect(await ask()).toMatchObject({ state: 'unavailable', transient: true });
    expect(asked).toBe(0);
    advance(1001);
    expect(await ask()).toEqual(UP);
  });
});

it('lets as many through at once as it may', async () => {
  const { gate } = world({ concurrency: 3 });
  let running = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 20 }, () =>
      gate.ask(async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        return UP;
      }, signal),
    ),
  );
  expect(most).toBe(3);
});
